package ktn

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/protocol"
)

// What is asked of a KTN server.
const (
	requestLogin   = "login"
	requestLogout  = "logout"
	requestMessage = "msg"
	requestNames   = "names"
)

// session is one connection: near speaks the native protocol, far speaks KTN.
type session struct {
	bridge    *Bridge
	near, far net.Conn
	natives   chan native   // closed when the client has closed
	responses chan response // closed when the server has, after farErr is set
	farErr    error
	over      chan struct{} // closed when nobody takes from these any more
	ended     chan struct{} // closed when everything has ended

	codec      protocol.Codec
	name       string // whom we are there
	me         plausch.AccountID
	first      int64 // the newest seq when the session began
	signedIn   bool
	subscribed bool
	leaving    bool              // the client has signed out
	members    []protocol.Member // by id, as of the last names

	queue     []*ask    // waits to be written
	asked     *ask      // was written and is not answered; nil if there is none
	nextWrite time.Time // when the next request may be written
	writeErr  error
}

// ask is a request to the KTN server, for one of the client.
type ask struct {
	kind    string
	id      int64 // of the client's request
	request []byte

	name           string // of a login
	text, clientID string // of a message
	limit          int    // of names

	since    time.Time // when it was written
	heard    time.Time // when the server last said something, of a login
	answered time.Time // when it answered a login; zero if it has not
	spoke    bool      // it said something else meanwhile
	perhaps  string    // what it said that may be the names
}

func newSession(b *Bridge, near, far net.Conn) *session {
	return &session{
		bridge: b, near: near, far: far,
		natives: make(chan native), responses: make(chan response),
		over: make(chan struct{}), ended: make(chan struct{}),
	}
}

// run is the session, until either side has closed.
func (s *session) run() {
	defer close(s.ended)
	s.bridge.log.begin()
	s.first = s.bridge.log.last
	read := make(chan struct{}, 2)
	go func() { s.readNative(); read <- struct{}{} }()
	go func() { s.readResponses(); read <- struct{}{} }()

	s.loop()

	close(s.over)
	s.near.Close()
	s.far.Close()
	<-read
	<-read
}

func (s *session) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if s.advance(time.Now()); s.writeErr != nil {
			s.end(s.writeErr)
			return
		}
		if s.leaving {
			s.logout()
			return
		}
		if due := s.due(); due.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(due))
		}
		select {
		case r, ok := <-s.natives:
			if !ok {
				s.logout()
				return
			}
			s.handle(r)
		case r, ok := <-s.responses:
			if !ok {
				s.end(s.farErr)
				return
			}
			s.take(r, time.Now())
		case <-timer.C:
		}
	}
}

// readResponses reads what the server says until it closes.
func (s *session) readResponses() {
	defer close(s.responses)
	in := newObjects(s.far)
	for {
		object, err := in.next()
		if err != nil {
			s.farErr = err
			return
		}
		r, ok := parse(object, time.Now())
		if !ok {
			continue
		}
		select {
		case s.responses <- r:
		case <-s.over:
			return
		}
	}
}

// end is the end because of the server. A message that was written just now may
// have arrived or not.
func (s *session) end(err error) {
	if a := s.asked; a != nil && a.kind == requestMessage {
		s.bridge.sends.doubt(a.clientID, a.text)
	}
	switch {
	case !errors.Is(err, io.EOF):
		s.bye("the connection broke: %v", err)
	case !s.signedIn:
		s.bye("the server closed the connection without a word")
	default:
		s.bye("the server closed the connection")
	}
}

// logout is the end because of the client: the server is told, since some keep
// a name as taken otherwise.
func (s *session) logout() {
	if !s.signedIn {
		return
	}
	time.Sleep(time.Until(s.nextWrite))
	if s.write(appendRequest(nil, requestLogout, nil)); s.writeErr != nil {
		return
	}
	if half, ok := s.far.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	// What the server still says is read, so that closing does not take back
	// what it has not read.
	timeout := time.After(logoutTime)
	for {
		select {
		case _, ok := <-s.responses:
			if !ok {
				return
			}
		case <-timeout:
			return
		}
	}
}

// ask queues a request to the server.
func (s *session) ask(a *ask) { s.queue = append(s.queue, a) }

