package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
)

func newRoomCommand() *cobra.Command {
	cmd := newGroupCommand("room", "Look at the rooms of a server")
	list := &cobra.Command{
		Use:   "list",
		Short: "Print the rooms, but for those of two people",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tKIND\tMEMBERS\tEVENTS\tMADE")
				rooms, err := d.store.AllRooms(d.ctx)
				if err != nil {
					return err
				}
				for _, r := range rooms {
					members, made := fmt.Sprint(r.Members), ago(r.Created)
					if r.ID == plausch.PublicRoom {
						members, made = "everyone", "at the start"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", client.CleanLine(r.Name), r.Kind, members, r.Head, made)
				}
				return w.Flush()
			})
		},
	}
	addSettings(list, "data")
	cmd.AddCommand(list)
	return cmd
}
