// Package linechat is the chat in a terminal without windows: what is said scrolls
// by, and below it the user writes a line. In a pipe it reads and prints plain lines.
//
// Its parts: [Run] signs in and begins; chat is one event loop over what the client
// tells, what the user does and what the clock says. It owns a timeline.State, which has
// rooms, messages, read markers and sends, and itself knows only what it has told; renderer
// turns events into text; screen is where that is shown and where lines come from, an
// editor on a terminal (editor, keyReader) or plain lines. Goroutines besides the loop:
// one reads keys or lines, one watches the terminal's size, and one waits for each
// answer that was asked for.
package linechat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"plausch/client"
	"plausch/internal/connect"
)

// Options are what a user chooses. The zero value works.
type Options struct {
	NoBell bool // does not ring for direct messages and the user's name
}

// Run signs in, asking for what it needs, and chats until the user leaves, stdin or
// ctx ends, or the server lets nobody in. Other errors are for [connect.Login.Explain].
func Run(ctx context.Context, c *connect.Login, o Options, stdin io.Reader, stdout io.Writer) error {
	chat := &chat{bell: !o.NoBell}
	s, err := openScreen(stdin, stdout, chat.complete)
	if err != nil {
		return err
	}
	defer s.close()
	r := &renderer{columns: s.columns, colour: s.terminal() && os.Getenv("NO_COLOR") == "", now: time.Now}
	askedName, askedPassword := false, false
	for {
		if c.Name == "" && c.Token == "" {
			askedName = true
			if err := askName(ctx, c, s, r); err != nil {
				return ignoreQuit(err)
			}
		}
		err := chat.run(ctx, c, s, r)
		if c.RetryNameTaken(ctx, err) {
			continue
		}
		if s.terminal() {
			if ok, err := confirmCertificate(ctx, c, s, r, err); err != nil {
				return ignoreQuit(err)
			} else if ok {
				continue
			}
		}
		if askedPassword {
			c.Password = "" // that was not it
		}
		if !s.terminal() || !c.NeedsPassword(err) {
			return ignoreQuit(err)
		}
		// A guest of another client, or an account: only the user knows.
		fmt.Fprint(s, r.note("%s.", c.SignInErrorText(err)))
		c.Password, err = ask(ctx, s, "Password of "+c.Name+", or nothing to stop: ", "", true)
		askedPassword = true
		switch {
		case err != nil:
			return ignoreQuit(err)
		case c.Password == "" && askedName:
			c.Name = ""
		case c.Password == "":
			return &connect.Error{Exit: connect.ExitSignIn, Err: errors.New("nobody is signed in")}
		}
	}
}

// errQuit is the end that the user asked for.
var errQuit = errors.New("quit")

func ignoreQuit(err error) error {
	if errors.Is(err, errQuit) {
		return nil
	}
	return err
}

// askName asks who the user is.
func askName(ctx context.Context, c *connect.Login, s screen, r *renderer) error {
	if !s.terminal() {
		return c.RequireName()
	}
	proposal := c.UserName()
	for {
		answer, err := ask(ctx, s, "Your name: ", proposal, false)
		if err != nil {
			return err
		}
		if answer = cmp.Or(strings.TrimSpace(answer), proposal); answer == "" {
			continue
		}
		if err = c.SetName(answer); err == nil {
			return nil
		}
		fmt.Fprint(s, r.note("%v.", err))
	}
}

// ask asks for one line; Ctrl-C, Ctrl-D and the end of ctx are errQuit.
func ask(ctx context.Context, s screen, prompt, proposal string, hidden bool) (string, error) {
	s.setPrompt(prompt, "")
	s.ask(proposal, hidden)
	defer s.rest()
	select {
	case in := <-s.inputs():
		if in.kind != inputLine {
			return "", errQuit
		}
		return in.text, nil
	case <-ctx.Done():
		return "", errQuit
	}
}

// openChat opens a client with the outbox file of this server and name. If
// another chat is using that, it keeps nothing after its end, and says so.
func openChat(c *connect.Login) (cl *client.Client, kept bool, err error) {
	o := c.Options()
	o.Newest = newestEvents
	o.Outbox = c.OutboxFile()
	cl, err = client.Open(o)
	if errors.Is(err, client.ErrOutboxInUse) {
		o.Outbox = ""
		cl, err = client.Open(o)
		return cl, false, err
	}
	return cl, err == nil && o.Outbox != "", err
}
