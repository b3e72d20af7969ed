package main

import (
	"github.com/spf13/cobra"

	"plausch/internal/connect"
	"plausch/internal/linechat"
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
			return c.Explain(linechat.Run(ctx, c, linechat.Options{NoBell: noBell}, cmd.InOrStdin(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().BoolVar(&noBell, "no-bell", false, "Do not ring for direct messages and your name")
	addConnection(cmd, &flags)
	return cmd
}
