package session

import (
	"io"
	"net"
	"time"
)

const (
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 1 << 20
)

// Linger gives the other side time to read what was written last, before conn is
// closed: TCP resets a connection that is closed with something unread, and the
// reset overtakes what is on its way (RFC 1122, section 4.2.2.13). Nobody else
// may read from conn any more.
func Linger(conn net.Conn) {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, conn, lingerBytes)
}
