package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newInboxCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "inbox",
		Short: "Print the rooms with unread messages, the newest first",
		Long: "Prints the rooms in which there are messages of others that you have read on no device, and how\n" +
			"each ends. How many name you stands in brackets. It marks nothing as read.",
		Example: "  plausch inbox --server https://chat.example.org --name anna",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return printInbox(ctx, cmd, c)
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func printInbox(ctx context.Context, cmd *cobra.Command, c *client.Client) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROOM\tUNREAD\tWHEN\tLAST")
	for q := (client.InboxQuery{}); ; {
		page, more, err := c.Inbox(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", connect.TargetOf(e.Room.Room), unreadText(e.Read), ago(e.Time), lastText(e))
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
		q.After = &page[len(page)-1]
	}
}

// lastText is one line of the newest message of a room.
func lastText(e client.InboxEntry) string {
	text := e.Last.Text
	switch {
	case e.Last.Sealed:
		text = plausch.SealedText
	case text == "" && e.Last.Files > 0:
		text = "[file]"
	}
	return client.CleanLine(e.Last.Actor.Name + ": " + text)
}
