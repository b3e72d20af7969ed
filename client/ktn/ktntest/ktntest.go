// Package ktntest has KTN servers for tests, each with habits that were seen on
// real ones. All of them take what one read returns for one request, and end the
// connection if it is none, as real ones do.
package ktntest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Line is what somebody said.
type Line struct {
	Time         time.Time
	Sender, Text string
}

// Server is a KTN server with a memory.
type Server struct {
	kind Kind
	ln   net.Listener

	mu       sync.Mutex
	lines    []Line
	users    map[*user]string // name, empty before login
	problems []string
	requests []string // the names of requests, in order
	least    time.Duration
	onLine   func(Line)
	lingers  func(name string) bool
}

type user struct {
	nc   net.Conn
	out  chan []byte
	last time.Time // of the last request
}

// New returns a server that has heard lines before.
func New(kind Kind, lines ...Line) *Server {
	return &Server{kind: kind, lines: lines, users: make(map[*user]string), least: time.Hour}
}

// Listen has s accept connections at address (HOST:PORT) until Close. It returns
// the address with the port that was chosen.
func (s *Server) Listen(address string) (string, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	s.ln = ln
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go s.Serve(&lineConn{nc, bufio.NewReaderSize(nc, 4096)})
		}
	}()
	return ln.Addr().String(), nil
}

// lineConn is a connection over TCP whose reads end at a newline. On a busy machine two
// requests may arrive together, however long their client waited between them; that it
// waits is for tests on connections in memory.
type lineConn struct {
	net.Conn
	in *bufio.Reader
}

func (l *lineConn) Read(p []byte) (int, error) {
	line, err := l.in.ReadSlice('\n')
	if len(line) > 0 {
		err = nil // the next read has it again, unless a line was too long
	}
	return copy(p, line), err
}

// Close ends the listener and all connections.
func (s *Server) Close() {
	if s.ln != nil {
		s.ln.Close()
	}
	s.Drop()
}

// Drop ends all connections.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for u := range s.users {
		u.nc.Close()
	}
}

// Say has somebody who is not connected say something.
func (s *Server) Say(sender, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say(nil, sender, text)
}

// Tell sends bytes to everyone as they are.
func (s *Server) Tell(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for u := range s.users {
		u.out <- []byte(raw)
	}
}

// OnLine has f called with each message, before anybody is told of it.
func (s *Server) OnLine(f func(Line)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onLine = f
}

// Texts returns what was said, as "SENDER: TEXT".
func (s *Server) Texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, l := range s.lines {
		all = append(all, l.Sender+": "+l.Text)
	}
	return all
}

// Requests returns the names of all requests that came.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Problems returns what a client did that servers do not bear, and the least
// time between two requests of a connection.
func (s *Server) Problems() ([]string, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems), s.least
}

// Serve is one connection.
func (s *Server) Serve(nc net.Conn) {
	u := &user{nc: nc, out: make(chan []byte, 10_000)}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for b := range u.out {
			_, _ = nc.Write(b)
			time.Sleep(s.kind.Pace)
		}
	}()
	s.mu.Lock()
	s.users[u] = ""
	s.mu.Unlock()
	buf := make([]byte, 4096)
	for {
		n, err := nc.Read(buf)
		if err != nil || !s.request(u, buf[:n]) {
			break
		}
	}
	s.mu.Lock()
	if u.last.IsZero() {
		s.problems = append(s.problems, "a connection without a request")
	}
	if s.kind.Lingers > 0 {
		name, until := s.users[u], time.Now().Add(s.kind.Lingers)
		s.lingers = func(other string) bool { return other == name && time.Now().Before(until) }
	}
	delete(s.users, u)
	close(u.out)
	s.mu.Unlock()
	<-written
	nc.Close()
}

// request does what one read brought. It returns false to end the connection.
func (s *Server) request(u *user, b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var r map[string]any
	content, request := any(nil), ""
	if err := json.Unmarshal(b, &r); err == nil {
		content = r["content"]
		request, _ = r["request"].(string)
	}
	_, hasContent := r["content"]
	if len(r) != 2 || request == "" || !hasContent || !strings.HasSuffix(string(b), "}\n") && !strings.HasSuffix(string(b), "} \n") || len(b)%1024 == 0 {
		s.problems = append(s.problems, fmt.Sprintf("the request %q", b))
		return false
	}
	now := time.Now()
	if !u.last.IsZero() {
		s.least = min(s.least, now.Sub(u.last))
	}
	u.last = now
	s.requests = append(s.requests, request)
	text, _ := content.(string)
	name := s.users[u]
	switch {
	case request == "login" && s.kind.Hangs:
		return false
	case request == "login":
		s.login(u, text)
	case name == "":
		s.send(u, s.response("error", now, "server", "You are not logged in"))
	case request == "logout":
		s.send(u, s.response("info", now, "server", "Logout successful"))
		return false
	case request == "names" && s.kind.NoNames:
	case request == "names":
		var names []string
		for _, n := range s.users {
			names = append(names, n)
		}
		slices.Sort(names)
		s.send(u, s.response("info", now, "server", strings.Join(names, ", ")))
	case request == "history" && s.kind.NoHistory:
		return false
	case request == "history" && s.kind.OnRequest:
		for _, r := range s.history() {
			s.send(u, r)
		}
	case request == "msg" && text == s.kind.Forbids && text != "":
		s.send(u, s.response("error", now, "server", "No such words here"))
	case request == "msg":
		s.say(u, name, text)
		return text != s.kind.Swallows || text == ""
	default:
		s.send(u, s.response("error", now, "server", "No such request"))
	}
	return true
}

