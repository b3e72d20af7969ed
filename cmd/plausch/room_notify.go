package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// roomNotifyFlags are what the command room notify is to change.
type roomNotifyFlags struct {
	level     levelFlag
	mute      string
	favourite bool
	order     int64
}

func newRoomNotifyCommand() *cobra.Command {
	var flags connect.Flags
	var set roomNotifyFlags
	cmd := &cobra.Command{
		Use:   "notify ROOM",
		Short: "Say what you are notified of in a room, and where it stands in your list",
		Long: "Changes what you have chosen for a room, or with @NAME for that of you two, on all your devices,\n" +
			"and prints it. The level default is that of plausch notify.",
		Example: "  plausch room notify builds --mute 8h\n" +
			"  plausch room notify builds --level nothing --favourite",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := connect.ParseTarget(args[0])
			if err != nil {
				return err
			}
			change, err := set.change(cmd, time.Now())
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error { return notifyRoom(ctx, cmd, c, target, change) })
		},
	}
	f := cmd.Flags()
	set.level.add(cmd)
	f.StringVar(&set.mute, "mute", "", "For how long to be notified of nothing, such as 8h, or off")
	f.BoolVar(&set.favourite, "favourite", false, "Have it stand among your favourites")
	f.Int64Var(&set.order, "order", 0, "Its place in your list; smaller ones come first")
	addConnection(cmd, &flags)
	return cmd
}

// change returns what is to change.
func (n *roomNotifyFlags) change(cmd *cobra.Command, now time.Time) (change plausch.RoomPreferenceChange, err error) {
	given := cmd.Flags().Changed
	if change.Level, err = n.level.level(cmd); err != nil {
		return change, err
	}
	if given("favourite") {
		change.Favourite = &n.favourite
	}
	if given("order") {
		change.Order = &n.order
	}
	if given("mute") {
		var until time.Time
		if n.mute != "off" {
			d, err := time.ParseDuration(n.mute)
			if err != nil || d <= 0 {
				return change, connect.Usagef("--mute is a time such as 30m or 8h, or off, not %q", n.mute)
			}
			until = now.Add(d)
		}
		change.MuteUntil = &until
	}
	return change, nil
}

// notifyRoom changes what is chosen for a room, if anything is to change, and prints it.
func notifyRoom(ctx context.Context, cmd *cobra.Command, c *client.Client, target connect.Target, change plausch.RoomPreferenceChange) error {
	room, err := findTarget(ctx, c, target)
	if err != nil {
		return err
	}
	p := room.Preference
	if change != (plausch.RoomPreferenceChange{}) {
		if p, err = c.SetRoomPreference(ctx, room.ID, change); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "Level:    ", levelText(p.Level))
	fmt.Fprintln(out, "Muted:    ", mutedText(p.MuteUntil, time.Now()))
	fmt.Fprintln(out, "Favourite:", map[bool]string{true: "yes", false: "no"}[p.Favourite])
	if p.Order != 0 {
		fmt.Fprintln(out, "Order:    ", p.Order)
	}
	return nil
}

// findTarget returns a room that the account is in, by the address of a room or a person.
func findTarget(ctx context.Context, c *client.Client, target connect.Target) (client.Room, error) {
	if target.Peer == "" {
		return c.GetRoom(ctx, target.Ref())
	}
	rooms, err := c.ListRooms(ctx, false)
	if err != nil {
		return client.Room{}, err
	}
	for _, r := range rooms {
		if r.Kind == plausch.RoomDirect && target.Is(r.Room) {
			return r, nil
		}
	}
	return client.Room{}, plausch.Errorf(plausch.NotFound, "you have no room with %s", target)
}

func mutedText(until, now time.Time) string {
	if !until.After(now) {
		return "no"
	}
	return "until " + until.Local().Format("2006-01-02 15:04")
}
