package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
	"plausch/protocol"
)

func newTailCommand() *cobra.Command {
	var server connect.Flags
	t := new(tailer)
	cmd := &cobra.Command{
		Use:   "tail [flags] ROOM|@NAME",
		Short: "Print what was said, for people and scripts",
		Long: "Prints the last messages of a room, or of what you and another person wrote each other. A\n" +
			"public room is joined if need be.\n\n" +
			"Each message is a line, with further lines of its text indented; or with --json an object\n" +
			"with the keys room, seq, time (RFC 3339, UTC), from and text, and attachments (each with id,\n" +
			"name, type and size) if there are any. What was said before is printed as it is now; an edit\n" +
			"or deletion that comes while following is a line of its own, with the keys kind and target.\n" +
			"With --events all that happened is printed as it did, joins and reactions too. A script that\n" +
			"keeps the last seq and goes on with --since --events misses nothing and sees nothing twice.",
		Example: "  plausch tail public\n" +
			"  plausch tail @anna -n 100\n" +
			"  plausch tail public --since 41 --follow --json | jq -r .text",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			flags := cmd.Flags()
			t.all = flags.Changed("since") && !flags.Changed("lines")
			switch {
			case t.lines < 0:
				return connect.Usagef("-n takes a number from 0, not %d", t.lines)
			case t.since < 0:
				return connect.Usagef("--since takes a seq from 0, not %d", t.since)
			case t.timeout <= 0:
				return connect.Usagef("--timeout takes a duration such as 30s, not %v", t.timeout)
			}
			if t.target, err = connect.ParseTarget(args[0]); err != nil {
				return err
			}
			c, err := server.Login()
			if err != nil {
				return err
			}
			if err := c.RequireName(); err != nil {
				return err
			}
			if err := t.target.Check(c.Address); err != nil {
				return c.Explain(err)
			}
			if t.since > 0 && c.Address.KTN() {
				return connect.Usagef("a KTN server does not number its messages, so --since can only be 0: all that it replays")
			}
			// A reader that has enough, such as head, ends us in peace.
			signal.Ignore(syscall.SIGPIPE)
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			t.ktn = c.Address.KTN()
			t.stdout, t.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			t.out = bufio.NewWriter(t.stdout)
			for {
				err = t.run(ctx, c)
				switch {
				case errors.Is(err, syscall.EPIPE), errors.Is(err, connect.ErrInterrupted):
					return nil
				case !c.RetrySignIn(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()):
					return c.Explain(err)
				}
			}
		},
	}
	addConnection(cmd, &server)
	flags := cmd.Flags()
	flags.IntVarP(&t.lines, "lines", "n", 10, "How many messages to print")
	flags.Int64Var(&t.since, "since", 0, "Print all that came after this seq; with -n the last of it")
	flags.BoolVarP(&t.follow, "follow", "f", false, "Go on with what comes, over lost connections and restarts of the server")
	flags.BoolVar(&t.events, "events", false, "Print all that happened, as it did, instead of messages as they are now")
	flags.BoolVar(&t.json, "json", false, "Print JSON objects, one a line")
	flags.DurationVar(&t.timeout, "timeout", 30*time.Second, "How long to go on trying when the server cannot be reached; not while following")
	return cmd
}

// tailer is one run of plausch tail.
type tailer struct {
	target       connect.Target
	lines        int
	since        int64
	all          bool // all after since, however many lines
	events       bool // as they happened, instead of messages as they are now
	ktn          bool // a server that has no other than that
	follow, json bool
	timeout      time.Duration
	stdout       io.Writer
	out          *bufio.Writer // to stdout
	stderr       io.Writer

	client        *client.Client
	progress      *connect.Progress
	progressTimer *time.Timer              // ends the context of begin
	room          plausch.Room             // once it is known
	caughtUp      bool                     // it was known by then, or is not there yet
	quotes        map[int64]*plausch.Quote // what messages that are to be printed answer
	offline       error                    // why there is no connection; nil while there is one
	lostAt        time.Time                // when it was lost; zero once that was said
	lost          bool                     // it was said

	wasOnline bool
}

