package web

import (
	"fmt"
	"io"

	"plausch/internal/front/port"
)

// busyAnswer is a whole answer, which needs no request to be read.
var busyAnswer = fmt.Sprintf("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\n"+
	"Connection: close\r\nContent-Length: %d\r\n\r\n%s\n", len(port.BusyText)+1, port.BusyText)

// Busy tells a client that the server has no place for its connection. A WebSocket is
// refused before it becomes one.
func Busy(c *port.Conn) { _, _ = io.WriteString(c, busyAnswer) } // whoever it was has gone
