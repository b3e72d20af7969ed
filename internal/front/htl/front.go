package htl

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/tinylib/msgp/msgp"

	"plausch"
	"plausch/internal/front/gateway"
	"plausch/internal/names"
	"plausch/protocol"
)

// front is one connection.
type front struct {
	*gateway.Session
	server      *Server
	framed      bool
	maxDocument int // bytes of a document, where that can be chosen
	in          *decoder
	token       string // of the signed-in account, empty if none
	askedName   string // the name that was asked for
}

// handlers are the types of messages, and whether only after auth.
var handlers = map[string]struct {
	handle    func(*front, request) error
	afterAuth bool
}{
	"auth":     {(*front).auth, false},
	"sslcheck": {(*front).sslCheck, false},
	"sslcert":  {(*front).sslCert, false},
	"close":    {(*front).close, false},
	"text":     {(*front).text, true},
	"image":    {(*front).image, true},
	"file":     {(*front).file, true},
	"getfile":  {(*front).getFile, true},
}

// Serve implements [gateway.Front].
func (f *front) Serve() error {
	defer f.forget()
	defer f.in.endUpload()
	next := func() (request, error) { return f.in.next(f.limit()) }
	refuse := func(err error) { f.notice(gateway.Sentence(err)) }
	return gateway.Answer(f.Session, next, f.handle, refuse)
}

// limit is the most bytes of the next request: a picture comes in base64.
func (f *front) limit() int {
	if !f.SignedIn() {
		return maxBeforeLogin
	}
	return base64.StdEncoding.EncodedLen(f.server.opts.FileBytes) + 4<<10
}

func (f *front) forget() {
	if f.token != "" {
		f.server.forget(f.token, f.Session)
	}
}

func (f *front) handle(r request) error {
	h, known := handlers[r.kind]
	switch {
	case !known:
		return requestError(fmt.Sprintf("there is no message of the type %.40q", r.kind))
	case h.afterAuth && !f.SignedIn():
		return requestError("say who you are first, with a message of the type auth")
	}
	return h.handle(f, r)
}

func (f *front) auth(r request) error {
	switch {
	case f.SignedIn():
		return requestError(fmt.Sprintf("you are signed in as %s already", f.OwnName()))
	case r.user == "":
		return requestError("auth needs the key user")
	}
	in := protocol.SignIn{Name: r.user, Transient: r.uuid == ""}
	if r.uuid != "" {
		in.Token = tokenOf(r.user, r.uuid)
	}
	if err := f.SignIn(in); err != nil {
		f.End() // as the original server does
		switch plausch.CodeOf(err) {
		case plausch.Taken:
			f.Reply(f.serverText(fmt.Sprintf("Username : %s already taken", r.user), everyone)...)
		case plausch.Internal, plausch.Unavailable:
			return err
		default:
			f.notice(gateway.Sentence(err))
		}
		return nil
	}
	f.askedName = r.user
	if f.token = in.Token; f.token != "" {
		f.server.takeOver(f.token, f.Session)
	}
	return f.sendWelcome()
}

// tokenOf derives a token from the secret of the protocol, the uuid. The original
// clients derive the uuid from the name of their machine.
func tokenOf(user, uuid string) string {
	sum := sha256.Sum256([]byte("htl\x00" + strings.ToLower(user) + "\x00" + uuid))
	return "plausch_" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// sendWelcome sends the replies that a client expects after auth, then the history, and
// starts the delivery of new messages.
func (f *front) sendWelcome() error {
	defer f.StartDelivery()
	names, err := f.Names()
	if err != nil {
		return err
	}
	f.Reply(f.users(names))
	f.Reply(f.serverText(f.OwnName()+" logged in", everyone)...)
	f.noticeFoldedName()
	if n := f.server.opts.HistoryMessages; n > 0 {
		recent, err := f.Recent(n)
		if err != nil {
			return err
		}
		for i := range recent {
			f.Reply(f.Message(&recent[i])...)
		}
	}
	return nil
}

// noticeFoldedName tells the client if its name is not the one that it asked for.
func (f *front) noticeFoldedName() {
	if name, err := names.Account(f.askedName); err != nil || !strings.EqualFold(name, f.Name()) {
		f.notice(fmt.Sprintf("Your name here is %s, and others write to you by it: %.64q cannot be a name, which takes 2 to 32 letters a to z, digits, dots, underscores or hyphens.", f.Name(), f.askedName))
	}
}

func (f *front) close(request) error {
	f.End()
	return nil
}

func (f *front) sslCheck(request) error {
	f.Reply(f.piece(msgp.AppendBool(nil, f.certificate() != nil)))
	return nil
}

func (f *front) sslCert(request) error {
	f.Reply(f.piece(msgp.AppendBytes(nil, f.certificate())))
	return nil
}

func (f *front) certificate() []byte {
	if f.server.opts.Certificate == nil {
		return nil
	}
	return f.server.opts.Certificate()
}

// text sends a text. Its author is the signed-in account, whatever it says.
func (f *front) text(r request) error {
	if len(r.content) > maxSmall { // a copy of it could be as large as a file
		return requestError(fmt.Sprintf("the text has %d bytes; at most %d can be sent in one message", len(r.content), plausch.MaxText))
	}
	return f.send(r, string(r.content))
}

// send sends a text, or files by their ids, to the recipient of the request.
func (f *front) send(r request, text string, attachments ...string) error {
	to := strings.TrimSpace(r.recipient)
	if to == everyone {
		to = ""
	}
	if to != "" {
		if _, err := names.AccountAddress(to); err != nil {
			return f.sendError(plausch.Errorf(plausch.NotFound, "nobody has such a name"))
		}
	}
	return f.sendError(f.Send(to, text, attachments...))
}

// sendError answers a message to a name that nobody has as the original server does.
// Somebody who is away gets the message later.
func (f *front) sendError(err error) error {
	if plausch.CodeOf(err) == plausch.NotFound {
		f.notice("Private Message was not delivered. Reason: user unavailable")
		return nil
	}
	return err
}

// notice sends a text of the server to this client alone.
func (f *front) notice(text string) {
	recipient := everyone
	if f.SignedIn() {
		recipient = f.OwnName()
	}
	f.Reply(f.serverText(text, recipient)...)
}

// Message implements [gateway.Front]. The original server sends a public message
// to its author, too, whose client hides it; a private one it does not.
func (f *front) Message(m *gateway.Message) (pieces [][]byte) {
	if m.Sent && m.Private {
		return nil
	}
	if m.Edit {
		return f.serverText(m.ChangedText(), recipientOf(m))
	}
	from := message{kind: kindText, content: []byte(m.Text), author: m.Author, recipient: recipientOf(m), time: m.Time}
	if m.Text != "" {
		pieces = f.pieces(from)
	}
	for _, a := range m.Attachments {
		pieces = append(pieces, f.attachment(from, a))
	}
	return pieces
}

// Missed implements [gateway.Front].
func (f *front) Missed(n int) [][]byte {
	return f.serverText(gateway.MissedText(n), everyone)
}

// Presence implements [gateway.Front].
func (f *front) Presence(changes []gateway.Presence, connected []string) [][]byte {
	pieces := [][]byte{f.users(connected)}
	for _, p := range changes {
		if p.Connected && !p.Mine {
			pieces = append(pieces, f.serverText(p.Name+" logged in", everyone)...)
		}
	}
	return pieces
}

// Bye implements [gateway.Front].
func (f *front) Bye(err error) [][]byte { return f.serverText(gateway.Sentence(err), everyone) }
