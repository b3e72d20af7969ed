package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newAccountCommand() *cobra.Command {
	cmd := newGroupCommand("account", "Say what you are up to, and what others see of you")
	cmd.AddCommand(newAccountStatusCommand(), newAccountSeenCommand())
	return cmd
}

func newAccountStatusCommand() *cobra.Command {
	var flags connect.Flags
	var emoji string
	var life time.Duration
	cmd := &cobra.Command{
		Use:   "status [TEXT...]",
		Short: "Say what you are up to, for a while; without words, nothing any more",
		Long: "Says what you are up to: others see it beside your name, until it ends. Without words and --emoji\n" +
			"nothing is said any more.",
		Example: "  plausch account status on holiday --emoji 🏖️ --for 168h\n" +
			"  plausch account status",
		RunE: func(cmd *cobra.Command, args []string) error {
			status := plausch.Status{Text: strings.Join(args, " "), Emoji: emoji}
			if life != 0 {
				status.Until = time.Now().Add(life)
			}
			if err := status.Check(time.Now()); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				kept, err := c.SetStatus(ctx, status)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), statusText(kept))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().StringVar(&emoji, "emoji", "", "Show `EMOJI` with it")
	cmd.Flags().DurationVar(&life, "for", 0, "End it after `TIME`, such as 45m or 8h")
	return cmd
}

func statusText(s plausch.Status) string {
	if s == (plausch.Status{}) {
		return "You say nothing of yourself any more"
	}
	text := "You are shown with: " + strings.TrimSpace(client.CleanLine(s.Emoji+" "+s.Text))
	if !s.Until.IsZero() {
		text += s.Until.Local().Format(" (until 2006-01-02 15:04)")
	}
	return text
}

func newAccountSeenCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "seen on|off",
		Short: "Choose whether others see in direct rooms up to where you have read",
		Long: "Chooses whether others see in direct rooms up to where you have read. Who switches it off does not see\n" +
			"it of others either.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "on" && args[0] != "off" {
				return connect.Usagef("say on or off, not %q", args[0])
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				if err := c.SetSeen(ctx, args[0] == "on"); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "It is %s\n", args[0])
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}
