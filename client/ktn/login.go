package ktn

import (
	"slices"
	"strings"

	"plausch"
	"plausch/protocol"
)

func (s *session) signIn(r clientRequest) (protocol.Body, error) {
	var p protocol.SignIn
	if err := r.params(&p); err != nil {
		return nil, err
	}
	switch {
	case s.signedIn, s.inFlight != nil, len(s.queue) > 0:
		return nil, plausch.Errorf(plausch.Invalid, "this connection has signed in already")
	case p.Name == "":
		return nil, plausch.Errorf(plausch.SignInFailed, "a KTN server knows names, not tokens")
	}
	content := p.Name
	if p.Password != "" {
		content += " " + p.Password
	}
	s.enqueue(&serverRequest{kind: requestLogin, id: r.ID, name: p.Name, request: appendRequest(nil, requestLogin, &content)})
	s.name, s.me = p.Name, accountOf(p.Name).ID
	return nil, nil
}

func (s *session) signOut(r clientRequest) (protocol.Body, error) {
	s.leaving = true
	return &protocol.Empty{}, nil
}

// finishLogin ends a login: we are in, and what the server replays has come.
func (s *session) finishLogin(a *serverRequest) {
	if a.answered.IsZero() && !a.toldMessages {
		s.reply(a.id, nil, plausch.Errorf(plausch.Unavailable, "the login is not answered; is this a KTN server?"))
		return
	}
	s.signedIn = true
	s.reply(a.id, &protocol.SignedIn{Account: protocol.OwnAccount{
		ID: int64(s.me), Name: a.name, Role: string(plausch.RoleGuest),
	}}, nil)
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
	case says("invalid", "illegal", "character", "allowed", "format", "letters", "ugyldig"):
		return plausch.Errorf(plausch.Invalid, "the server says: %s", text)
	}
	return plausch.Errorf(plausch.SignInFailed, "the server says: %s", text)
}
