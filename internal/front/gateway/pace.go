package gateway

import (
	"net"
	"time"

	"plausch/internal/tcp"
)

// Most clients of the old protocols take whatever one read brings for one
// document. Two writes some time apart are not two reads if the first one is lost
// on its way: it is sent again, and both arrive at once. So the next write waits
// until the peer's system has acknowledged the last one, and then for the pace.

const (
	// ackTimeout is how long an acknowledgement is waited for if nothing shows that
	// the write was lost: some systems wait up to 200 ms with it.
	ackTimeout = 250 * time.Millisecond
	// The system has no event for an acknowledgement, so it is asked at growing
	// intervals. Almost always the first answer, after the pace, is the last.
	pollFirst = 2 * time.Millisecond
	pollLast  = 50 * time.Millisecond
)

// pacer says when the next write to a connection may be.
type pacer struct {
	pace   time.Duration // 0: at once
	conn   *net.TCPConn  // nil if there is none, or the system does not tell
	wrote  time.Time     // when the last write ended; zero before the first
	resent uint32        // segments that had been sent again by then
}

func newPacer(conn net.Conn, pace time.Duration) pacer {
	p := pacer{pace: pace}
	if pace > 0 {
		p.conn = tcp.Conn(conn)
	}
	return p
}

// wait returns when the next write may be.
func (p *pacer) wait() {
	if p.pace <= 0 || p.wrote.IsZero() {
		return
	}
	time.Sleep(time.Until(p.wrote.Add(p.pace)))
	if p.awaitDelivery() {
		time.Sleep(p.pace)
	}
}

// awaitDelivery waits until the last write is acknowledged, and reports whether
// that came late. A write that was lost is waited for as long as the connection
// lives.
func (p *pacer) awaitDelivery() (late bool) {
	if p.conn == nil {
		return false
	}
	for poll := pollFirst; ; poll = min(2*poll, pollLast) {
		d, err := tcp.DeliveryOf(p.conn)
		switch {
		case err != nil:
			return late
		case d.Done:
			return late || d.Resent != p.resent
		case d.Resent == p.resent && time.Since(p.wrote) > max(ackTimeout, d.Timeout+pollLast):
			return true
		}
		late = true
		time.Sleep(poll)
	}
}

// written notes that a write has ended.
func (p *pacer) written() {
	p.wrote = time.Now()
	if p.conn == nil {
		return
	}
	if d, err := tcp.DeliveryOf(p.conn); err == nil {
		p.resent = d.Resent
	}
}
