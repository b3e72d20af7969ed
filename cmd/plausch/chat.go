package main

import (
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
	var noBell, plain bool
	var notify string
	cmd := &cobra.Command{
		Use:   "chat [flags] [ADDRESS]",
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
			ctx, unhang := signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal was closed
			defer unhang()
			if !slices.Contains(tui.NotifyWays, notify) {
				return connect.Usagef("--notify takes %s, not %q", strings.Join(tui.NotifyWays, ", "), notify)
			}
			if noBell {
				notify = tui.NotifyOff
			}
			if !plain && tui.Fits(cmd.InOrStdin(), cmd.OutOrStdout()) {
				return c.Explain(tui.Run(ctx, c, tui.Options{Notify: notify}, cmd.InOrStdin(), cmd.OutOrStdout()))
			}
			return c.Explain(linechat.Run(ctx, c, linechat.Options{NoBell: noBell}, cmd.InOrStdin(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().BoolVar(&plain, "plain", false, "Print and read lines, without a window")
	cmd.Flags().StringVar(&notify, "notify", tui.NotifyAuto, "How the window tells of direct messages and your name:\n"+strings.Join(tui.NotifyWays, ", "))
	cmd.Flags().BoolVar(&noBell, "no-bell", false, "Do not ring for direct messages and your name")
	addConnection(cmd, &flags)
	return cmd
}
