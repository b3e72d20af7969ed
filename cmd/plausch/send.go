package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newSendCommand() *cobra.Command {
	var to string
	var timeout time.Duration
	var whole bool
	var change messageChange
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "send [flags] [TEXT...]",
		Short: "Send messages from a script",
		Long: "Sends its words, joined by spaces, as one message. Without words each line of standard\n" +
			"input is a message, in order, as it comes; empty lines are skipped. Colours and whatever\n" +
			"else a terminal would not show are left out, and lines that are too long for a message are\n" +
			"cut. With --whole all of standard input is one message: if it is longer than 16 KiB, as few\n" +
			"as possible. A public room is joined if need be.\n\n" +
			"With --reply the message answers that one; with --edit the words take the place of what a\n" +
			"message of yours said; --delete takes a message away from everybody. SEQ is the number that\n" +
			"plausch tail --json has.\n\n" +
			"The exit code is 0 only when the server has all of it on disk: 2 means a wrong command\n" +
			"line, 3 not let in, 4 no connection, 5 refused. What was not sent is said on standard\n" +
			"error, with the numbers of its lines.",
		Example: "  plausch send the backup is done\n" +
			"  make 2>&1 | plausch send --to builds\n" +
			"  uptime | plausch send --to @anna --name cellar",
		RunE: func(cmd *cobra.Command, args []string) error {
			if timeout <= 0 {
				return connect.Usagef("--timeout takes a duration such as 30s, not %v", timeout)
			}
			target, err := connect.ParseTarget(to)
			if err != nil {
				return err
			}
			if err := change.check(cmd.Flags(), whole || len(args) > 0); err != nil {
				return err
			}
			var lines lineSource
			switch {
			case change.delete != 0:
				lines = noLines
			case whole && len(args) > 0:
				return connect.Usagef("--whole is for standard input; words are one message anyway")
			case whole:
				lines, err = readWhole(cmd.InOrStdin())
			case len(args) > 0:
				lines, err = oneText(strings.Join(args, " "))
			default:
				lines = readLines(cmd.InOrStdin())
			}
			if err != nil {
				return err
			}
			c, err := flags.Login()
			if err != nil {
				return err
			}
			if err := c.RequireName(); err != nil {
				return err
			}
			if err := target.Check(c.Address); err != nil {
				return c.Explain(err)
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			for {
				err = send(ctx, c, target, change, lines, timeout, cmd.ErrOrStderr())
				if !c.RetrySignIn(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()) {
					return c.Explain(err)
				}
			}
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().StringVar(&to, "to", plausch.PublicRoomName, "Room, or @NAME for a person, to send to")
	cmd.Flags().BoolVar(&whole, "whole", false, "Send all of standard input as one message")
	cmd.Flags().Int64Var(&change.reply, "reply", 0, "Answer the message SEQ of the room")
	cmd.Flags().Int64Var(&change.edit, "edit", 0, "Change the message SEQ, which you wrote, instead of sending one")
	cmd.Flags().Int64Var(&change.delete, "delete", 0, "Delete the message SEQ for everybody")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "How long to go on trying when nothing is acknowledged any more")
	return cmd
}

// messageChange has the seqs of the messages that a send replies to, edits or deletes, 0 if
// none, and the ids of the files that it sends.
type messageChange struct {
	reply, edit, delete int64
	files               []string
}

func (m *messageChange) ofMessage() bool { return m.reply != 0 || m.edit != 0 || m.delete != 0 }

// check reports why a command line cannot ask for the change. Words says whether its
// text is known from the beginning.
func (m *messageChange) check(flags *pflag.FlagSet, words bool) error {
	given := 0
	for name, seq := range map[string]int64{"reply": m.reply, "edit": m.edit, "delete": m.delete} {
		if !flags.Changed(name) {
			continue
		}
		if given++; seq < 1 {
			return connect.Usagef("--%s takes the number of a message from 1, not %d", name, seq)
		}
	}
	switch {
	case given > 1:
		return connect.Usagef("give one of --reply, --edit and --delete")
	case m.edit != 0 && !words:
		return connect.Usagef("say as words what the message is to say instead, or pipe it in with --whole")
	case m.delete != 0 && words:
		return connect.Usagef("--delete takes no text")
	}
	return nil
}

// noLines is the source of a send that has no text.
func noLines() <-chan textLine {
	none := make(chan textLine)
	close(none)
	return none
}

// sender is one run of plausch send: an event loop over the client's updates,
// the lines of the input and timers.
type sender struct {
	client   *client.Client
	progress *connect.Progress
	timeout  time.Duration
	target   client.Outgoing // without a text
	ready    bool            // the target is known
	lines    <-chan textLine // nil before that, and when no more are read
	change   messageChange
	changed  chan error // gets the outcome of an edit or deletion
	changing bool       // it is waited for
	edited   bool

	waiting map[string]int // line numbers of what is not acknowledged yet, by client id
	refused []int          // line numbers
	sent    int
	read    int   // number of the last line that was read
	unread  int   // number of the first line that was not sent; 0 if all were read
	failure error // the first
	offline error // why there is no connection; nil while there is one
}

// send sends all of lines, or returns what came in between and writes to report
// which lines were not sent.
//
// The outbox is in memory: what is not acknowledged at the end is not sent
// later. A script that runs the command again after a failure would send it
// twice otherwise.
func send(ctx context.Context, c *connect.Login, target connect.Target, change messageChange, lines lineSource, timeout time.Duration, report io.Writer) error {
	o := c.Options()
	o.Begin = func(plausch.Room) int64 { return -1 } // no events
	o.Dial.Capabilities = []string{}
	cl, err := client.Open(o)
	if err != nil {
		return err
	}
	defer c.Close(cl)
	progress := c.NewProgress(report)
	defer progress.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &sender{client: cl, progress: progress, timeout: timeout, change: change, waiting: make(map[string]int), changed: make(chan error, 1)}
	if err := s.run(ctx, target, lines); err != nil {
		s.fail(err)
	}
	progress.Close()
	s.report(report)
	return s.failure
}

func (s *sender) run(ctx context.Context, target connect.Target, lines lineSource) error {
	type entered struct {
		to  client.Outgoing
		err error
	}
	found := make(chan entered, 1)
	go func() {
		to, err := target.Enter(ctx, s.client)
		if err == nil && s.change.ofMessage() && to.Room == 0 {
			to, err = directRoom(ctx, s.client, target)
		}
		found <- entered{to, err}
	}()
	updates := connect.Updates(ctx, s.client)
	progressTimer := time.NewTimer(s.timeout)
	defer progressTimer.Stop()
	for !s.ready || s.lines != nil || len(s.waiting) > 0 || s.changing {
		next := s.lines
		if len(s.waiting) >= connect.MaxUnacknowledged || s.changing {
			next = nil
		}
		progress := false
		select {
		case r := <-found:
			if r.err != nil {
				return r.err
			}
			s.target, s.lines, s.ready, progress = r.to, lines(), true, true
			s.target.Target, s.target.Attachments = s.change.reply, s.change.files
			if s.change.delete != 0 {
				s.apply(func() error {
					_, err := s.client.DeleteMessage(ctx, s.target.Room, s.change.delete)
					return err
				})
			}
		case err := <-s.changed:
			if s.changing, progress = false, true; err != nil {
				return err
			}
		case b := <-updates:
			if b.Err != nil {
				return b.Err
			}
			progress = s.take(b.Updates)
		case line, ok := <-next:
			progress = len(s.waiting) == 0 // nothing was waited for before
			s.put(ctx, line, ok)
		case <-progressTimer.C:
			if !s.ready || len(s.waiting) > 0 || s.changing {
				return &connect.NoProgressError{After: s.timeout, Last: s.offline}
			}
		case <-ctx.Done():
			return connect.ErrInterrupted
		}
		if progress {
			progressTimer.Reset(s.timeout)
		}
	}
	return nil
}

// directRoom returns the direct room with a person, in which there are messages.
func directRoom(ctx context.Context, c *client.Client, target connect.Target) (client.Outgoing, error) {
	rooms, err := c.ListRooms(ctx, false)
	if err != nil {
		return client.Outgoing{}, err
	}
	for _, r := range rooms {
		if target.Is(r.Room) {
			return client.Outgoing{Room: r.ID}, nil
		}
	}
	return client.Outgoing{}, plausch.Errorf(plausch.NotFound, "you and %s have not written each other yet", target.Peer)
}

// apply does a change of a message beside the loop.
func (s *sender) apply(change func() error) {
	s.changing = true
	go func() { s.changed <- change() }()
}

// put sends a line, or ends the reading of lines if there is none.
func (s *sender) put(ctx context.Context, line textLine, ok bool) {
	if !ok {
		s.lines = nil
		return
	}
	s.read = line.number
	err := line.err
	if err == nil && s.change.edit != 0 && s.edited {
		err = plausch.Errorf(plausch.TooLarge, "the text is longer than the %d bytes of one message", plausch.MaxText)
	}
	if err == nil && s.change.edit != 0 {
		s.edited = true
		s.apply(func() error {
			_, err := s.client.EditMessage(ctx, s.target.Room, s.change.edit, client.Edit{Text: line.text})
			return err
		})
		return
	}
	if err == nil {
		m := s.target
		m.Text = line.text
		var id string
		if id, err = s.client.Send(m); err == nil {
			s.waiting[id] = line.number
			return
		}
	}
	s.read-- // it counts as one that follows
	s.fail(err)
	s.read = line.number
}

// fail keeps the first failure and ends the reading of lines.
func (s *sender) fail(err error) {
	if s.failure == nil {
		s.failure = err
	}
	if s.lines != nil {
		s.lines, s.unread = nil, s.read+1
	}
}

// take takes in what the client tells and reports whether it is progress.
func (s *sender) take(updates []client.Update) (progress bool) {
	for _, u := range updates {
		s.progress.Take(u)
		switch u := u.(type) {
		case client.State:
			s.offline = u.Err // nil while online
		case client.Sent:
			delete(s.waiting, u.ID)
			s.sent++
			progress = true
		case client.Failed:
			s.refused = append(s.refused, s.waiting[u.ID])
			delete(s.waiting, u.ID)
			s.fail(u.Err) // what follows would be refused, too
			progress = true
		}
	}
	return progress
}

// report says which lines were not sent.
func (s *sender) report(w io.Writer) {
	if s.failure == nil || s.read == 0 {
		return // all was sent, or there were no lines but words
	}
	fmt.Fprintf(w, "plausch: %s acknowledged", connect.Plural(s.sent, "line is", "lines are"))
	if len(s.refused) > 0 {
		fmt.Fprintf(w, "; refused: %s", lineNumbers(s.refused))
	}
	if len(s.waiting) > 0 {
		fmt.Fprintf(w, "; not acknowledged, so perhaps not sent: %s", lineNumbers(slices.Collect(maps.Values(s.waiting))))
	}
	if s.unread > 0 {
		fmt.Fprintf(w, "; not sent: line %d and what follows", s.unread)
	}
	fmt.Fprintln(w)
}

// lineNumbers returns numbers as "line 3" or "lines 3, 5-7".
func lineNumbers(numbers []int) string {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers) // of a long line there are several messages
	var b strings.Builder
	b.WriteString("line ")
	if len(numbers) > 1 {
		b.Reset()
		b.WriteString("lines ")
	}
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(numbers[i]))
		if j > i {
			fmt.Fprintf(&b, "-%d", numbers[j])
		}
		i = j + 1
	}
	return b.String()
}
