package main

import (
	"cmp"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"plausch/internal/connect"
	"plausch/internal/linechat"
	"plausch/internal/tui"
)

func newChatCommand() *cobra.Command {
	var flags connect.Flags
	var noBell, plain, mouse bool
	var notify string
	cmd := &cobra.Command{
		Use:   "chat [flags] [ADDRESS...]",
		Short: "Talk, in the terminal",
		Long: "Signs in and opens a window in the terminal: rooms, messages, people, and a line below to\n" +
			"write in. A line is a message to the room you are in, or a command; /help or F1 lists them.\n\n" +
			"What you write while the connection is lost, or was on its way when you left, is kept on this\n" +
			"machine and goes out later, once. With --plain, on a dumb terminal and in a pipe there is no\n" +
			"window, only lines: what is said is printed, and each line of standard input is a message or a\n" +
			"command.",
		Example: "  plausch chat --name anna\n" +
			"  plausch chat wss://chat.example.org --name anna\n" +
			"  plausch chat ktn://127.0.0.1:9998 --name anna    # somebody's KTN server",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && flags.Server != "" && flags.Server != args[0] {
				return connect.Usagef("ADDRESS and --server name two servers; name one")
			}
			if notify != "" && !slices.Contains(tui.NotifyWays, notify) {
				return connect.Usagef("--notify takes %s, not %q", strings.Join(tui.NotifyWays, ", "), notify)
			}
			if noBell {
				notify = tui.NotifyOff
			}
			logins, err := loginsOf(flags, args)
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			ctx, unhang := signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal was closed
			defer unhang()
			if !plain && tui.Fits(cmd.InOrStdin(), cmd.OutOrStdout()) {
				config, err := tui.ReadConfig(tui.ConfigPath())
				if err != nil {
					return connect.Usagef("%w", err)
				}
				config.Notify, config.Mouse = cmp.Or(notify, config.Notify), config.Mouse || mouse
				return tui.Run(ctx, logins, tui.Options{Config: config}, cmd.InOrStdin(), cmd.OutOrStdout())
			}
			if len(logins) > 1 {
				return connect.Usagef("several servers are for the window; without one name one ADDRESS")
			}
			return logins[0].Explain(linechat.Run(ctx, logins[0], linechat.Options{NoBell: noBell}, cmd.InOrStdin(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().BoolVar(&mouse, "mouse", false, "In the window the wheel scrolls and a click opens a room; select with Shift then")
	cmd.Flags().BoolVar(&plain, "plain", false, "Print and read lines, without a window")
	cmd.Flags().StringVar(&notify, "notify", "", "How the window tells of direct messages and your name:\n"+strings.Join(tui.NotifyWays, ", "))
	cmd.Flags().BoolVar(&noBell, "no-bell", false, "Do not ring for direct messages and your name")
	addConnection(cmd, &flags)
	return cmd
}

// loginsOf returns one login for each address, or that of the flags for none.
func loginsOf(flags connect.Flags, addresses []string) ([]*connect.Login, error) {
	var logins []*connect.Login
	for i := range max(1, len(addresses)) {
		if i < len(addresses) {
			flags.Server = addresses[i]
		}
		l, err := flags.Login()
		if err != nil {
			return nil, err
		}
		logins = append(logins, l)
	}
	return logins, nil
}
