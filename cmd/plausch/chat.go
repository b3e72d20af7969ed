package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"plausch/client"
)

func newChatCommand() *cobra.Command {
	var c *connection
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
				if c.server != "" && c.server != args[0] {
					return usageErrorf("ADDRESS and --server name two servers; name one")
				}
				c.server = args[0]
			}
			if err := c.load(); err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return c.explain(runChat(ctx, c, cmd.InOrStdin(), cmd.OutOrStdout()))
		},
	}
	c = addConnection(cmd)
	return cmd
}

// runChat signs in, asking for what it needs, and chats until the end.
func runChat(ctx context.Context, c *connection, stdin io.Reader, stdout io.Writer) error {
	chat := new(chat)
	s, err := openScreen(stdin, stdout, chat.complete)
	if err != nil {
		return err
	}
	defer s.close()
	r := &renderer{columns: s.columns, colour: s.terminal() && os.Getenv("NO_COLOR") == "", now: time.Now}
	askedName, askedPassword := false, false
	for {
		if c.name == "" {
			askedName = true
			if err := askName(ctx, c, s, r); err != nil {
				return ignoreQuit(err)
			}
		}
		err := chat.run(ctx, c, s, r)
		if c.takenInPassing(ctx, err) {
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
			c.password = "" // that was not it
		}
		if !s.terminal() || !c.mayHavePassword(err) {
			return ignoreQuit(err)
		}
		// A guest of another client, or an account: only the user knows.
		fmt.Fprint(s, r.note("%s.", c.whyNotIn(err)))
		c.password, err = ask(ctx, s, "Password of "+c.name+", or nothing to stop: ", "", true)
		askedPassword = true
		switch {
		case err != nil:
			return ignoreQuit(err)
		case c.password == "" && askedName:
			c.name = ""
		case c.password == "":
			return &exitError{exitSignIn, errors.New("nobody is signed in")}
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
func askName(ctx context.Context, c *connection, s screen, r *renderer) error {
	if !s.terminal() {
		if c.name = c.localName(); c.name == "" {
			return usageErrorf("say who you are with --name")
		}
		return nil
	}
	proposal := c.localName()
	for {
		answer, err := ask(ctx, s, "Your name: ", proposal, false)
		if err != nil {
			return err
		}
		if answer = cmp.Or(strings.TrimSpace(answer), proposal); answer == "" {
			continue
		}
		if c.name, err = c.nameOf(answer); err == nil {
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
func openChat(c *connection) (cl *client.Client, kept bool, err error) {
	o, err := c.options()
	if err != nil {
		return nil, false, err
	}
	o.Newest = shownMessages
	if o.Outbox, err = outboxFile(c.address, c.name); err != nil {
		return nil, false, err
	}
	cl, err = client.Open(o)
	if errors.Is(err, client.ErrOutboxInUse) {
		o.Outbox = ""
		cl, err = client.Open(o)
		return cl, false, err
	}
	return cl, err == nil, err
}

// outboxFile returns the file that keeps what name has not sent yet to a server.
// Both ways of talking to a port share it; what was meant for an encrypted
// connection is never sent over another.
func outboxFile(a client.Address, name string) (string, error) {
	dir, err := client.StateFolder()
	if err != nil {
		return "", err
	}
	server := strings.ReplaceAll(a.HostPort(), ":", "_") // which not every file system takes
	switch {
	case a.Secure():
		server += "_tls"
	case a.KTN(): // whose names and rooms are others
		server += "_ktn"
	}
	return filepath.Join(dir, "outbox", url.PathEscape(server), name+".jsonl"), nil
}
