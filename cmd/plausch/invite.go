package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/core"
	"plausch/internal/link"
)

// listPage is how much of a list is read at once.
const listPage = 200

func newInviteCommand() *cobra.Command {
	var url, role string
	o := core.InviteOptions{Uses: 1}
	life := lifetime(plausch.InviteLife)
	cmd := newGroupCommand("invite", "Invite people")
	cmd.Use = "invite [flags]"
	cmd.Long = "Prints a link by which people make an account, and on a terminal a QR code of it. Whoever has\n" +
		"the link can use it, so send it to nobody else: in a browser, or with plausch join LINK. The\n" +
		"server need not be stopped."
	cmd.Example = "  plausch invite\n" +
		"  plausch invite --uses 25 --for 14d --room class-7b\n" +
		"  plausch invite list"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case o.Uses < 0:
			return connect.Usagef("--uses takes a number from 1, or 0 for any number, not %d", o.Uses)
		case o.Uses == 0:
			o.Uses = -1
		}
		o.For, o.Role = time.Duration(life), plausch.Role(role)
		return onData(cmd, func(d *desk) error {
			invite, code, err := d.CreateInvite(d.ctx, o)
			if plausch.CodeOf(err) == plausch.Invalid {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "Invite %d, for %s, until %s:\n", invite.ID, invitedText(invite), ago(invite.Expires))
			return printLink(out, linkBase(d.cfg, url), link.Invite, code.Text())
		})
	}
	addSettings(cmd, "data", "listen")
	flags := cmd.Flags()
	flags.IntVar(&o.Uses, "uses", 1, "How many accounts can be made with it; 0 for any number")
	flags.Var(&life, "for", "How long it is valid, such as 7d or 12h")
	flags.StringVar(&role, "role", string(plausch.RoleMember), "What the accounts are: member, or guest, who needs no password")
	flags.StringSliceVar(&o.Rooms, "room", nil, "A room that the accounts are in; may be given several times")
	flags.StringVar(&url, "url", "", "Where browsers reach the server (default where it listens)")
	must(cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions([]string{"member", "guest"}, cobra.ShellCompDirectiveNoFileComp)))
	cmd.AddCommand(newInviteListCommand(), newInviteRevokeCommand())
	return cmd
}

// invitedText describes the people that an invite is for.
func invitedText(i plausch.Invite) string {
	var s string
	switch left := i.Uses - i.Used; {
	case i.Uses == 0:
		s = fmt.Sprintf("any number of %ss", i.Role)
	case left == 1:
		s = fmt.Sprintf("one %s", i.Role)
	default:
		s = fmt.Sprintf("%d %ss", left, i.Role)
	}
	if len(i.RoomNames) > 0 {
		s += " in " + strings.Join(i.RoomNames, ", ")
	}
	return s
}

func newInviteListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the invites that still work",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tBY\tFOR\tUSED\tUNTIL")
				for after := plausch.InviteID(0); ; {
					invites, err := d.store.ListInvites(d.ctx, 0, time.Now(), after, listPage)
					if err != nil {
						return err
					}
					for _, i := range invites {
						fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\n", i.ID, actorText(i.Maker), invitedText(i), i.Used, ago(i.Expires))
						after = i.ID
					}
					if len(invites) < listPage {
						return w.Flush()
					}
				}
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

// actorText names the account that did something.
func actorText(a plausch.AccountRef) string {
	if a.ID == 0 {
		return "(command line)"
	}
	return client.CleanLine(a.Name)
}

func newInviteRevokeCommand() *cobra.Command {
	var yes *bool
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "End an invite; accounts that were made with it stay",
		Long: "Ends an invite, after asking whether it should: nobody can join with it any more. Accounts that\n" +
			"were made with it stay. plausch invite list prints the ids.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return connect.Usagef("%q is not the id of an invite; plausch invite list prints the ids", args[0])
			}
			var invite plausch.Invite
			err = onData(cmd, func(d *desk) error {
				// The first after the one before it, if that is it.
				found, err := d.store.ListInvites(d.ctx, 0, time.Now(), plausch.InviteID(id)-1, 1)
				if err == nil && (len(found) == 0 || found[0].ID != plausch.InviteID(id)) {
					err = fmt.Errorf("there is no invite %d that still works; plausch invite list prints the ids", id)
				}
				if err == nil {
					invite = found[0]
				}
				return err
			})
			if err != nil {
				return err
			}
			question := fmt.Sprintf("Revoke invite %d, for %s, made by %s?", id, invitedText(invite), actorText(invite.Maker))
			if err := confirm(cmd, *yes, question); err != nil {
				return err
			}
			return onData(cmd, func(d *desk) error {
				if err := d.RevokeInvite(d.ctx, invite.ID); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Revoked invite %d\n", id)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	yes = addYes(cmd)
	return cmd
}
