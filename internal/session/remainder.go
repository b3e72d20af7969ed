package session

import (
	"io"
	"net"
	"time"
)

// A client may send something and leave at once, without reading the answers. The
// first answer then makes its system reset the connection, and writing fails, but
// all that it has sent has arrived, and lies in the buffers of ours. So a
// connection to which nothing can be written is read on until nothing comes.

const (
	remainderTime  = 500 * time.Millisecond // spent on waiting, in all
	remainderBytes = 16 << 20               // more than the system has buffers for
)

// Remainder bounds what is read of a connection to which nothing can be written any
// more. Its zero value is ready.
type Remainder struct {
	waited time.Duration
	bytes  int
}

// Read calls read, which reads something of conn and returns how many bytes. It
// returns io.EOF if nothing has come for half a second, in all calls together,
// or after 16 MiB.
func (r *Remainder) Read(conn net.Conn, read func() (int, error)) (int, error) {
	left := remainderTime - r.waited
	if left <= 0 || r.bytes > remainderBytes {
		return 0, io.EOF
	}
	begun := time.Now()
	if err := conn.SetReadDeadline(begun.Add(left)); err != nil {
		return 0, err
	}
	n, err := read()
	r.waited += time.Since(begun)
	r.bytes += n
	if isTimeout(err) {
		err = io.EOF
	}
	return n, err
}
