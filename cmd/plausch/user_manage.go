package main

import (
	"context"
	"fmt"
	"slices"
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

func newUserListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the accounts",
		Long:  "Prints the accounts, and the guests who were connected within a day or came by an invite.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tROLE\tSTATE\tLAST SEEN\tCREATED\tDISPLAY NAME")
				for after := plausch.AccountID(0); ; {
					accounts, err := d.Store.ListAccounts(d.ctx, after, listPage, time.Now().Add(-plausch.GuestNameKept))
					if err != nil {
						return err
					}
					for _, a := range accounts {
						after = a.ID
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", client.CleanLine(a.Name), kindOf(a), a.State, lastSeen(a), ago(a.Created), client.CleanLine(a.Display))
					}
					if len(accounts) < listPage {
						return w.Flush()
					}
				}
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

// lastSeen says when an account was last connected. A new one is kept as seen when
// it was made.
func lastSeen(a plausch.Account) string {
	if a.Role != plausch.RoleGuest && !a.LastSeen.After(a.Created) {
		return "never"
	}
	return ago(a.LastSeen)
}

func kindOf(a plausch.Account) string {
	if a.Bot {
		return string(a.Role) + ", bot"
	}
	return string(a.Role)
}

func newUserPasswdCommand() *cobra.Command {
	var asLink bool
	var url string
	cmd := &cobra.Command{
		Use:   "passwd NAME",
		Short: "Give an account a new password",
		Long: "Gives an account a new password, and ends all its sign-ins. The password is asked for on the\n" +
			"terminal; without a terminal it is the first line of standard input.\n\n" +
			"With --link nobody but its owner learns it: it prints a link by which whoever opens it within\n" +
			"a day chooses the password.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asLink {
				return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
					code, expires, err := d.NewReset(d.ctx, account)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s chooses a new password here, until %s:\n", account.Name, ago(expires))
					return printLink(cmd.OutOrStdout(), linksOf(d.cfg, url), link.Reset, code.Text())
				})
			}
			// Asked for while nothing is open.
			if err := onAccount(cmd, args[0], func(*desk, plausch.Account) error { return nil }); err != nil {
				return err
			}
			password, err := askPassword(cmd.Context(), args[0], cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				if err := d.SetPassword(d.ctx, account, password); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has a new password\n", account.Name)
				return nil
			})
		},
	}
	addSettings(cmd, "data", "listen")
	cmd.Flags().BoolVar(&asLink, "link", false, "Print a link by which the account's owner chooses the password")
	cmd.Flags().StringVar(&url, "url", "", "Where browsers reach the server (default where it listens)")
	return cmd
}

// onAccount is onData for a command about the account called name.
func onAccount(cmd *cobra.Command, name string, do func(d *desk, account plausch.Account) error) error {
	return onData(cmd, func(d *desk) error {
		account, err := d.Find(d.ctx, name)
		if err != nil {
			return err
		}
		return do(d, account)
	})
}

func newUserRoleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "role NAME ROLE",
		Short: "Give an account another role: " + strings.Join(roles, ", "),
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(roles, args[1]) {
				return connect.Usagef("there is no role %q to give; choose one of %s", args[1], strings.Join(roles, ", "))
			}
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				account, err := d.SetRole(d.ctx, account, plausch.Role(args[1]))
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is now %s\n", account.Name, account.Role)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

func newUserStateCommand(use, short, done string, do func(*core.Admin, context.Context, plausch.Account) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use + " NAME",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				if err := do(d.Admin, d.ctx, account); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", account.Name, done)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

func newUserDeleteCommand() *cobra.Command {
	var erase, yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete an account for good",
		Long: "Deletes an account for good: its sign-ins end, it leaves its rooms, and its name is free. What\n" +
			"it wrote stays, by \"" + plausch.DeletedName + "\", or goes, with --erase. It cannot be undone, so it asks for --yes.\n" +
			"To shut somebody out for a while: plausch user deactivate.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return connect.Usagef("this cannot be undone; if you are sure, add --yes")
			}
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				if err := d.Delete(d.ctx, account, erase); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is deleted\n", account.Name)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().BoolVar(&erase, "erase", false, "The texts of its messages go, too")
	cmd.Flags().BoolVar(&yes, "yes", false, "Yes, for good")
	return cmd
}
