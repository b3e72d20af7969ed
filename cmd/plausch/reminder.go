package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch/client"
	"plausch/internal/connect"
)

func newReminderCommand() *cobra.Command {
	cmd := newGroupCommand("reminder", "Be reminded of messages")
	cmd.AddCommand(newReminderAddCommand(), newReminderListCommand(),
		newDeleteByIDCommand("Forget a reminder", "reminder", "plausch reminder list", (*client.Client).DeleteReminder))
	return cmd
}

func newReminderAddCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:     "add ROOM SEQ WHEN",
		Short:   "Be reminded of a message",
		Long:    "Has you reminded of a message, on all devices and where you are notified. " + whenHelp,
		Example: "  plausch reminder add attic 42 18:30",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, seq, err := parseMessage(args[0], args[1])
			if err != nil {
				return err
			}
			at, err := when(args[2])
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				room, err := target.Find(ctx, c)
				if err != nil {
					return err
				}
				m, err := c.SetReminder(ctx, room, seq, at)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Reminder %d comes at %s\n", m.ID, m.At.Local().Format("2006-01-02 15:04"))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newReminderListCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print your reminders, those that are due, too",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return printReminders(ctx, cmd, c)
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func printReminders(ctx context.Context, cmd *cobra.Command, c *client.Client) error {
	rooms, err := roomNames(ctx, c)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tAT\tROOM\tSEQ\tMESSAGE")
	for before := int64(0); ; {
		page, more, err := c.ListReminders(ctx, before)
		if err != nil {
			return err
		}
		for i := range page {
			m := &page[i]
			at := m.At.Local().Format("2006-01-02 15:04")
			if m.Due {
				at += " (due)"
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\n", m.ID, at, rooms(m.Message.Room), m.Message.Seq, messageText(&m.Message))
			before = m.ID
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
	}
}
