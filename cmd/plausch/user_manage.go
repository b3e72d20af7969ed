package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
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
		Long: "Gives an account a new password, and signs out all its devices. The password is asked for on the\n" +
			"terminal; without a terminal it is the first line of standard input.\n\n" +
			"With --link nobody but its owner learns it: it prints a link by which whoever opens it within\n" +
			"a day chooses the password.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asLink {
				return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
					code, expires, err := d.CreateReset(d.ctx, idOf(account))
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s chooses a new password here, until %s:\n", account.Name, ago(expires))
					return printLink(cmd.OutOrStdout(), linkBase(d.cfg, url), link.Reset, code.Text())
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
				if err := d.SetPassword(d.ctx, idOf(account), password); err != nil {
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

// idOf names an account by its id, which stays the same if it is renamed meanwhile.
func idOf(account plausch.Account) string { return fmt.Sprintf("id:%d", account.ID) }

// onAccount is onData for a command about the account called name.
func onAccount(cmd *cobra.Command, name string, do func(d *desk, account plausch.Account) error) error {
	return onData(cmd, func(d *desk) error {
		account, err := d.GetAccount(d.ctx, name)
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
				return connect.Usagef("there is no role %q; choose one of %s", args[1], strings.Join(roles, ", "))
			}
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				account, err := d.SetRole(d.ctx, idOf(account), plausch.Role(args[1]))
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

func newUserActivateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "activate NAME",
		Short: "Let an account in again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onAccount(cmd, args[0], func(d *desk, account plausch.Account) error {
				if err := d.ActivateAccount(d.ctx, idOf(account)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s can sign in again\n", account.Name)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}

// onConfirmedAccount is [onAccount] after a question, which has the account's name in it.
func onConfirmedAccount(cmd *cobra.Command, name string, yes bool, question string, do func(d *desk, account plausch.Account) error) error {
	var found plausch.Account
	err := onAccount(cmd, name, func(_ *desk, account plausch.Account) error {
		found = account
		return nil
	})
	if err != nil {
		return err
	}
	if err := confirm(cmd, yes, fmt.Sprintf(question, client.CleanLine(found.Name))); err != nil {
		return err
	}
	return onAccount(cmd, name, func(d *desk, account plausch.Account) error {
		if account.ID != found.ID {
			return fmt.Errorf("%q has become the name of somebody else meanwhile; nothing was changed", found.Name)
		}
		return do(d, account)
	})
}

func newUserDeactivateCommand() *cobra.Command {
	var yes *bool
	cmd := &cobra.Command{
		Use:   "deactivate NAME",
		Short: "Shut an account out; it keeps its name and its rooms",
		Long: "Shuts an account out, after asking whether it should: all its devices are signed out. It keeps\n" +
			"its name and its rooms, and plausch user activate lets it in again.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			question := "Deactivate %s? All its devices are signed out."
			return onConfirmedAccount(cmd, args[0], *yes, question, func(d *desk, account plausch.Account) error {
				if err := d.DeactivateAccount(d.ctx, idOf(account)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is deactivated\n", account.Name)
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	yes = addYes(cmd)
	return cmd
}

func newUserDeleteCommand() *cobra.Command {
	var erase bool
	var yes *bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete an account for good",
		Long: "Deletes an account for good, after asking whether it should: its devices are signed out, it\n" +
			"leaves its rooms, and its name is free. What it wrote stays, by \"" + plausch.DeletedName + "\"; with --erase\n" +
			"it goes, too. To shut somebody out for a while: plausch user deactivate.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			question := "Delete the account %s? This cannot be undone."
			if erase {
				question = "Delete the account %s and all its messages? This cannot be undone."
			}
			return onConfirmedAccount(cmd, args[0], *yes, question, func(d *desk, account plausch.Account) error {
				if err := d.DeleteAccount(d.ctx, idOf(account), erase); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is deleted\n", account.Name)
				if erase {
					fmt.Fprintln(cmd.OutOrStdout(), "Backups, and the copy that an upgrade keeps beside the database, have its messages still.")
				}
				return nil
			})
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().BoolVar(&erase, "erase", false, "Remove the texts and files of its messages, too")
	yes = addYes(cmd)
	return cmd
}
