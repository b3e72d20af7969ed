package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/names"
)

func newRoomCommand() *cobra.Command {
	cmd := newGroupCommand("room", "Make rooms, join, leave and list them")
	cmd.AddCommand(newRoomCreateCommand(), newRoomListCommand(),
		newRoomMemberCommand("join ROOM", "Become a member of a public room", "You are in %s\n", joinRoom),
		newRoomMemberCommand("leave ROOM", "End your membership of a room", "You have left %s\n", leaveRoom), newRoomNotifyCommand())
	cmd.AddCommand(newRoomSettingCommands()...)
	cmd.AddCommand(newRoomBanCommands()...)
	return cmd
}

func newRoomCreateCommand() *cobra.Command {
	var flags connect.Flags
	var private bool
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a room, with you as its first member",
		Long: "Makes a room, with you as its first member. Everybody can find and join a public one; who is\n" +
			"in a private one decides its members. If there is a room of that name, the exit code is 5.",
		Example: "  plausch room create builds --token-file weather.token\n" +
			"  plausch room create family --private --name anna",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := names.NewRoom(args[0])
			if err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			kind := plausch.RoomPublic
			if private {
				kind = plausch.RoomPrivate
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				room, err := c.CreateRoom(ctx, name, kind)
				if plausch.CodeOf(err) == plausch.Taken {
					return plausch.Errorf(plausch.Taken, "there is a room %s already; to become a member, if it is public: plausch room join %s", name, name)
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Made the %s room %s\n", room.Kind, client.CleanLine(room.Name))
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().BoolVar(&private, "private", false, "Have its members decide who is in it")
	return cmd
}

// newRoomMemberCommand returns a command that does something with a room that others
// have made, and prints done with its name.
func newRoomMemberCommand(use, short, done string, do func(context.Context, *client.Client, connect.Target) error) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := parseRoom(args[0])
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				if err := do(ctx, c, target); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), done, target)
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

// parseRoom reads the address of a room that is none of a person.
func parseRoom(address string) (connect.Target, error) {
	target, err := connect.ParseTarget(address)
	if err == nil && target.Peer != "" {
		err = connect.Usagef("%s is a person; name a room", target)
	}
	return target, err
}

func joinRoom(ctx context.Context, c *client.Client, t connect.Target) error {
	_, err := t.Enter(ctx, c)
	return err
}

func leaveRoom(ctx context.Context, c *client.Client, t connect.Target) error {
	room, err := c.GetRoom(ctx, t.Ref())
	if err == nil && !room.Joined {
		return nil
	}
	if err == nil {
		err = c.LeaveRoom(ctx, client.RoomRef{ID: room.ID})
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = plausch.Errorf(plausch.NotFound, "there is no room %s that you are in", t)
	}
	return err
}

func newRoomListCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the rooms, but for those of two people",
		Long: "Prints the rooms of the server whose data folder is on this machine, for its host. With\n" +
			"--server, --name, --password-file or --token-file it asks a server as anybody, and prints\n" +
			"the rooms that this account is in or could join.",
		Example: "  plausch room list\n" +
			"  plausch room list --server https://chat.example.org --name anna",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []string{"server", "name", "password-file", "token-file"} {
				if cmd.Flags().Changed(flag) {
					return listOwnRooms(cmd, flags)
				}
			}
			return listAllRooms(cmd)
		},
	}
	addSettings(cmd, "data")
	addConnection(cmd, &flags)
	return cmd
}

// listOwnRooms prints what the account of flags sees.
func listOwnRooms(cmd *cobra.Command, flags connect.Flags) error {
	return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
		rooms, err := c.ListRooms(ctx, true)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tKIND\tMEMBER\tEVENTS\tUNREAD")
		for _, r := range rooms {
			if r.Kind == plausch.RoomDirect {
				continue
			}
			member, unread := "no", "-"
			if r.Joined {
				member, unread = "yes", unreadText(r.Read)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", connect.TargetOf(r.Room), r.Kind, member, r.Head, unread)
		}
		return w.Flush()
	})
}

// unreadText says how much is unread: "100+", "3 (1 @)".
func unreadText(s plausch.ReadState) string {
	text := countText(s.Unread)
	if s.Mentions > 0 {
		text += " (" + countText(s.Mentions) + " @)"
	}
	return text
}

func countText(n int) string {
	if n >= plausch.MaxUnread {
		return fmt.Sprintf("%d+", n)
	}
	return fmt.Sprint(n)
}

// listAllRooms prints all rooms of a data folder.
func listAllRooms(cmd *cobra.Command) error {
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
}
