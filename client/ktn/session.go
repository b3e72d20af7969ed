package ktn

import (
	"errors"
	"io"
	"net"
	"slices"
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
	requestHistory = "history" // which the course's description does not have
)

// session is one connection: clientConn speaks the native protocol, serverConn KTN.
type session struct {
	bridge                 *Bridge
	clientConn, serverConn net.Conn
	clientRequests         chan clientRequest // closed when the client has closed
	responses              chan response      // closed when the server has, after serverErr is set
	serverErr              error
	over                   chan struct{} // closed when nobody takes from these any more
	ended                  chan struct{} // closed when everything has ended

	codec      protocol.Codec
	name       string // whom we are there
	me         plausch.AccountID
	first      int64 // the newest seq when the session began
	signedIn   bool
	subscribed bool
	leaving    bool              // the client has signed out
	members    []protocol.Member // by id, as of the last names

	queue     []*serverRequest // waits to be written
	inFlight  *serverRequest   // was written and is not answered; nil if there is none
	nextWrite time.Time        // when the next request may be written
	writeErr  error
}

// serverRequest is a request to the KTN server, for one of the client.
type serverRequest struct {
	kind    string
	id      int64 // of the client's request
	request []byte

	name           string        // of a login
	text, clientID string        // of a message
	timeout        time.Duration // of a message
	limit          int           // of names
	page           protocol.HistoryGet

	since        time.Time // when it was written
	lastResponse time.Time // when the server last said something, of a login or a history
	answered     time.Time // when it answered a login; zero if it has not
	toldMessages bool      // it said something else meanwhile
	maybeNames   string    // what it said that may be the names
}

func newSession(b *Bridge, near, far net.Conn) *session {
	return &session{
		bridge: b, clientConn: near, serverConn: far,
		clientRequests: make(chan clientRequest), responses: make(chan response),
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
	s.clientConn.Close()
	s.serverConn.Close()
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
		case r, ok := <-s.clientRequests:
			if !ok {
				s.logout()
				return
			}
			s.handle(r)
		case r, ok := <-s.responses:
			if !ok {
				s.end(s.serverErr)
				return
			}
			s.handleResponse(r, time.Now())
		case <-timer.C:
		}
	}
}

// readResponses reads what the server says until it closes.
func (s *session) readResponses() {
	defer close(s.responses)
	in := newObjects(s.serverConn)
	for {
		object, err := in.next()
		if err != nil {
			s.serverErr = err
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
	if a := s.inFlight; a != nil && a.kind == requestMessage {
		s.bridge.sends.markUncertain(a.clientID, a.text)
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
	if half, ok := s.serverConn.(interface{ CloseWrite() error }); ok {
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

// enqueue queues a request to the server.
func (s *session) enqueue(a *serverRequest) { s.queue = append(s.queue, a) }

func (s *session) write(b []byte) {
	_ = s.serverConn.SetWriteDeadline(time.Now().Add(writeTime))
	n, err := s.serverConn.Write(b)
	if err != nil && n == 0 {
		s.inFlight = nil // of which nothing has arrived
	}
	s.writeErr = err
	s.nextWrite = time.Now().Add(requestGap)
}

// advance ends the request that has waited for its answer long enough, and
// writes the next.
func (s *session) advance(now time.Time) {
	if s.inFlight != nil && !now.Before(s.inFlight.due()) {
		a := s.inFlight
		s.inFlight = nil
		timedOut[a.kind](s, a)
	}
	for s.inFlight == nil && len(s.queue) > 0 && !now.Before(s.nextWrite) {
		a := s.queue[0]
		s.queue = slices.Delete(s.queue, 0, 1)
		if a.kind == requestMessage && s.bridge.written != nil && a.clientID != "" {
			if err := s.bridge.written(a.clientID); err != nil {
				s.reply(a.id, nil, plausch.Errorf(plausch.StorageFull, "the outbox cannot be written: %v", err))
				continue
			}
		}
		a.timeout = map[echo]time.Duration{echoes: echoTime, echoesNot: silentTime, echoUnknown: guessTime}[s.bridge.echo]
		if a.kind == requestHistory {
			s.bridge.log.begin() // what was told may be told again
		}
		s.inFlight = a
		s.write(a.request)
		a.since = time.Now()
		a.lastResponse = a.since
	}
}

// due is when advance has something to do; zero is never.
func (s *session) due() time.Time {
	switch {
	case s.inFlight != nil:
		return s.inFlight.due()
	case len(s.queue) > 0:
		return s.nextWrite
	}
	return time.Time{}
}

// due is when a request has waited long enough.
func (a *serverRequest) due() time.Time {
	switch {
	case a.kind == requestMessage:
		return a.since.Add(a.timeout)
	case a.kind == requestNames:
		return a.since.Add(namesTime)
	case a.kind == requestHistory && !a.toldMessages:
		return a.since.Add(historyTime)
	case a.answered.IsZero() && !a.toldMessages:
		return a.since.Add(loginTime)
	}
	if a.kind == requestHistory {
		return earlier(a.lastResponse.Add(settleTime), a.since.Add(settleMost))
	}
	least, most, quiet := a.answered, a.answered.Add(settleMost), a.lastResponse.Add(settleTime)
	if a.answered.IsZero() {
		least, most = a.since.Add(quietLogin), a.since.Add(settleMost)
	}
	switch {
	case quiet.Before(least):
		return least
	case quiet.After(most):
		return most
	}
	return quiet
}

func earlier(t, u time.Time) time.Time {
	if u.Before(t) {
		return u
	}
	return t
}

// timedOut says what it means that a server does not answer a request, or says
// no more after it.
var timedOut = map[string]func(*session, *serverRequest){
	requestLogin:   (*session).finishLogin,
	requestMessage: (*session).messageTimedOut,
	requestNames:   (*session).namesTimedOut,
	requestHistory: (*session).finishHistory,
}