func (s *Server) login(u *user, content string) {
	name, _, _ := strings.Cut(content, " ")
	now := time.Now()
	for other, taken := range s.users {
		if taken == name && other != u {
			s.send(u, s.response("error", now, "server", "Username taken"))
			return
		}
	}
	if s.lingers != nil && s.lingers(name) {
		s.send(u, s.response("error", now, "server", "Username taken"))
		return
	}
	if name == "" || strings.ContainsAny(name, ".-_") {
		s.send(u, s.response("error", now, "server", "Invalid username"))
		return
	}
	s.users[u] = name
	var told []map[string]any
	if !s.kind.OnRequest {
		told = s.history()
	}
	answer := s.response("info", now, "server", "Login successful")
	switch {
	case s.kind.NoAnswer:
	case s.kind.HistoryFirst:
		told = append(told, answer)
	default:
		told = append([]map[string]any{answer}, told...)
	}
	if !s.kind.Glued {
		for _, r := range told {
			s.send(u, r)
		}
		return
	}
	var glued []byte
	for _, r := range told {
		glued = append(glued, encode(r)...)
	}
	u.out <- glued
}

// history is what is told at login of what was said.
func (s *Server) history() []map[string]any {
	var messages []map[string]any
	var objects, texts []string
	for _, l := range s.lines {
		for _, part := range s.parts(l.Text) {
			m := s.response("message", l.Time, l.Sender, part)
			messages = append(messages, m)
			objects = append(objects, string(encode(m)))
		}
		texts = append(texts, fmt.Sprintf("%s %s: %s", l.Time.Format("15:04:05"), l.Sender, l.Text))
	}
	var content any
	switch s.kind.History {
	case "messages":
		return messages
	case "objects":
		content = messages
	case "strings":
		content = objects
	case "string":
		content = strings.Join(objects, "\n")
	case "text":
		content = strings.Join(texts, "\n")
	default:
		return nil
	}
	h := s.response("history", time.Now(), "server", "")
	h[s.key("content")] = content
	return []map[string]any{h}
}

// say tells everyone what somebody said.
func (s *Server) say(from *user, sender, text string) {
	l := Line{time.Now(), sender, text}
	s.lines = append(s.lines, l)
	if s.onLine != nil {
		s.onLine(l)
	}
	if text == s.kind.Swallows && text != "" {
		return
	}
	for _, part := range s.parts(text) {
		s.tell(from, s.response("message", l.Time, sender, part))
	}
}

// tell sends a message to everyone.
func (s *Server) tell(from *user, m map[string]any) {
	for u, name := range s.users {
		switch {
		case name == "" || u == from && s.kind.NoEcho:
		case u == from && s.kind.EchoAfter > 0:
			time.AfterFunc(s.kind.EchoAfter, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				if s.users[u] != "" {
					s.send(u, m)
				}
			})
		default:
			s.send(u, m)
		}
	}
}

// parts returns a text as it is told.
func (s *Server) parts(text string) (parts []string) {
	text = s.shorten(text)
	for s.kind.Parts > 0 && len(text) > s.kind.Parts {
		parts, text = append(parts, text[:s.kind.Parts]), text[s.kind.Parts:]
	}
	return append(parts, text)
}

func (s *Server) shorten(text string) string {
	if s.kind.Shortens {
		text = strings.ReplaceAll(strings.TrimSpace(text), "<", "&lt;")
	}
	return text
}

func (s *Server) key(k string) string {
	if s.kind.Capitals {
		return strings.ToUpper(k)
	}
	return k
}

func (s *Server) response(kind string, at time.Time, sender, content string) map[string]any {
	if s.kind.Uppercase && kind == "message" {
		sender = strings.ToUpper(sender)
	}
	r := map[string]any{
		s.key("timestamp"): at.Format("2006-01-02 15:04:05"), s.key("sender"): sender,
		s.key("response"): s.key(kind), s.key("content"): content,
	}
	switch {
	case s.kind.Numbers:
		r[s.key("timestamp")] = float64(at.UnixMilli()) / 1000
	case s.kind.Minutes:
		r[s.key("timestamp")] = at.Format("15:04")
	case s.kind.Nulls:
		delete(r, s.key("timestamp"))
		if kind != "message" {
			r[s.key("sender")] = nil
		}
	}
	return r
}

func encode(r map[string]any) []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // not reached: strings and numbers only
	}
	return b
}

func (s *Server) send(u *user, r map[string]any) {
	b := encode(r)
	if !s.kind.Bytes {
		u.out <- b
		return
	}
	for i := range b {
		u.out <- b[i : i+1]
	}
}
