package native

import (
	"time"

	"plausch"
	"plausch/internal/front/port"
	"plausch/protocol"
)

// Busy tells somebody for whom there is no place that it is so.
func Busy(c *port.Conn) {
	codec, _, _ := codecOf(c.Prefix)
	err := &plausch.Error{Code: plausch.RateLimited, Message: port.BusyText, RetryAfter: 10 * time.Second}
	_, _ = c.Write(protocol.Format{Codec: codec, Framing: protocol.LengthPrefix}.AppendBye(nil, err)) // whoever it was has gone
}
