package ktn

import (
	"slices"
	"strings"
	"time"

	"plausch"
)

// namesTimedOut ends a request for names that got no answer with our own among them.
func (s *session) namesTimedOut(a *serverRequest) {
	if a.maybeNames == "" {
		s.reply(a.id, nil, plausch.Errorf(plausch.Unsupported, "this server does not answer the question who is there"))
		return
	}
	s.setMembers(namesIn(a.maybeNames))
	s.reply(a.id, s.memberPage(0, a.limit), nil)
}

// handleResponse takes in what the server says.
func (s *session) handleResponse(r response, now time.Time) {
	settling := false
	if a := s.inFlight; a != nil && (a.kind == requestLogin || a.kind == requestHistory) {
		settling, a.lastResponse = true, now
		a.toldMessages = a.toldMessages || r.kind == kindMessage || r.kind == kindHistory
	}
	switch r.kind {
	case kindHistory:
		s.bridge.log.begin()
		for _, i := range r.old {
			s.handleMessage(i, true)
		}
		s.bridge.log.begin()
	case kindMessage:
		s.handleMessage(r.item, settling || !s.signedIn)
	case kindInfo:
		s.handleInfo(r.item, now)
	case kindError:
		s.handleError(r.item)
	}
}

// handleMessage takes in what somebody said, unless it was told before. Old says
// that it may have been said long ago.
func (s *session) handleMessage(i item, old bool) {
	log := &s.bridge.log
	if i.sender == s.bridge.alias && i.sender != "" {
		i.sender = s.name
	}
	if log.known(i, old) {
		return
	}
	if old {
		s.bridge.toldOld = true
	}
	a := s.inFlight
	switch {
	case a != nil && a.kind == requestMessage && strings.EqualFold(i.sender, s.name) && alike(a.text, i.text):
		if i.sender != s.name {
			s.bridge.alias, i.sender = i.sender, s.name
		}
		s.bridge.echo, s.inFlight = echoes, nil
		s.sent(a, log.add(i, a.clientID))
	case i.sender == s.name && log.bind(i):
		if !old { // it is slow
			s.bridge.echo = echoes
		}
	default:
		s.push(log.add(i, ""))
	}
}

// handleInfo takes in what may be an answer. What is none is shown, as said by the
// server.
func (s *session) handleInfo(i item, now time.Time) {
	switch a := s.inFlight; {
	case a != nil && a.kind == requestLogin && a.answered.IsZero():
		a.answered = now
		return
	case a != nil && a.kind == requestLogin && strings.Contains(strings.ToLower(i.text), "success"):
		return // the answer, behind a greeting
	case a != nil && a.kind == requestNames:
		names := namesIn(i.text)
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, s.name) }) {
			s.inFlight = nil
			s.setMembers(names)
			s.reply(a.id, s.memberPage(0, a.limit), nil)
			return
		}
		if a.maybeNames == "" {
			a.maybeNames = i.text
		}
	}
	if i.text != "" {
		s.handleMessage(i, false)
	}
}

// handleError takes in an error: of the request that is open, if there is one.
func (s *session) handleError(i item) {
	a := s.inFlight
	if a == nil {
		i.text = "error: " + i.text
		s.handleMessage(i, false)
		return
	}
	s.inFlight = nil
	err := plausch.Errorf(plausch.Forbidden, "the server says: %s", i.text)
	switch a.kind {
	case requestHistory:
		s.finishHistory(a)
		return
	case requestLogin:
		err = loginError(a.name, i.text)
	}
	s.reply(a.id, nil, err)
}