func (s *session) write(b []byte) {
	_ = s.far.SetWriteDeadline(time.Now().Add(writeTime))
	n, err := s.far.Write(b)
	if err != nil && n == 0 {
		s.asked = nil // of which nothing has arrived
	}
	s.writeErr = err
	s.nextWrite = time.Now().Add(requestGap)
}

// advance ends the request that has waited for its answer long enough, and
// writes the next.
func (s *session) advance(now time.Time) {
	if s.asked != nil && !now.Before(s.asked.due()) {
		a := s.asked
		s.asked = nil
		timedOut[a.kind](s, a)
	}
	for s.asked == nil && len(s.queue) > 0 && !now.Before(s.nextWrite) {
		a := s.queue[0]
		s.queue = slices.Delete(s.queue, 0, 1)
		if a.kind == requestMessage && s.bridge.written != nil && a.clientID != "" {
			if err := s.bridge.written(a.clientID); err != nil {
				s.reply(a.id, nil, plausch.Errorf(plausch.StorageFull, "the outbox cannot be written: %v", err))
				continue
			}
		}
		s.asked = a
		s.write(a.request)
		a.since = time.Now()
		a.heard = a.since
	}
}

// due is when advance has something to do; zero is never.
func (s *session) due() time.Time {
	switch {
	case s.asked != nil:
		return s.asked.due()
	case len(s.queue) > 0:
		return s.nextWrite
	}
	return time.Time{}
}

// due is when a request has waited long enough.
func (a *ask) due() time.Time {
	switch {
	case a.kind == requestMessage:
		return a.since.Add(answerTime)
	case a.kind == requestNames:
		return a.since.Add(namesTime)
	case !a.answered.IsZero():
		if most := a.answered.Add(settleMost); most.Before(a.heard.Add(settleTime)) {
			return most
		}
		return a.heard.Add(settleTime)
	case a.spoke:
		return a.since.Add(quietLogin)
	}
	return a.since.Add(loginTime)
}

// timedOut says what it means that a server does not answer a request, or says
// no more after it.
var timedOut = map[string]func(*session, *ask){
	requestLogin:   (*session).settled,
	requestMessage: (*session).arrived,
	requestNames:   (*session).unnamed,
}

func (s *session) signIn(r native) (protocol.Body, error) {
	var p protocol.SignIn
	if err := r.params(&p); err != nil {
		return nil, err
	}
	switch {
	case s.signedIn, s.asked != nil, len(s.queue) > 0:
		return nil, plausch.Errorf(plausch.Invalid, "this connection has signed in already")
	case p.Name == "":
		return nil, plausch.Errorf(plausch.SignInFailed, "a KTN server knows names, not tokens")
	}
	content := p.Name
	if p.Password != "" {
		content += " " + p.Password
	}
	s.ask(&ask{kind: requestLogin, id: r.ID, name: p.Name, request: appendRequest(nil, requestLogin, &content)})
	s.name, s.me = p.Name, accountOf(p.Name).ID
	return nil, nil
}

func (s *session) signOut(r native) (protocol.Body, error) {
	s.leaving = true
	return &protocol.Empty{}, nil
}

// settled ends a login: we are in, and what the server replays has come.
func (s *session) settled(a *ask) {
	if a.answered.IsZero() && !a.spoke {
		s.reply(a.id, nil, plausch.Errorf(plausch.Unavailable, "the login is not answered; is this a KTN server?"))
		return
	}
	s.signedIn = true
	s.reply(a.id, &protocol.SignedIn{Account: protocol.Account{
		ID: int64(s.me), Name: a.name, Role: string(plausch.RoleGuest),
	}}, nil)
}

func (s *session) send(r native) (protocol.Body, error) {
	var p protocol.MessageSend
	err := r.params(&p)
	if err == nil {
		err = checkSend(&p)
	}
	if err != nil {
		return nil, err
	}
	sends := &s.bridge.sends
	if sent, ok := sends.done[p.ClientID]; ok {
		return &sent, nil
	}
	if text, ok := sends.doubted[p.ClientID]; ok {
		e := s.bridge.log.claim(s.first, s.me, text, p.ClientID)
		if text == "" || e == nil {
			return nil, errDoubt
		}
		sent := sentOf(e)
		sends.finish(p.ClientID, sent)
		return &sent, nil
	}
	s.ask(&ask{
		kind: requestMessage, id: r.ID, text: p.Text, clientID: p.ClientID,
		request: appendRequest(nil, requestMessage, &p.Text),
	})
	return nil, nil
}

