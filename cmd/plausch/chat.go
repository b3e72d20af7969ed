package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"plausch/client"
	"plausch/internal/connect"
)

func newChatCommand() *cobra.Command {
	var flags connect.Flags
	var noBell bool
	cmd := &cobra.Command{
		Use:   "chat [flags] [ADDRESS]",
		Short: "Talk, in the terminal",
		Long: "Signs in and shows what is said, while you write below. A line is a message to the room you\n" +
			"are in, or a command; /help lists them.\n\n" +
			"What you write while the connection is lost, or was on its way when you left, is kept on this\n" +
			"machine and goes out later, once. Standard input may be a pipe: each line is a message or a\n" +
			"command.",
		Example: "  plausch chat --name anna\n" +
			"  plausch chat wss://chat.example.org --name anna\n" +
			"  plausch chat ktn://127.0.0.1:9998 --name anna    # somebody's KTN server",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if flags.Server != "" && flags.Server != args[0] {
					return connect.Usagef("ADDRESS and --server name two servers; name one")
				}
				flags.Server = args[0]
			}
			c, err := flags.Login()
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return c.Explain(runChat(ctx, c, !noBell, cmd.InOrStdin(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().BoolVar(&noBell, "no-bell", false, "Do not ring for direct messages and your name")
	addConnection(cmd, &flags)
	return cmd
}

// runChat signs in, asking for what it needs, and chats until the end.
func runChat(ctx context.Context, c *connect.Login, bell bool, stdin io.Reader, stdout io.Writer) error {
	chat := &chat{bell: bell}
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
		if c.RetryTaken(ctx, err) {
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
		fmt.Fprint(s, r.note("%s.", c.WhyNotIn(err)))
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
	o.Newest = countedEvents
	o.Outbox = c.OutboxFile()
	cl, err = client.Open(o)
	if errors.Is(err, client.ErrOutboxInUse) {
		o.Outbox = ""
		cl, err = client.Open(o)
		return cl, false, err
	}
	return cl, err == nil && o.Outbox != "", err
}
