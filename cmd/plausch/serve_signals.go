package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilSignal returns a context that ends when the process is told to stop.
// From then on a signal has its usual effect, so the second one ends the
// process at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals)
		cancel() // last: who sees the end can count on the second signal
	}()
	return ctx, cancel
}

// serverSignals returns a context that ends when the server is told to stop, and
// a channel that hears when it is told to read its settings anew. From the end on
// a signal has its usual effect, so the second one ends the process at once.
//
// SIGHUP is both: a service manager asks with it for a reload; when a terminal is
// closed it comes to those who ran there, and the server stops as with SIGTERM.
// Under nohup it does nothing.
func serverSignals(ctx context.Context) (_ context.Context, reload <-chan struct{}, _ context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	// A write to standard output or error that nobody reads fails; it does not
	// end the process.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 1)
	wanted := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		wanted = append(wanted, syscall.SIGHUP)
	}
	hadTerminal := hasTerminal()
	signal.Notify(signals, wanted...)
	reloads := make(chan struct{}, 1)
	go func() {
		for waiting := true; waiting; {
			select {
			case s := <-signals:
				waiting = s == syscall.SIGHUP && (!hadTerminal || hasTerminal())
			case <-ctx.Done():
				waiting = false
				continue
			}
			if waiting {
				select {
				case reloads <- struct{}{}:
				default: // one is due already
				}
			}
		}
		signal.Stop(signals)
		cancel() // last: who sees the end can count on the second signal
	}()
	return ctx, reloads, cancel
}

// hasTerminal reports whether the process has a terminal that it was started
// from, and that is still there.
func hasTerminal() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	return tty.Close() == nil
}
