package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/internal/connect"
	"plausch/internal/core"
	"plausch/internal/dial"
	"plausch/internal/names"
	"plausch/internal/store"
)

func newOutgoingWebhookCommand() *cobra.Command {
	cmd := newGroupCommand("outgoing", "Manage the addresses to which rooms are posted")
	cmd.AddCommand(newOutgoingWebhookAddCommand(), newOutgoingWebhookListCommand(), newOutgoingWebhookDeleteCommand())
	return cmd
}

func newOutgoingWebhookAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add ROOM URL",
		Short: "Have what happens in a room posted to an address",
		Long: "Has every event of a room, from now on, posted to an https address, in order and signed as\n" +
			"Standard Webhooks say. The secret for that is printed this once. A running server begins within a second.",
		Example: "  plausch webhook outgoing add alerts https://ci.example.org/in",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := names.RoomAddress(args[0]); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			return onData(cmd, func(d *desk) error {
				urls, err := dial.New(dial.Options{Allow: d.cfg.OutgoingAllow})
				if err != nil {
					return err
				}
				made, err := core.AddOutgoingWebhook(d.ctx, d.store, urls, args[0], args[1])
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Outgoing webhook %d posts what happens from now on. What it posts is signed with this secret,\n"+
					"which is shown only this once:\n\n    %s\n", made.ID, made.Secret)
				return nil
			})
		},
	}
	addSettings(cmd, "data", "outgoing_allow")
	return cmd
}

func newOutgoingWebhookListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the outgoing webhooks, and how they fare",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				hooks, err := d.store.ListOutgoingWebhooks(d.ctx, 0)
				if err != nil {
					return err
				}
				return listOutgoingWebhooks(d.ctx, cmd, d.store, hooks)
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

func listOutgoingWebhooks(ctx context.Context, cmd *cobra.Command, st store.Store, hooks []plausch.OutgoingWebhook) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tROOM\tURL\tMADE\tBY\tSTATE")
	for _, hook := range hooks {
		room, err := st.Room(ctx, hook.Room)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n",
			hook.ID, room.Name, hook.URL, hook.Created.Format("2006-01-02"), actorText(hook.Maker), outgoingState(hook, room.Head))
	}
	return table.Flush()
}

// outgoingState says how an outgoing webhook fares, in a room whose newest event is head.
func outgoingState(hook plausch.OutgoingWebhook, head int64) string {
	switch {
	case hook.Paused:
		return "paused: its maker may no longer make webhooks there"
	case hook.LastError != "" && !hook.NextTry.IsZero():
		return fmt.Sprintf("failing since %s, next try %s: %s", hook.FailingSince.Local().Format("2006-01-02 15:04"), hook.NextTry.Local().Format("15:04"), hook.LastError)
	case hook.LastError != "":
		return "the last post failed: " + hook.LastError
	case hook.Cursor < head:
		return fmt.Sprintf("%d events to post", head-hook.Cursor)
	}
	return "ok"
}

func newOutgoingWebhookDeleteCommand() *cobra.Command {
	var yes *bool
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: "Delete an outgoing webhook",
		Long: "Deletes an outgoing webhook, at once and for good, after asking whether it should.\n" +
			"plausch webhook outgoing list prints the ids.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return connect.Usagef("%q is not the id of an outgoing webhook; plausch webhook outgoing list prints the ids", args[0])
			}
			if err := confirm(cmd, *yes, fmt.Sprintf("Delete outgoing webhook %d? This cannot be undone.", id)); err != nil {
				return err
			}
			return onData(cmd, func(d *desk) error {
				err := d.store.DeleteOutgoingWebhook(d.ctx, id, time.Now(), 0)
				if plausch.CodeOf(err) == plausch.NotFound {
					return fmt.Errorf("there is no outgoing webhook %d; plausch webhook outgoing list prints the ids", id)
				}
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "Deleted outgoing webhook %d\n", id)
				}
				return err
			})
		},
	}
	addSettings(cmd, "data")
	yes = addYes(cmd)
	return cmd
}
