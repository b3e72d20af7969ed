// Package tcp asks the system about the TCP connection beneath another one, and
// tells it when to give up on a peer that has vanished.
package tcp

import (
	"net"
	"time"
)

// probes is how many times a quiet peer is asked whether it is there: the first
// time after a third of the timeout.
const probes = 3

// Conn returns the TCP connection beneath conn: conn itself, or what it wraps
// according to its methods NetConn. It returns nil if there is none.
func Conn(conn net.Conn) *net.TCPConn {
	for {
		switch c := conn.(type) {
		case *net.TCPConn:
			return c
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return nil
		}
	}
}

// EndDead has the system end the connection beneath conn once its peer has
// vanished without a word: timeout, at least 3 s, after it last ought to have
// answered, to what was sent or to a probe of a quiet connection. With a timeout
// of 0, or without TCP beneath, it does nothing.
func EndDead(conn net.Conn, timeout time.Duration) error {
	c := Conn(conn)
	if c == nil || timeout <= 0 {
		return nil
	}
	config := net.KeepAliveConfig{
		Enable: true, Idle: timeout / probes, Interval: timeout / probes * 2 / probes, Count: probes, // in whole seconds, rounded up
	}
	if err := c.SetKeepAliveConfig(config); err != nil {
		return err
	}
	return setUserTimeout(c, timeout)
}

// Delivery is what the system knows of what was written to a connection.
type Delivery struct {
	Done    bool          // the peer's system has acknowledged all of it
	Resent  uint32        // how many segments were sent again since the connection began
	Timeout time.Duration // after which the system sends again what is not acknowledged
}
