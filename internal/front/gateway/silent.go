package gateway

import (
	"net"
	"time"
)

// First waits until the first byte of a connection that is not served yet, and
// returns it. It returns nothing if none comes by until, or the server drains:
// then conn is to be closed.
func (s *Server) First(conn net.Conn, until time.Time) []byte {
	c := unidentified{conn}
	defer s.unidentified.Remove(c)
	if !s.unidentified.Add(c) {
		return nil
	}
	first := make([]byte, 1)
	if conn.SetReadDeadline(until) != nil {
		return nil
	}
	n, _ := conn.Read(first)
	return first[:n]
}

// unidentified is a connection on which nothing was said. There is nothing to answer
// when it is ended.
type unidentified struct{ net.Conn }

// Wake implements [session.Connection].
func (c unidentified) Wake() { c.Cut() }

// Cut implements [session.Connection].
func (c unidentified) Cut() { _ = c.Close() }
