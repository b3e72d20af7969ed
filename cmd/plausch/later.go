package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// whenHelp says in which forms parseWhen reads times.
const whenHelp = "WHEN is a time from now on such as 45m or 8h, a time of day such as 18:30, or a date and time such\n" +
	"as \"2026-12-24 18:30\", by the clock of this machine."

// parseWhen reads a time that is to come.
func parseWhen(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), plausch.CheckAhead(now.Add(d), now)
	}
	if at, err := time.ParseInLocation("15:04", text, now.Location()); err == nil {
		at = time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, now.Location())
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, plausch.CheckAhead(at, now)
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; say for example 45m, 18:30 or \"2026-12-24 18:30\"", text)
}

// when is parseWhen for an argument of a command.
func when(text string) (time.Time, error) {
	at, err := parseWhen(text, time.Now())
	if err != nil {
		return at, &connect.Error{Exit: connect.ExitUsage, Err: err}
	}
	return at, nil
}

func newLaterCommand() *cobra.Command {
	cmd := newGroupCommand("later", "Have messages sent later")
	cmd.AddCommand(newLaterAddCommand(), newLaterListCommand(), newLaterMoveCommand(), newLaterDeleteCommand())
	return cmd
}

func newLaterAddCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "add ROOM WHEN TEXT...",
		Short: "Have a message sent later, to a room or to somebody",
		Long: "Has the server send a message later, whether you are connected then or not. Whether you may is judged at\n" +
			"that time. " + whenHelp,
		Example: "  plausch later add attic 8h good morning\n  plausch later add @anna 18:30 dinner is ready",
		Args:    cobra.MinimumNArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := connect.ParseTarget(args[0])
			if err != nil {
				return err
			}
			at, err := when(args[1])
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				to := client.Outgoing{To: target.Peer}
				if target.Peer == "" {
					if to.Room, err = target.Find(ctx, c); err != nil {
						return err
					}
				}
				to.Text = strings.Join(args[2:], " ")
				made, err := c.CreateScheduledMessage(ctx, to, at)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Message %d is sent at %s\n", made.ID, made.At.Local().Format("2006-01-02 15:04"))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newLaterListCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the messages that are to be sent later, and those that could not be",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return printScheduled(ctx, cmd, c)
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func printScheduled(ctx context.Context, cmd *cobra.Command, c *client.Client) error {
	rooms, err := roomNames(ctx, c)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tAT\tTO\tTEXT\tFAILED")
	for before := int64(0); ; {
		page, more, err := c.ListScheduledMessages(ctx, before)
		if err != nil {
			return err
		}
		for _, m := range page {
			to := "@" + client.CleanLine(m.To.Name)
			if m.Room != 0 {
				to = rooms(m.Room)
			}
			text := m.Text
			if m.Details != nil && m.Details.Sealed != "" {
				text = plausch.SealedText
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", m.ID, m.At.Local().Format("2006-01-02 15:04"), to, client.CleanLine(text), client.CleanLine(m.Error))
			before = m.ID
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
	}
}

// parseNumber reads the id of something that a list prints.
func parseNumber(text, what, list string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, connect.Usagef("%q is not the id of a %s; %s prints them", text, what, list)
	}
	return id, nil
}

func newLaterMoveCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "move ID WHEN [TEXT...]",
		Short: "Have a message sent at another time, and with another text",
		Long:  "Changes when a message is sent and, with words, what it says. One that could not be sent is tried again then.\n" + whenHelp,
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseNumber(args[0], "message to be sent later", "plausch later list")
			if err != nil {
				return err
			}
			u := client.ScheduledMessageUpdate{}
			if u.At, err = when(args[1]); err != nil {
				return err
			}
			if len(args) > 2 {
				u.Text = new(strings.Join(args[2:], " "))
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				m, err := c.UpdateScheduledMessage(ctx, id, u)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Message %d is sent at %s\n", m.ID, m.At.Local().Format("2006-01-02 15:04"))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newLaterDeleteCommand() *cobra.Command {
	return newDeleteByIDCommand("Forget a message that was to be sent later", "message to be sent later", "plausch later list", (*client.Client).DeleteScheduledMessage)
}

// newDeleteByIDCommand returns the command delete of something that a list prints.
func newDeleteByIDCommand(short, what, list string, do func(*client.Client, context.Context, int64) error) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseNumber(args[0], what, list)
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				if err := do(c, ctx, id); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Deleted %d\n", id)
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}
