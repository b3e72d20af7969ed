package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

const (
	// transferPatience is how long a transfer may bring nothing before a command gives up.
	transferPatience = 2 * time.Minute
	barEvery         = 100 * time.Millisecond
	barWidth         = 20
)

// transfer runs do as request does, for as long as files come or go: each call of moved
// gives it transferPatience more.
func transfer(cmd *cobra.Command, f connect.Flags, do func(ctx context.Context, c *client.Client, moved func()) error) error {
	login, err := f.Login()
	if err != nil {
		return err
	}
	if err := login.RequireName(); err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	for {
		err := login.Request(ctx, forever, cmd.ErrOrStderr(), func(ctx context.Context, c *client.Client) error {
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			timer := time.AfterFunc(transferPatience, func() { cancel(&connect.NoProgressError{After: transferPatience}) })
			defer timer.Stop()
			err := do(ctx, c, func() { timer.Reset(transferPatience) })
			if cause := context.Cause(ctx); err != nil && cause != nil {
				return cause
			}
			return err
		})
		if !login.RetrySignIn(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()) {
			return login.Explain(err)
		}
	}
}

// forever is longer than any transfer.
const forever = 365 * 24 * time.Hour

// bar shows on a terminal how far a transfer is, and nothing elsewhere.
type bar struct {
	out   io.Writer // nil if it is no terminal
	name  string
	moved func()

	mu    sync.Mutex
	drawn time.Time
	width int // of what is drawn, in columns at most
}

func newBar(out io.Writer, name string, moved func()) *bar {
	b := &bar{name: client.CleanLine(name), moved: moved}
	if terminal.Is(out) {
		b.out = out
	}
	return b
}

// set shows that done bytes of total have come or gone.
func (b *bar) set(done, total int64) {
	b.moved()
	if b.out == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if done < total && time.Since(b.drawn) < barEvery {
		return
	}
	b.drawn = time.Now()
	text := barText(b.name, done, total, terminal.Columns(b.out)-1)
	fmt.Fprintf(b.out, "\r%s%s", text, strings.Repeat(" ", max(0, b.width-terminal.Width(text))))
	b.width = terminal.Width(text)
}

// end takes the bar away.
func (b *bar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.out != nil && b.width > 0 {
		fmt.Fprintf(b.out, "\r%s\r", strings.Repeat(" ", b.width))
		b.width = 0
	}
}

// barText returns what a bar shows in so many columns.
func barText(name string, done, total int64, columns int) string {
	figures := plausch.ByteSize(done)
	if total > 0 {
		full := int(min(done, total) * barWidth / total)
		figures = fmt.Sprintf("[%s%s] %3d %% of %s", strings.Repeat("#", full), strings.Repeat("-", barWidth-full), min(done, total)*100/total, plausch.ByteSize(total))
	}
	if room := columns - len(figures) - 2; terminal.Width(name) > room {
		if room < 1 {
			return figures[:min(len(figures), max(0, columns))]
		}
		for terminal.Width(name) > room-1 && name != "" {
			r := []rune(name)
			name = string(r[:len(r)-1])
		}
		name += "…"
	}
	return name + "  " + figures
}
