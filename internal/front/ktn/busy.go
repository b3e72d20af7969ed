package ktn

import (
	"time"

	"plausch/internal/front/port"
)

// Busy tells somebody for whom there is no place that it is so.
func Busy(c *port.Conn) {
	r := response{time: time.Now(), sender: server, kind: kindError, content: port.BusyText}
	_, _ = c.Write(r.append(nil)) // whoever it was has gone
}