// arrived takes a message of ours as arrived that the server has neither shown
// nor refused.
func (s *session) arrived(a *ask) {
	e := s.bridge.log.add(item{time: time.Now().Truncate(time.Millisecond), sender: s.name, text: a.text}, a.clientID)
	e.unbound = true
	s.sent(a, e)
}

// sent acknowledges a message of ours.
func (s *session) sent(a *ask, e *entry) {
	sent := sentOf(e)
	s.bridge.sends.finish(a.clientID, sent)
	s.push(e)
	s.reply(a.id, &sent, nil)
}

// unnamed ends a request for names that got no answer with our own among them.
func (s *session) unnamed(a *ask) {
	if a.perhaps == "" {
		s.reply(a.id, nil, plausch.Errorf(plausch.Unsupported, "this server does not answer the question who is there"))
		return
	}
	s.setMembers(namesIn(a.perhaps))
	s.reply(a.id, s.memberPage(0, a.limit), nil)
}

// take takes in what the server says.
func (s *session) take(r response, now time.Time) {
	settling := false
	if a := s.asked; a != nil && a.kind == requestLogin {
		settling, a.heard = true, now
		a.spoke = a.spoke || r.kind == kindMessage || r.kind == kindHistory
	}
	switch r.kind {
	case kindHistory:
		s.bridge.log.begin()
		for _, i := range r.old {
			s.said(i, true)
		}
		s.bridge.log.begin()
	case kindMessage:
		s.said(r.item, settling || !s.signedIn)
	case kindInfo:
		s.info(r.item, now)
	case kindError:
		s.refused(r.item)
	}
}

// said takes in what somebody said, unless it was told before. Old says that it
// may have been said long ago.
func (s *session) said(i item, old bool) {
	log := &s.bridge.log
	if i.sender == s.bridge.alias && i.sender != "" {
		i.sender = s.name
	}
	if log.known(i, old) {
		return
	}
	a := s.asked
	switch {
	case a != nil && a.kind == requestMessage && strings.EqualFold(i.sender, s.name) && alike(a.text, i.text):
		if i.sender != s.name {
			s.bridge.alias, i.sender = i.sender, s.name
		}
		s.asked = nil
		s.sent(a, log.add(i, a.clientID))
	case i.sender == s.name && log.bind(i):
	default:
		s.push(log.add(i, ""))
	}
}

// info takes in what may be an answer. What is none is shown, as said by the
// server.
func (s *session) info(i item, now time.Time) {
	switch a := s.asked; {
	case a != nil && a.kind == requestLogin && a.answered.IsZero():
		a.answered = now
		return
	case a != nil && a.kind == requestLogin && strings.Contains(strings.ToLower(i.text), "success"):
		return // the answer, behind a greeting
	case a != nil && a.kind == requestNames:
		names := namesIn(i.text)
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, s.name) }) {
			s.asked = nil
			s.setMembers(names)
			s.reply(a.id, s.memberPage(0, a.limit), nil)
			return
		}
		if a.perhaps == "" {
			a.perhaps = i.text
		}
	}
	if i.text != "" {
		s.said(i, false)
	}
}

// refused takes in an error: of the request that is open, if there is one.
func (s *session) refused(i item) {
	a := s.asked
	if a == nil {
		i.text = "error: " + i.text
		s.said(i, false)
		return
	}
	s.asked = nil
	err := plausch.Errorf(plausch.Forbidden, "the server says: %s", i.text)
	if a.kind == requestLogin {
		err = loginError(a.name, i.text)
	}
	s.reply(a.id, nil, err)
}

// loginError returns what a server says to a login that it refuses, with the
// code that a client acts on.
func loginError(name, text string) *plausch.Error {
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(text), w) })
	}
	switch {
	case says("taken", "in use", "already", "exist", "opptatt", "tatt"):
		return plausch.Errorf(plausch.Taken, "the name %s is taken: %s", name, text)
	case says("invalid", "illegal", "character", "allowed", "format", "ugyldig"):
		return plausch.Errorf(plausch.Invalid, "the server says: %s", text)
	}
	return plausch.Errorf(plausch.SignInFailed, "the server says: %s", text)
}
