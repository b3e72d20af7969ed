package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch/client"
	"plausch/internal/connect"
)

func newAuditCommand() *cobra.Command {
	var lines int
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Print what was done to accounts and to the server",
		Long: "Prints what admins, and commands on the data folder, did to accounts and to the server, the\n" +
			"newest first.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lines < 1 {
				return connect.Usagef("-n takes a number from 1, not %d", lines)
			}
			return onData(cmd, func(d *desk) error {
				entries, err := d.store.ListAudit(d.ctx, 0, lines)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "WHEN\tWHO\tDID\tTO\t")
				for _, e := range entries {
					whom := ""
					if e.Account.ID != 0 {
						whom = client.CleanLine(e.Account.Name)
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", ago(e.Time), actorText(e.Actor), e.Action, whom, client.CleanLine(e.Detail))
				}
				return w.Flush()
			})
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().IntVarP(&lines, "lines", "n", 50, "How many entries to print")
	return cmd
}
