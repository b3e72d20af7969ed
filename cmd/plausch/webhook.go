package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/core"
	"plausch/internal/link"
	"plausch/internal/names"
	"plausch/internal/store"
)

func newWebhookCommand() *cobra.Command {
	cmd := newGroupCommand("webhook", "Manage the addresses at which programs post into rooms")
	cmd.AddCommand(newWebhookAddCommand(), newWebhookListCommand(), newWebhookDeleteCommand(), newOutgoingWebhookCommand())
	return cmd
}

func newWebhookAddCommand() *cobra.Command {
	var signed bool
	var url string
	cmd := &cobra.Command{
		Use:   "add ROOM NAME",
		Short: "Make a webhook",
		Long: "Makes an address at which a program posts into a room, as NAME, an account that is made for it.\n" +
			"It takes what is written for Slack's incoming webhooks, and GitHub's events. Whoever knows the\n" +
			"address can post; it is printed this once. A running server need not be stopped for it.",
		Example: "  plausch webhook add alerts grafana\n" +
			"  plausch webhook add code github --signed",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			// What cannot be is a mistake of the command line.
			if _, err := names.RoomAddress(args[0]); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			if _, err := names.NewAccount(args[1]); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			return onData(cmd, func(d *desk) error {
				made, err := core.AddWebhook(d.ctx, d.store, args[0], args[1], signed)
				if err != nil {
					return err
				}
				printWebhook(cmd.OutOrStdout(), linkBase(d.cfg, url), made)
				return nil
			})
		},
	}
	addSettings(cmd, "data", "listen")
	cmd.Flags().StringVar(&url, "url", "", "Where programs reach the server (default where it listens)")
	cmd.Flags().BoolVar(&signed, "signed", false, "Take only what is signed with a secret, as GitHub does it")
	return cmd
}

func printWebhook(out io.Writer, base link.Base, made core.NewWebhook) {
	url := base.URL
	if url == "" {
		url = "(the server's address)"
	}
	fmt.Fprintf(out, "Webhook %d posts as %s. Its address is shown only this once; keep it secret:\n\n"+
		"    %s/api/hooks/%s\n", made.ID, made.Account.Shown(), url, made.Token)
	if base.Todo != "" {
		fmt.Fprintf(out, "\n%s", fillLines(base.Todo))
	}
	if made.Signed {
		fmt.Fprintf(out, "\nThe sender has to sign with this secret:\n\n    %s\n", made.Secret)
	}
}

func newWebhookListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the webhooks",
		Long:  "Lists the webhooks of all rooms. Their addresses are not kept, so they cannot be shown.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				hooks, err := d.store.ListWebhooks(d.ctx, 0)
				if err != nil {
					return err
				}
				return listWebhooks(d.ctx, cmd, d.store, hooks)
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

func listWebhooks(ctx context.Context, cmd *cobra.Command, st store.Store, hooks []plausch.Webhook) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tROOM\tNAME\tSIGNED\tMADE\tBY\t")
	for _, hook := range hooks {
		room, err := st.Room(ctx, hook.Room)
		if err != nil {
			return err
		}
		signed := map[bool]string{true: "yes", false: "no"}[hook.Signed]
		by := actorText(hook.Maker)
		if hook.Paused {
			by += " (paused: may no longer make webhooks there)"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", hook.ID, room.Name, hook.Account.Name, signed, hook.Created.Format("2006-01-02"), by)
	}
	return table.Flush()
}

func newWebhookDeleteCommand() *cobra.Command {
	var yes *bool
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: "Delete a webhook",
		Long: "Deletes a webhook, at once and for good, after asking whether it should. Its messages stay.\n" +
			"plausch webhook list prints the ids.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return connect.Usagef("%q is not the id of a webhook; plausch webhook list prints the ids", args[0])
			}
			none := func(err error) error {
				if plausch.CodeOf(err) == plausch.NotFound {
					return fmt.Errorf("there is no webhook %d; plausch webhook list prints the ids", id)
				}
				return err
			}
			var hook plausch.Webhook
			var room plausch.Room
			err = onData(cmd, func(d *desk) error {
				if hook, err = d.store.Webhook(d.ctx, id); err != nil {
					return none(err)
				}
				room, err = d.store.Room(d.ctx, hook.Room)
				return err
			})
			if err != nil {
				return err
			}
			question := fmt.Sprintf("Delete webhook %d, which posts to %s as %s? This cannot be undone.", id, room.Name, client.CleanLine(hook.Account.Name))
			if err := confirm(cmd, *yes, question); err != nil {
				return err
			}
			return onData(cmd, func(d *desk) error {
				if err := d.store.DeleteWebhook(d.ctx, id, time.Now(), 0); err != nil {
					return none(err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Deleted webhook %d\n", id)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	yes = addYes(cmd)
	return cmd
}
