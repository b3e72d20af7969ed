// Package tui is the chat in a window of a terminal: rooms, messages, people, and the
// line where the user writes.
//
// It is a Bubble Tea program. [Model] owns a timeline.State, which knows rooms, messages
// and what is unread, and itself knows only what is seen of it: where the user reads,
// what is written, which list is open. Update takes in keys, what clients tell and what
// the clock says, and does no I/O: what takes time is a command, whose answer is a
// message again. There is no other goroutine.
//
// A frame is drawn from the bottom up: [reader] walks over the pieces of the open room
// from where the user reads, blocks draws each piece once, and View puts the rows between
// the list of rooms and that of people. All columns are counted by widths, in the way in
// which the renderer counts, and all text of others passes client.Clean before.
package tui

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// Options are what a user chooses. The zero value works.
type Options struct {
	Config Config // Notify is how the terminal tells of what is for the user; empty is auto
}

// framesPerSecond is how often the renderer writes at most.
const framesPerSecond = 120

// Fits reports whether a window can be opened on these: both are a terminal that can
// more than print lines.
func Fits(stdin io.Reader, stdout io.Writer) bool {
	name := os.Getenv("TERM")
	return terminal.Is(stdin) && terminal.Is(stdout) && name != "" && name != "dumb"
}

// Run signs in at each of the servers, asking for what it needs, and shows the window until
// the user leaves, ctx ends, or a server lets nobody in. Other errors have passed
// [connect.Login.Explain].
func Run(ctx context.Context, logins []*connect.Login, o Options, stdin io.Reader, stdout io.Writer) error {
	for _, l := range logins {
		if err := askName(ctx, l, stdin, stdout); err != nil {
			return err
		}
	}
	o.Config.Notify = notifyWay(o.Config.Notify, os.Getenv)
	for {
		l, err := runWindow(ctx, logins, o, stdin, stdout)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if !l.ConfirmCertificate(ctx, err, stdin, stdout) && !l.RetrySignIn(ctx, err, stdin, stdout) {
			return l.Explain(err)
		}
	}
}

// askName asks who the user is, if nobody has said it.
func askName(ctx context.Context, l *connect.Login, stdin io.Reader, stdout io.Writer) error {
	for l.Name == "" && l.Token == "" {
		proposal := l.UserName()
		fmt.Fprintf(stdout, "Your name [%s]: ", proposal)
		answer, err := terminal.ReadLine(ctx, stdin)
		if err != nil {
			fmt.Fprintln(stdout)
			return connect.Usagef("--name says who you are")
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			answer = proposal
		}
		if answer == "" {
			continue
		}
		if err := l.SetName(answer); err != nil {
			fmt.Fprintf(stdout, "%v.\n", err)
		}
	}
	return nil
}

// runWindow is one run of the window. With an error it returns the login that it is of.
func runWindow(ctx context.Context, logins []*connect.Login, o Options, stdin io.Reader, stdout io.Writer) (*connect.Login, error) {
	var sessions []*session
	for _, l := range logins {
		s, err := openSession(l)
		if err != nil {
			return l, err
		}
		defer l.Close(s.client)
		for _, other := range sessions {
			if other.id == s.id { // the same server, as somebody else
				s.id += timeline.ServerID(" " + l.Name)
			}
		}
		sessions = append(sessions, s)
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	m := newModel(inner, o, sessions)
	p := tea.NewProgram(m, tea.WithInput(stdin), tea.WithOutput(stdout), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler())
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	if err := m.run(p); err != nil {
		return logins[0], err
	}
	if m.failed != nil {
		return m.failedAt.login, m.failed
	}
	return nil, nil
}

// run runs the program. However it ends, a panic of ours among that, what was written and
// is not sent is on the disk then, and the terminal is as it was.
func (m *Model) run(p *tea.Program) (err error) {
	defer func() {
		if unkept := m.keepUnsentNow(); err == nil && unkept != nil {
			err = fmt.Errorf("what you wrote and did not send is not kept: %w", unkept)
		}
	}()
	_, err = p.Run()
	m.keepCopies()
	return err
}
