package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// newRoomBanCommands returns the commands by which those who run a room keep accounts
// out of it.
func newRoomBanCommands() []*cobra.Command {
	return []*cobra.Command{
		newRoomBanCommand("ban ROOM NAME", "Put somebody out of a room for good", "plausch room ban builds mallory", 1,
			func(ctx context.Context, c *client.Client, out io.Writer, room plausch.RoomID, args []string) error {
				if err := c.AddBan(ctx, room, args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(out, "%s is banned. plausch room unban ends that.\n", client.CleanLine(args[0]))
				return err
			}),
		newRoomBanCommand("unban ROOM NAME", "Let somebody who is banned join a room again", "plausch room unban builds mallory", 1,
			func(ctx context.Context, c *client.Client, out io.Writer, room plausch.RoomID, args []string) error {
				if err := c.RemoveBan(ctx, room, args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(out, "%s may join again.\n", client.CleanLine(args[0]))
				return err
			}),
		newRoomBanCommand("bans ROOM", "List who is banned from a room", "plausch room bans builds", 0,
			func(ctx context.Context, c *client.Client, out io.Writer, room plausch.RoomID, _ []string) error {
				return listBans(ctx, c, out, room)
			}),
	}
}

func newRoomBanCommand(use, short, example string, args int, do func(context.Context, *client.Client, io.Writer, plausch.RoomID, []string) error) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:     use,
		Short:   short,
		Example: "  " + example,
		Args:    cobra.ExactArgs(1 + args),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := parseRoom(args[0])
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				room, err := c.GetRoom(ctx, target.Ref())
				if err != nil {
					return err
				}
				return do(ctx, c, cmd.OutOrStdout(), room.ID, args[1:])
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func listBans(ctx context.Context, c *client.Client, out io.Writer, room plausch.RoomID) error {
	bans, err := c.ListBans(ctx, room)
	if err != nil {
		return err
	}
	if len(bans) == 0 {
		_, err = fmt.Fprintln(out, "Nobody is banned.")
		return err
	}
	for _, b := range bans {
		if _, err := fmt.Fprintf(out, "%s\tby %s\t%s\n", client.CleanLine(b.Account.Name), client.CleanLine(b.By.Name), b.Time.Local().Format("2006-01-02 15:04")); err != nil {
			return err
		}
	}
	return nil
}
