package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

func newLoginCommand() *cobra.Command {
	var flags connect.Flags
	var link bool
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in on this machine by a code that another device of yours confirms",
		Long: "Signs in on this machine without a password: it prints a code, and on a terminal a QR code, which you\n" +
			"confirm where you have signed in already: plausch devices link CODE. The sign-in is kept on this\n" +
			"machine: afterwards plausch chat talks there, as you. A code is good for five minutes.",
		Example: "  plausch login --link --server https://chat.example.org",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !link {
				return connect.Usagef("say how: --link, by a code that another device of yours confirms. With a password: plausch chat --name NAME asks for it")
			}
			login, err := flags.Login()
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			prompts := cmd.ErrOrStderr()
			begun, err := login.BeginLink(ctx, prompts)
			for login.ConfirmCertificate(ctx, err, cmd.InOrStdin(), prompts) {
				begun, err = login.BeginLink(ctx, prompts)
			}
			if err != nil {
				return login.Explain(err)
			}
			printLinkCode(cmd.OutOrStdout(), login, begun)
			account, err := login.AwaitLink(ctx, begun, prompts)
			if plausch.CodeOf(err) == plausch.NotFound {
				return fmt.Errorf("nobody has confirmed the code in time; for another one: plausch login --link")
			}
			if err != nil {
				return login.Explain(err)
			}
			fmt.Fprint(cmd.OutOrStdout(), joinedText(login, account))
			return nil
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().BoolVar(&link, "link", false, "Print a code, and wait until another device of yours confirms it")
	return cmd
}

// printLinkCode tells the code, and how to confirm it.
func printLinkCode(w io.Writer, login *connect.Login, begun connect.NewDeviceLink) {
	fmt.Fprintf(w, "\n  %s\n\n", begun.Code)
	if page := login.LinkPage(begun); page != "" {
		fmt.Fprint(w, terminal.QROn(w, page))
	}
	fmt.Fprintf(w, "Where you have signed in already, within five minutes:  plausch devices link %s\n", begun.Code)
}
