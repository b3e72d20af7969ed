package connect

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/terminal"
)

// tellWaiting is how long connecting may take before that is said where nobody sits
// at a terminal.
const tellWaiting = time.Second

// Progress tells whom a command tries to reach, and why it waits, until it is
// connected for the first time, and that the sign-in cannot be kept. On a terminal it does so at once, on a line that goes
// when there is a connection; elsewhere after [tellWaiting], and each reason once.
type Progress struct {
	login    *Login
	to       io.Writer
	terminal bool // whether to can have a line erased

	mu    sync.Mutex // guards what follows
	timer *time.Timer
	shown bool   // a line stands on the terminal that is to be erased
	ended bool   // nothing is told any more
	due   bool   // tellWaiting is over
	why   string // the last reason that is known
	told  string // the last reason that was told
}

// NewProgress begins to tell on w, which should be standard error. [Progress.Close]
// ends it.
func (l *Login) NewProgress(w io.Writer) *Progress {
	p := &Progress{login: l, to: w, terminal: terminal.Is(w) && os.Getenv("TERM") != "dumb"}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := l.StateError(); err != nil && l.Token == "" && !l.Address.KTN() && !l.toldUnkept {
		l.toldUnkept = true
		p.print(fmt.Sprintf("your sign-in is not kept: %v", err))
	}
	if p.terminal {
		p.due, p.shown = true, true
		fmt.Fprintf(p.to, "Connecting to %s …", l.Address)
	} else {
		p.timer = time.AfterFunc(tellWaiting, p.waitIsLong)
	}
	return p
}

// waitIsLong is called once tellWaiting is over.
func (p *Progress) waitIsLong() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.due = true; p.ended {
		return
	}
	if p.why == "" {
		p.print(fmt.Sprintf("connecting to %s, which has not answered yet", p.login.Address))
		return
	}
	p.tell()
}

// Take handles an update of the client: a state, or that a sign-in is not kept.
func (p *Progress) Take(u client.Update) {
	state, ok := u.(client.State)
	switch {
	case !ok:
		if u, ok := u.(client.NotKept); ok {
			p.Print("your sign-in is not kept: %v", u.Err)
		}
	case state.Phase == client.Online:
		p.Close()
		p.checkName(state.Account)
	case state.Phase == client.Offline && state.Err != nil:
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.why = p.login.ExplainOffline(state.Err); p.due && !p.ended {
			p.tell()
		}
	}
}

// checkName warns if the token is not that of the account that was named.
func (p *Progress) checkName(account plausch.AccountRef) {
	l := p.login
	if l.Token == "" || l.Name == "" || l.Name == account.Name || l.toldName {
		return
	}
	l.toldName = true
	p.Print("the token is that of %s, not of %s", account.Name, l.Name)
}

// tell says why it waits; p.mu is held.
func (p *Progress) tell() {
	if p.why == p.told {
		return
	}
	p.told = p.why
	end := "."
	if strings.HasSuffix(p.why, "?") {
		end = ""
	}
	p.print(p.why + end + " Trying again")
}

// print prints a line of its own; p.mu is held.
func (p *Progress) print(text string) {
	p.erase()
	fmt.Fprintln(p.to, terminal.Wrap("plausch: ", client.CleanLine(text), terminal.Columns(p.to), progressIndent))
}

// Print prints what else is to be told.
func (p *Progress) Print(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(fmt.Sprintf(format, args...))
}

const progressIndent = 2

func (p *Progress) erase() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = false
	}
}

// Close has nothing told any more. It may be called several times.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.erase()
	if p.timer != nil {
		p.timer.Stop()
	}
}

const (
	// OfflineDelay is how long a connection has to be lost before that is said.
	OfflineDelay = 2 * time.Second
	// MaxUnacknowledged is how many lines of a file are under way at once. The
	// client keeps fewer in flight; the rest bridges a short loss of the connection.
	MaxUnacknowledged = 1000
)
