package port

import (
	"io"
	"net"
	"time"
)

// BusyText is the text of a connection refused for want of a place.
const BusyText = "There are too many connections from your network, or to this chat, just now. Close some, or try again in a few seconds."

const (
	// busyDeadline is how long a client without a place may take to say
	// what they speak and to read why.
	busyDeadline = 2 * time.Second
	// maxBusy is how many are told at once; others are closed without a word.
	maxBusy = 32
)

// refuseBusy tells a client that there is no place for its connection, in its
// protocol, and closes the connection.
func (p *Port) refuseBusy(conn net.Conn, proxied bool, protocol *Protocol) {
	if !p.mayTellBusy() {
		_ = conn.Close()
		return
	}
	p.serving.Add(1)
	go func() {
		defer p.serving.Done()
		defer p.toldBusy()
		defer conn.Close()
		c := &Conn{Conn: conn, Until: time.Now().Add(busyDeadline), port: p, proxied: proxied}
		_ = conn.SetDeadline(c.Until)
		chosen := protocol
		err := p.look(c, func() error {
			if protocol != nil {
				return nil
			}
			recognised, err := p.recognise(c)
			chosen = &recognised
			return err
		})
		if err == nil {
			tellBusy(c, *chosen)
		}
	}()
}

// mayTellBusy reports whether another one can be told; toldBusy has to follow then.
func (p *Port) mayTellBusy() bool {
	select {
	case p.busy <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p *Port) toldBusy() { <-p.busy }

// tellBusy tells that there is no place, as far as the protocol can.
func tellBusy(c *Conn, protocol Protocol) {
	if protocol.Busy == nil {
		return
	}
	protocol.Busy(c)
	// What it has sent is read: with something unread the system would reset the
	// connection, and the answer with it.
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.CopyN(io.Discard, c.Conn, maxPeek<<2)
	}
}
