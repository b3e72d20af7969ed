package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newNameCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "name [NEWNAME]",
		Short: "Print the server's name, or change it",
		Long: "Prints the name that people see of the server, or gives it another one. A running server need\n" +
			"not be stopped; those who are connected see it when they connect again.",
		Example: "  plausch name\n" +
			"  plausch name \"The Millers\"",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onData(cmd, func(d *desk) error {
				if len(args) == 0 {
					name, err := d.store.ServerName(d.ctx)
					if err == nil && name == "" {
						fmt.Fprintln(cmd.ErrOrStderr(), "The server has no name yet; give it one:  plausch name NEWNAME")
					} else if err == nil {
						fmt.Fprintln(cmd.OutOrStdout(), client.CleanLine(name))
					}
					return err
				}
				name, err := d.UpdateServer(d.ctx, args[0])
				if plausch.CodeOf(err) == plausch.Invalid {
					return &connect.Error{Exit: connect.ExitUsage, Err: err}
				}
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "The server is now called %s\n", client.CleanLine(name))
				}
				return err
			})
		},
	}
	addSettings(cmd, "data")
	return cmd
}
