package ktn

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"plausch"
	"plausch/internal/front/gateway"
	"plausch/protocol"
)

// front is one connection.
type front struct {
	*gateway.Session
	opts   *Options
	in     *decoder
	secure bool // passwords may be sent
}

// handlers are what can be asked for, and whether only after login.
var handlers = map[string]struct {
	handle     func(*front, request) error
	afterLogin bool
}{
	"login":   {(*front).login, false},
	"help":    {(*front).help, false},
	"logout":  {(*front).logout, true},
	"msg":     {(*front).msg, true},
	"message": {(*front).msg, true},
	"names":   {(*front).names, true},
	"history": {(*front).history, true},
}

// Serve implements [gateway.Front].
func (f *front) Serve() error {
	next := func() (request, error) { return f.in.next(f.limit()) }
	return gateway.Answer(f.Session, next, f.handle, f.refuse)
}

// limit is the most bytes of the next request.
func (f *front) limit() int {
	if f.SignedIn() {
		return maxRequest
	}
	return maxBeforeLogin
}

// refuse tells why a request is not answered. The texts of a requestError are as they
// are: some clients compare them.
func (f *front) refuse(err error) {
	var mistake requestError
	if errors.As(err, &mistake) {
		f.replyError(string(mistake))
		return
	}
	f.replyError(gateway.Sentence(err))
}

func (f *front) handle(r request) error {
	h, known := handlers[r.kind]
	switch {
	case r.kind == "":
		return requestError(`A request needs the key "request". Send the request help for a list.`)
	case !known:
		return requestError(fmt.Sprintf("There is no request %.40q. Send the request help for a list.", r.kind))
	case h.afterLogin && !f.SignedIn():
		return requestError("Log in first: " + f.loginText())
	}
	return h.handle(f, r)
}

const errNotText = requestError("The content has to be a text.")

func (f *front) loginText() string {
	switch {
	case f.opts.Guests:
		return "the request login with your name as its content."
	case f.secure:
		return "the request login with NAME PASSWORD as its content."
	default:
		return "the request login with NAME PASSWORD as its content, over TLS or on the server's own machine."
	}
}

var guestName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

func (f *front) login(r request) error {
	name, password, _ := strings.Cut(strings.TrimSpace(r.content), " ")
	password = strings.TrimSpace(password)
	switch {
	case r.notText:
		return errNotText
	case f.SignedIn():
		return requestError(fmt.Sprintf("You are logged in as %s already.", f.OwnName()))
	case r.empty || name == "" || name == "None":
		return requestError("Who are you? Log in with " + f.loginText())
	case password != "" && !f.secure:
		return requestError("Passwords are taken over TLS or on the server's own machine only, since anyone on the way could read them.")
	case password == "" && !f.opts.Guests:
		return requestError("This server lets no guests in. Log in with " + f.loginText())
	case password == "" && (!guestName.MatchString(name) || len(name) < 2 || len(name) > 32):
		return requestError("A username has 2 to 32 letters and digits (A-Z, a-z, 0-9).")
	}
	err := f.SignIn(protocol.SignIn{Name: name, Password: password, Transient: password == ""})
	switch plausch.CodeOf(err) {
	case "":
	case plausch.Taken:
		return requestError("Username taken") // some clients look for exactly this
	case plausch.SignInFailed:
		if f.opts.Guests {
			return requestError(gateway.Sentence(err) + " (A name has no spaces: what follows the first one is a password.)")
		}
		return err
	default:
		return err
	}
	f.replyInfo("Login successful") // and for this
	return f.greet()
}

// greet sends what was said before, and then what comes.
func (f *front) greet() error {
	defer f.StartDelivery()
	if f.opts.History == HistoryNone {
		return nil
	}
	recent, err := f.Recent(f.opts.HistoryMessages)
	if err == nil && len(recent) > 0 {
		f.sendHistory(recent)
	}
	return err
}

// sendHistory sends what was said before in the form of the settings.
func (f *front) sendHistory(messages []gateway.Message) {
	switch f.opts.History {
	case HistoryObjects, HistoryStrings:
		f.Reply(historyPieces(time.Now(), messageResponses(messages), f.opts.History == HistoryStrings)...)
	default:
		for i := range messages {
			r := messageResponse(&messages[i])
			f.Reply(r.pieces()...)
		}
	}
}

// logout keeps the connection, as most servers of the course do: many clients log
// in again, and more end in an error if it is closed before they close it.
func (f *front) logout(request) error {
	f.SignOut()
	f.replyInfo("Logout successful")
	return nil
}

