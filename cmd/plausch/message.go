package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newMessageCommand() *cobra.Command {
	cmd := newGroupCommand("message", "Hide, save and report messages, and see what they said before")
	cmd.AddCommand(
		newOneMessageCommand("versions ROOM SEQ", "Print what a message said before it was changed",
			"Prints the texts that a message had, the newest first: of your own messages, and of all in rooms\nthat you run.", printVersions),
		newPersonalCommand("hide ROOM SEQ", "Hide a message from yourself, on all your devices", "Hidden\n", (*client.Client).HideMessage),
		newPersonalCommand("unhide ROOM SEQ", "Show a message again that you have hidden", "Shown again\n", (*client.Client).UnhideMessage),
		newPersonalCommand("save ROOM SEQ", "Put a message into your list of saved ones", "Saved; plausch message saved prints the list\n", (*client.Client).SaveMessage),
		newPersonalCommand("unsave ROOM SEQ", "Take a message out of your list of saved ones", "Taken out\n", (*client.Client).UnsaveMessage),
		newSavedCommand(), newReportCommand(),
	)
	return cmd
}

// newOneMessageCommand returns a command that does something with a message.
func newOneMessageCommand(use, short, long string, do func(context.Context, *cobra.Command, *client.Client, plausch.RoomID, int64) error) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:     use,
		Short:   short,
		Long:    long,
		Example: "  plausch message " + strings.NewReplacer("ROOM", "attic", "SEQ", "42").Replace(use) + "\n  plausch message " + strings.NewReplacer("ROOM", "@anna", "SEQ", "7").Replace(use),
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, seq, err := parseMessage(args[0], args[1])
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				room, err := target.Find(ctx, c)
				if err != nil {
					return err
				}
				return do(ctx, cmd, c, room, seq)
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

// parseMessage reads the address of a room or person, and the seq of a message there.
func parseMessage(address, number string) (connect.Target, int64, error) {
	target, err := connect.ParseTarget(address)
	if err != nil {
		return target, 0, err
	}
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 {
		return target, 0, connect.Usagef("%q is not the number of a message; plausch tail --json prints them", number)
	}
	return target, seq, nil
}

func newPersonalCommand(use, short, done string, do func(*client.Client, context.Context, plausch.RoomID, int64) (plausch.Personal, error)) *cobra.Command {
	return newOneMessageCommand(use, short, "", func(ctx context.Context, cmd *cobra.Command, c *client.Client, room plausch.RoomID, seq int64) error {
		if _, err := do(c, ctx, room, seq); err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), done)
		return nil
	})
}

func printVersions(ctx context.Context, cmd *cobra.Command, c *client.Client, room plausch.RoomID, seq int64) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SINCE\tTEXT")
	for before := int64(0); ; {
		page, more, err := c.MessageVersions(ctx, room, seq, before)
		if err != nil {
			return err
		}
		for _, v := range page {
			text := v.Text
			if v.Details != nil && v.Details.Sealed != "" {
				text = plausch.SealedText
			}
			fmt.Fprintf(w, "%s\t%s\n", v.Time.Local().Format("2006-01-02 15:04:05"), client.CleanLine(text))
			before = v.Seq
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
	}
}

func newSavedCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "saved",
		Short: "Print the messages that you have saved, the last saved first",
		Long:  "Prints the messages that you have saved, as they are now, the last saved first.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return printSaved(ctx, cmd, c)
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func printSaved(ctx context.Context, cmd *cobra.Command, c *client.Client) error {
	rooms, err := roomNames(ctx, c)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROOM\tSEQ\tWHEN\tMESSAGE")
	for before := int64(0); ; {
		page, more, err := c.ListSaved(ctx, before)
		if err != nil {
			return err
		}
		for i := range page {
			s := &page[i]
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", rooms(s.Room), s.Seq, ago(s.Time), messageText(&s.Message))
			before = s.ID
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
	}
}

// roomNames returns how the rooms of the account are addressed.
func roomNames(ctx context.Context, c *client.Client) (func(plausch.RoomID) string, error) {
	rooms, err := c.ListRooms(ctx, false)
	if err != nil {
		return nil, err
	}
	names := map[plausch.RoomID]string{}
	for _, r := range rooms {
		names[r.ID] = connect.TargetOf(r.Room).String()
	}
	return func(id plausch.RoomID) string {
		if name := names[id]; name != "" {
			return name
		}
		return fmt.Sprintf("id:%d", id)
	}, nil
}

// messageText is one line of a message.
func messageText(m *plausch.Message) string {
	text := m.Text
	switch {
	case m.Sealed():
		text = plausch.SealedText
	case m.Deleted != 0:
		text = plausch.ErasedText
	case text == "" && len(m.Attachments) > 0:
		text = "[file]"
	}
	return client.CleanLine(m.Actor.Name + ": " + text)
}
