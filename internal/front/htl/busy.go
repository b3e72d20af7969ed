package htl

import (
	"time"

	"plausch/internal/front/port"
)

// Busy tells a client that the server has no place for its connection.
func Busy(c *port.Conn) {
	prefix := c.Prefix
	if len(prefix) == 0 { // a place of its own: the port has not looked at the first byte
		prefix = make([]byte, 1)
		if n, _ := c.Read(prefix); n == 0 {
			return
		}
	}
	f := front{framed: !isMap(prefix[0]), maxDocument: maxBare}
	for _, piece := range f.pieces(message{kind: kindText, content: []byte(port.BusyText), author: server, recipient: everyone, time: time.Now()}) {
		if _, err := c.Write(piece); err != nil {
			return
		}
	}
}
