package connect

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/client"
)

// Request signs in and calls do with the client, for commands that ask the server for
// something and end. It waits for at most timeout, and tells on progress whom it waits
// for. The error is one for [Login.Explain].
func (l *Login) Request(ctx context.Context, timeout time.Duration, progress io.Writer, do func(context.Context, *client.Client) error) error {
	o := l.Options()
	o.Begin = func(plausch.Room) int64 { return -1 } // no events
	o.Dial.Capabilities = []string{}
	c, err := client.Open(o)
	if err != nil {
		return err
	}
	defer l.Close(c)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := l.NewProgress(progress)
	defer p.Close()
	var offline atomic.Pointer[error]
	timer := time.AfterFunc(timeout, func() {
		stalled := &NoProgressError{After: timeout}
		if last := offline.Load(); last != nil {
			stalled.Last = *last
		}
		cancel(stalled)
	})
	defer timer.Stop()
	go func() {
		for {
			updates, err := c.Next(ctx)
			for _, u := range updates {
				if s, ok := u.(client.State); ok && s.Err != nil {
					offline.Store(&s.Err)
				}
				p.Take(u)
			}
			if err != nil {
				return
			}
		}
	}()
	err = do(ctx, c)
	var stalled *NoProgressError
	switch {
	case err == nil || ctx.Err() == nil:
		return err
	case errors.As(context.Cause(ctx), &stalled):
		return stalled
	}
	return ErrInterrupted
}
