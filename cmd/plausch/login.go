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
		Use:   "login [flags] [ADDRESS]",
		Short: "Sign in at a server, which is the default one from then on",
		Long: "Signs in, asking for a name and, if that is an account's, for its password, and keeps the sign-in on\n" +
			"this machine. From then on chat, send and the other commands are for that server and that name.\n\n" +
			"With --link no password is needed: it prints a code, and on a terminal a QR code, which you confirm\n" +
			"where you have signed in already: plausch devices link CODE. A code is good for five minutes. With\n" +
			"an invite link use plausch join.",
		Example: "  plausch login https://chat.example.org --name anna\n" +
			"  plausch login https://chat.example.org --link",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if flags.Server != "" && flags.Server != args[0] {
					return connect.Usagef("ADDRESS and --server name two servers; name one")
				}
				flags.Server = args[0]
			}
			if !link {
				return loginByName(cmd, flags)
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
