package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// loginByName signs in, asking for a name and, if that is an account's, for its password,
// and has the server be the default one from then on.
func loginByName(cmd *cobra.Command, flags connect.Flags) error {
	l, err := flags.Login()
	if err != nil {
		return err
	}
	if err := askForName(cmd.Context(), l, cmd.InOrStdin(), cmd.ErrOrStderr()); err != nil {
		return err
	}
	var me string
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	for {
		err = l.Request(ctx, requestTimeout, cmd.ErrOrStderr(), func(ctx context.Context, c *client.Client) error {
			err := c.WaitOnline(ctx)
			me = c.Account().Shown()
			return err
		})
		if !l.ConfirmCertificate(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()) && !l.RetrySignIn(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()) {
			break
		}
	}
	if err != nil {
		return l.Explain(err)
	}
	if err := l.Remember(); err != nil {
		return fmt.Errorf("you are %s at %s, but that cannot be kept: %w", me, l.Address, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "You are %s at %s. Go on with: plausch chat\n", client.CleanLine(me), l.Address)
	return nil
}

// askForName asks on a terminal who the user is, if nobody has said it.
func askForName(ctx context.Context, l *connect.Login, stdin io.Reader, prompts io.Writer) error {
	for l.Name == "" && l.Token == "" && terminal.Is(stdin) {
		proposal := l.UserName()
		fmt.Fprintf(prompts, "Your name [%s]: ", proposal)
		answer, err := terminal.ReadLine(ctx, stdin)
		if err != nil {
			fmt.Fprintln(prompts)
			return connect.Usagef("--name says who you are")
		}
		if answer = cmp.Or(strings.TrimSpace(answer), proposal); answer == "" {
			continue
		}
		if err := l.SetName(answer); err != nil {
			fmt.Fprintf(prompts, "%v.\n", err)
		}
	}
	return l.RequireName()
}
