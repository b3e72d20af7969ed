package session

import (
	"net"
	"time"
)

const (
	lingerTime = 500 * time.Millisecond
	// lingerBytes is more than the buffers of the system on both sides hold, which a
	// client may have filled before it stopped reading.
	lingerBytes = 16 << 20
)

// Linger gives the other side time to read the last bytes before conn is closed: TCP
// resets a connection that is closed with unread input, and the reset overtakes data
// in flight (RFC 1122, section 4.2.2.13). It returns when the other side has ended its
// half, too, or after half a second. Another reader of conn may get some of the input
// that is to be dropped, and must not act on it. If the time is over, conn is closed
// already.
func Linger(conn net.Conn) {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return
	}
	// A timer, not a deadline: other readers set deadlines of their own.
	late := time.AfterFunc(lingerTime, func() { _ = conn.Close() })
	defer late.Stop()
	if half.CloseWrite() != nil {
		return
	}
	buf := smallBuffers.Get().(*[]byte)
	defer smallBuffers.Put(buf)
	for left := lingerBytes; left > 0; {
		n, err := conn.Read(*buf)
		left -= n
		if isTimeout(err) {
			err = conn.SetReadDeadline(time.Time{})
		}
		if err != nil {
			return
		}
	}
}
