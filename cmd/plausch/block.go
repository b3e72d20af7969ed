package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newBlockCommand() *cobra.Command {
	cmd := newGroupCommand("block", "Block people, so that they cannot write to you directly")
	cmd.AddCommand(
		newBlockChangeCommand("add NAME", "Block somebody",
			"Blocks somebody: neither of you can write to the other directly any more, they cannot add you to rooms,\n"+
				"and what they write elsewhere does not notify you. They are not told.", "Blocked %s\n", (*client.Client).AddBlock),
		newBlockChangeCommand("remove NAME", "End that somebody is blocked", "", "%s is not blocked any more\n", (*client.Client).RemoveBlock),
		newBlockListCommand(),
	)
	return cmd
}

func newBlockChangeCommand(use, short, long, done string, do func(*client.Client, context.Context, string) (plausch.AccountRef, error)) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				other, err := do(c, ctx, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), done, client.CleanLine(other.Shown()))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newBlockListCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print whom you have blocked",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				blocked, err := c.ListBlocks(ctx)
				for _, other := range blocked {
					fmt.Fprintln(cmd.OutOrStdout(), client.CleanLine(other.Shown()))
				}
				return err
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}