var private = regexp.MustCompile(`(?s)^@([A-Za-z0-9._-]{2,32})[:,]?\s+(.*\S.*)$`)

func (f *front) msg(r request) error {
	if r.notText {
		return errNotText
	}
	if r.empty || strings.TrimSpace(r.content) == "" {
		return requestError("The message is empty: give it as the content.")
	}
	to, text := "", r.content
	if m := private.FindStringSubmatch(text); m != nil {
		to, text = m[1], m[2]
	}
	err := f.Send(to, text)
	if to != "" && plausch.CodeOf(err) == plausch.NotFound {
		return requestError(fmt.Sprintf("There is nobody called %s. (A message that begins with @NAME is private; for everyone, begin it with something else.)", to))
	}
	return err
}

func (f *front) names(request) error {
	names, err := f.Names()
	if err == nil {
		f.replyInfo(strings.Join(names, ", "))
	}
	return err
}

// history answers in the form that clients get at login, since some know no other.
func (f *front) history(request) error {
	recent, err := f.Recent(f.opts.HistoryMessages)
	switch lists := f.opts.History == HistoryObjects || f.opts.History == HistoryStrings; {
	case err != nil:
		return err
	case len(recent) == 0 && !lists:
		f.replyInfo("Nothing has been said yet.")
	default:
		f.sendHistory(recent)
	}
	return nil
}

func (f *front) help(request) error {
	login := "login NAME: enter the chat; a name has letters and digits"
	if !f.opts.Guests {
		login = "login NAME PASSWORD: enter the chat; over TLS or on the server's own machine only"
	}
	f.replyInfo(login + "\n" +
		"msg TEXT: say something to everyone\n" +
		"msg @NAME TEXT: say something to one person\n" +
		"names: who is here\n" +
		"history: what was said before\n" +
		"logout: leave\n" +
		"help: this text")
	return nil
}

func (f *front) replyInfo(text string)  { f.Reply(serverPieces(kindInfo, text)...) }
func (f *front) replyError(text string) { f.Reply(serverPieces(kindError, text)...) }

// serverPieces returns what the server itself says.
func serverPieces(kind, text string) [][]byte {
	r := response{time: time.Now(), sender: server, kind: kind, content: text}
	return r.pieces()
}

// Message implements [gateway.Front].
func (f *front) Message(m *gateway.Message) [][]byte {
	if m.Sent && !f.opts.Echo {
		return nil
	}
	if m.Edit {
		text := m.ChangedText()
		if note := privateNote(m); note != "" {
			text = note + " " + text
		}
		return serverPieces(kindInfo, text)
	}
	r := messageResponse(m)
	return r.pieces()
}

// privateNote says that a message is private, empty if it is not.
func privateNote(m *gateway.Message) string {
	switch {
	case m.Private && m.Mine:
		return "(private to " + m.To + ")"
	case m.Private:
		return "(private)"
	}
	return ""
}

// messageResponse is a message as a response. That it is private or has files can
// only be said in its text.
func messageResponse(m *gateway.Message) response {
	var parts []string
	if note := privateNote(m); note != "" {
		parts = append(parts, note)
	}
	for i, a := range m.Attachments {
		kind := "file"
		if a.Picture() {
			kind = "picture"
		}
		text := kind + ": " + a.Name + ", " + plausch.ByteSize(a.Size)
		if i < len(m.Links) {
			text += ", " + m.Links[i]
		}
		parts = append(parts, "["+text+"]")
	}
	if m.Text != "" {
		parts = append(parts, m.Text)
	}
	return response{time: m.Time, sender: m.Author, kind: kindMessage, content: strings.Join(parts, " ")}
}

func messageResponses(messages []gateway.Message) []response {
	all := make([]response, len(messages))
	for i := range messages {
		all[i] = messageResponse(&messages[i])
	}
	return all
}

// Missed implements [gateway.Front].
func (f *front) Missed(n int) [][]byte {
	return serverPieces(kindInfo, gateway.MissedText(n))
}

// Presence implements [gateway.Front].
func (f *front) Presence(changes []gateway.Presence, _ []string) (pieces [][]byte) {
	for _, p := range changes {
		switch {
		case p.Mine:
		case p.Connected:
			pieces = append(pieces, serverPieces(kindInfo, p.Name+" joined")...)
		default:
			pieces = append(pieces, serverPieces(kindInfo, p.Name+" left")...)
		}
	}
	return pieces
}

// Bye implements [gateway.Front].
func (f *front) Bye(err error) [][]byte { return serverPieces(kindError, gateway.Sentence(err)) }
