package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// roomSetting is a command that changes a room: change does, and returns what to
// print and whether there was something to change.
type roomSetting struct {
	use, short, example string
	args                int // after the room
	change              func(ctx context.Context, c *client.Client, room plausch.RoomID, args []string) (done string, changed int64, err error)
}

// newRoomSettingCommands returns the commands by which those who run a room change it.
func newRoomSettingCommands() []*cobra.Command {
	update := func(done string, change func(args []string) plausch.RoomChange) func(context.Context, *client.Client, plausch.RoomID, []string) (string, int64, error) {
		return func(ctx context.Context, c *client.Client, room plausch.RoomID, args []string) (string, int64, error) {
			seq, err := c.UpdateRoom(ctx, room, change(args))
			return done, seq, err
		}
	}
	var all []*cobra.Command
	for _, s := range []roomSetting{
		{"topic ROOM TOPIC", "Say in one line what a room is about", `plausch room topic builds "What the nightly builds say"`, 1,
			update("Changed the topic of %s", func(args []string) plausch.RoomChange { return plausch.RoomChange{Topic: &args[0]} })},
		{"describe ROOM TEXT", "Say at length what a room is for", `plausch room describe builds "Ask anna for access."`, 1,
			update("Changed the description of %s", func(args []string) plausch.RoomChange { return plausch.RoomChange{Description: &args[0]} })},
		{"picture ROOM FILE", "Give a room a picture, or take it away with \"\"", "plausch room picture builds crane.jpg", 1, setRoomPicture},
		{"retention ROOM DAYS|forever", "Say for how long the messages of a room are kept", "plausch room retention lobby 30", 1, setRoomRetention},
		{"archive ROOM", "Have nobody write in a room any more", "plausch room archive builds", 0,
			update("Archived %s", func([]string) plausch.RoomChange { return plausch.RoomChange{Archived: new(true)} })},
		{"unarchive ROOM", "Have an archived room used again", "plausch room unarchive builds", 0,
			update("%s is no longer archived", func([]string) plausch.RoomChange { return plausch.RoomChange{Archived: new(false)} })},
		{"writers ROOM members|admins", "Say who writes in a room: its members, or only those who run it", "plausch room writers news admins", 1,
			update("Changed who writes in %s", func(args []string) plausch.RoomChange {
				return plausch.RoomChange{Writers: new(plausch.Writers(args[0]))}
			})},
		{"role ROOM NAME owner|admin|member|reader", "Say what somebody is in a room", "plausch room role builds bob admin", 2, setRoomRole},
	} {
		all = append(all, newRoomSettingCommand(s))
	}
	return all
}

func newRoomSettingCommand(s roomSetting) *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:     s.use,
		Short:   s.short,
		Example: "  " + s.example,
		Args:    cobra.ExactArgs(1 + s.args),
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
				done, seq, err := s.change(ctx, c, room.ID, args[1:])
				if err != nil {
					return err
				}
				if seq == 0 {
					done = "It is so already: nothing changed in %s"
				}
				fmt.Fprintf(cmd.OutOrStdout(), done+"\n", target)
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func setRoomPicture(ctx context.Context, c *client.Client, room plausch.RoomID, args []string) (string, int64, error) {
	const done = "Changed the picture of %s"
	if args[0] == "" {
		seq, err := c.UpdateRoom(ctx, room, plausch.RoomChange{Picture: new("")})
		return done, seq, err
	}
	file, err := os.Open(args[0])
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	uploaded, err := c.Upload(ctx, client.Upload{Name: filepath.Base(args[0]), Body: file})
	if err != nil {
		return "", 0, err
	}
	seq, err := c.UpdateRoom(ctx, room, plausch.RoomChange{Picture: &uploaded.ID})
	return done, seq, err
}

func setRoomRetention(ctx context.Context, c *client.Client, room plausch.RoomID, args []string) (string, int64, error) {
	days, done := 0, "%s keeps its messages for ever"
	if args[0] != "forever" {
		var err error
		if days, err = strconv.Atoi(args[0]); err != nil || days < 1 || days > int(plausch.MaxRetention/plausch.Day) {
			return "", 0, connect.Usagef("a retention is a number of days from 1 to %d, or forever, not %q", plausch.MaxRetention/plausch.Day, args[0])
		}
		done = "%s keeps its messages for " + fmt.Sprint(days, map[bool]string{true: " day", false: " days"}[days == 1])
	}
	seq, err := c.UpdateRoom(ctx, room, plausch.RoomChange{Retention: new(time.Duration(days) * plausch.Day)})
	return done, seq, err
}

func setRoomRole(ctx context.Context, c *client.Client, room plausch.RoomID, args []string) (string, int64, error) {
	seq, err := c.RoleMember(ctx, room, args[0], plausch.RoomRole(args[1]))
	return "Changed the role of " + client.CleanLine(args[0]) + " in %s", seq, err
}
