package ktn

import (
	"time"

	"plausch/internal/front/port"
)

// Busy tells a client that the server has no place for its connection.
func Busy(c *port.Conn) {
	r := response{time: time.Now(), sender: server, kind: kindError, content: port.BusyText}
	_, _ = c.Write(r.append(nil)) // whoever it was has gone
}
