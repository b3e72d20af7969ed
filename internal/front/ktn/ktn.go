// Package ktn speaks the JSON protocol of a university's course, in which
// dozens of small clients were written; docs/ktn.md specifies it. What those
// clients have in common is little, so what is written to them is paced, one
// object a write, and what is read from them may come in any form.
package ktn

import (
	"bytes"
	"context"
	"log/slog"
	"time"

	"plausch/internal/api"
	"plausch/internal/front/gateway"
	"plausch/internal/front/port"
)

// HistoryMode says how a client is sent what was said before: at login, and when it
// asks for it.
type HistoryMode string

const (
	// HistoryReplay sends each old message again as if it were said now, which
	// most clients understand.
	HistoryReplay HistoryMode = "replay"
	// HistoryObjects sends history responses whose content is a list of messages.
	HistoryObjects HistoryMode = "objects"
	// HistoryStrings does so with each message as a string of JSON.
	HistoryStrings HistoryMode = "strings"
	// HistoryNone sends nothing at login, and replays if it is asked for.
	HistoryNone HistoryMode = "none"
)

// Options says how the protocol is spoken.
type Options struct {
	Pace            time.Duration // least time between two responses to a connection
	WriteDeadline   time.Duration
	DeadPeerTimeout time.Duration // see [gateway.Options]
	History         HistoryMode
	HistoryMessages int    // the most messages of a history
	Echo            bool   // who says something hears it, too
	Joins           bool   // tell who comes and goes
	Guests          bool   // a name is enough to log in
	Links           string // where links to files begin; empty if they lead nowhere
	Log             *slog.Logger
}

// waiting is how many messages can wait for a client: at the default pace, what
// it reads in two and a half seconds.
const waiting = 128

// Server serves connections of the protocol.
type Server struct {
	opts     Options
	sessions *gateway.Server
}

// New returns a server over a table.
func New(a *api.API, opts Options) *Server {
	return &Server{opts: opts, sessions: gateway.NewServer(a, gateway.Options{
		Protocol: "ktn", Pace: opts.Pace, WriteDeadline: opts.WriteDeadline, DeadPeerTimeout: opts.DeadPeerTimeout,
		Waiting: waiting, Presence: opts.Joins, Links: opts.Links, Log: opts.Log,
	})}
}

// Match is the protocol's verdict on the first bytes of a connection: the first
// that is no white space is a brace. (A NUL is the beginning of a length.)
func Match(prefix []byte) port.Verdict {
	rest := bytes.TrimLeft(prefix, " \t\r\n")
	switch {
	case len(rest) == 0:
		return port.Maybe
	case rest[0] == '{':
		return port.Yes
	default:
		return port.No
	}
}

// Serve serves a connection.
func (s *Server) Serve(c *port.Conn) {
	conn := gateway.Conn{Conn: c.Conn, Prefix: c.Prefix, Until: c.Until, SignInTime: c.SignInTime, Acceptor: c}
	s.sessions.Serve(conn, func(session *gateway.Session) gateway.Front {
		return &front{Session: session, opts: &s.opts, in: newDecoder(session), secure: c.Secure()}
	})
}

// Drain ends every connection; see [gateway.Server.Drain].
func (s *Server) Drain(ctx context.Context) error { return s.sessions.Drain(ctx) }

// Len returns how many connections there are.
func (s *Server) Len() int { return s.sessions.Len() }