func (t *tailer) run(ctx context.Context, c *connect.Login) error {
	t.quotes = make(map[int64]*plausch.Quote)
	o := c.Options()
	o.Begin = func(r plausch.Room) int64 {
		if t.target.Is(r) {
			return r.Head // what is before it is asked for as history
		}
		return -1
	}
	o.Dial.Capabilities = []string{}
	var err error
	if t.client, err = client.Open(o); err != nil {
		return err
	}
	defer c.Close(t.client)
	t.progress = c.NewProgress(t.stderr)
	defer t.progress.Close()
	if err := t.begin(ctx, c); err != nil || !t.follow {
		return errors.Join(err, t.out.Flush())
	}
	for {
		if err := t.next(ctx, c); err != nil {
			return errors.Join(err, t.out.Flush())
		}
		if err := t.out.Flush(); err != nil {
			return err
		}
	}
}

// begin waits until the room is known and what it had is printed. A follower of
// a person with whom there are no messages yet goes on before that.
func (t *tailer) begin(ctx context.Context, c *connect.Login) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.progressTimer = time.AfterFunc(t.timeout, func() { cancel(&connect.NoProgressError{After: t.timeout}) })
	defer t.progressTimer.Stop()
	for t.room.ID == 0 {
		if err := t.next(ctx, c); err != nil {
			return err
		}
		if !t.caughtUp || t.room.ID != 0 {
			continue
		}
		switch {
		case t.target.Room != "":
			if _, err := t.target.Enter(ctx, t.client); err != nil {
				return t.endCause(ctx, err)
			}
		case t.follow:
			return nil
		default:
			return plausch.Errorf(plausch.NotFound, "you and %s have not written each other yet", t.target.Peer)
		}
	}
	return t.out.Flush()
}

// endCause returns why ctx has ended, or err if it has not.
func (t *tailer) endCause(ctx context.Context, err error) error {
	var stalled *connect.NoProgressError
	switch {
	case ctx.Err() == nil:
		return err
	case errors.As(context.Cause(ctx), &stalled):
		return &connect.NoProgressError{After: stalled.After, Last: t.offline}
	default:
		return connect.ErrInterrupted
	}
}

// next waits for updates and prints what they bring.
func (t *tailer) next(ctx context.Context, c *connect.Login) error {
	waiting, cancel := ctx, context.CancelFunc(func() {})
	if t.follow && !t.lostAt.IsZero() {
		waiting, cancel = context.WithDeadline(ctx, t.lostAt.Add(connect.OfflineDelay))
	}
	updates, err := t.client.Next(waiting)
	cancel()
	switch {
	case err != nil && ctx.Err() == nil && waiting.Err() != nil:
		t.lost, t.lostAt = true, time.Time{}
		t.progress.Print("%s; trying again", c.ExplainOffline(t.offline))
		return nil
	case err != nil:
		return t.endCause(ctx, err)
	}
	for _, u := range updates {
		t.progress.Take(u)
		switch u := u.(type) {
		case client.State:
			t.state(u)
		case client.CaughtUp:
			t.caughtUp = true
		case client.RoomJoined:
			if err := t.joined(ctx, u); err != nil {
				return err
			}
		case client.RoomReset:
			if u.Room == t.room.ID {
				t.since = min(t.since, u.Head)
				t.progress.Print("the server went back to an older state: what came after seq %d is gone there", u.Head)
			}
		case client.Event:
			if u.Room == t.room.ID && u.Seq > t.since {
				if err := t.print(u.Event); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *tailer) state(u client.State) {
	switch {
	case u.Phase == client.Online:
		t.wasOnline = true
		if t.lost {
			t.progress.Print("connected again")
		}
		t.offline, t.lost, t.lostAt = nil, false, time.Time{}
	case u.Phase == client.Offline:
		if t.offline == nil && t.wasOnline { // until then progress tells
			t.lostAt = time.Now()
		}
		t.offline = u.Err
	}
}

// joined prints what the room had before its events begin to come.
func (t *tailer) joined(ctx context.Context, u client.RoomJoined) error {
	if !t.target.Is(u.Room) || u.Room.ID == t.room.ID {
		return nil
	}
	// One that a follower waited for is new as a whole, and so is the room with
	// somebody else to whom the name went over.
	anew := t.room.ID != 0 || t.target.Peer != "" && t.caughtUp
	t.room = u.Room
	var err error
	switch {
	case anew:
		t.since = 0
		err = t.printAfter(ctx, 0, u.After)
	case t.since > u.After:
		return plausch.Errorf(plausch.Invalid, "seq %d is ahead of the log of %s, which ends at %d: the seq is another room's, "+
			"or the server went back to an older state; go on with --since %d", t.since, t.target, u.After, u.After)
	case t.all:
		err = t.printAfter(ctx, t.since, u.After)
	default:
		err = t.printLast(ctx, u.After)
	}
	if err != nil {
		return t.endCause(ctx, err)
	}
	return nil
}

// printAfter prints the messages with seqs over after, up to last.
func (t *tailer) printAfter(ctx context.Context, after, last int64) error {
	for after < last {
		page := client.HistoryQuery{After: after, Limit: protocol.MaxPage}
		if after == 0 {
			page.Before = 2 // 0 would not bound the page
		}
		events, more, err := t.history(ctx, page)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Seq > last {
				return nil
			}
			if err := t.print(e); err != nil {
				return err
			}
			after = e.Seq
		}
		switch {
		case after == 0:
			after = 1 // the first is not to be had
		case page.After > 0 && (!more || len(events) == 0):
			return nil
		}
	}
	return nil
}

// history asks for a page, of events or of messages as they are now, which restarts
// progressTimer; it does not run while the output is blocked by a slow reader.
func (t *tailer) history(ctx context.Context, page client.HistoryQuery) ([]plausch.Event, bool, error) {
	t.progressTimer.Reset(t.timeout)
	defer t.progressTimer.Stop()
	if t.events || t.ktn {
		return t.client.History(ctx, t.room.ID, page)
	}
	q := client.MessageQuery{Before: page.Before, Limit: page.Limit}
	if page.After != 0 {
		q = client.MessageQuery{After: page.After, Limit: page.Limit}
	}
	state, err := t.client.Messages(ctx, t.room.ID, q)
	events := make([]plausch.Event, len(state.Messages))
	for i := range state.Messages {
		m := &state.Messages[i]
		events[i] = m.Event
		if m.Quote != nil {
			t.quotes[m.Seq] = m.Quote
		}
	}
	return events, page.After != 0 && state.Newer || page.After == 0 && state.Older, err
}

// printLast prints the newest messages up to last.
func (t *tailer) printLast(ctx context.Context, last int64) error {
	var found []plausch.Event // newest first
	before, more := last+1, true
	for more && len(found) < t.lines && before > t.since+1 {
		page := client.HistoryQuery{Before: before, Limit: protocol.MaxPage}
		var events []plausch.Event
		var err error
		if events, more, err = t.history(ctx, page); err != nil {
			return err
		}
		for _, e := range slices.Backward(events) {
			if before = e.Seq; t.prints(e) && e.Seq > t.since && len(found) < t.lines {
				found = append(found, e)
			}
		}
		more = more && len(events) > 0
	}
	for _, e := range slices.Backward(found) {
		if err := t.print(e); err != nil {
			return err
		}
	}
	return nil
}

// prints reports whether an event is one that is printed. Without JSON, reactions and
// pins of messages that were printed long ago would say nothing.
func (t *tailer) prints(e plausch.Event) bool {
	switch {
	case t.events || e.Kind == plausch.EventMessage:
		return true
	case t.json:
		return e.Kind.Targeted()
	default:
		return e.Kind == plausch.EventEdit || e.Kind == plausch.EventDelete
	}
}

// print prints an event, if it is one to print.
func (t *tailer) print(e plausch.Event) error {
	if !t.prints(e) {
		return nil
	}
	if !t.json {
		quote := t.quotes[e.Seq]
		delete(t.quotes, e.Seq)
		_, err := t.out.WriteString(quoteRow(e, quote) + eventRows(e, terminal.Columns(t.stdout)))
		return err
	}
	b, err := eventJSON(t.target.String(), e, t.events)
	if err != nil {
		return err
	}
	_, err = t.out.Write(append(b, '\n'))
	return err
}
