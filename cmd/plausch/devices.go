package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newDevicesCommand() *cobra.Command {
	cmd := newGroupCommand("devices", "See where you have signed in, link a new device, sign one out")
	cmd.AddCommand(newDevicesListCommand(), newDevicesLinkCommand(), newDevicesRevokeCommand())
	return cmd
}

func newDevicesListCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print where you have signed in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				devices, err := c.ListDevices(ctx)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tPROGRAM\tSINCE\tUSED")
				for _, d := range devices {
					used := ago(d.Used)
					if d.Here {
						used = "this one"
					}
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", d.ID, client.CleanLine(d.Program), d.Created.Local().Format("2006-01-02"), used)
				}
				return w.Flush()
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newDevicesLinkCommand() *cobra.Command {
	var flags connect.Flags
	var yes *bool
	cmd := &cobra.Command{
		Use:   "link CODE",
		Short: "Sign in a new device by the code that it shows",
		Long: "Makes the device that shows a code one of yours, after saying what it is and where, and asking\n" +
			"whether it should. It reads and writes all that you do: link only a device that is in front of you.",
		Example: "  plausch devices link QX7K-2MPA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				device, err := c.CheckLinkDevice(ctx, args[0])
				if err != nil {
					return err
				}
				if err := confirm(cmd, *yes, deviceQuestion(device)); err != nil {
					return err
				}
				if _, err := c.LinkDevice(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "Linked. To end that: plausch devices list, and plausch devices revoke ID")
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	yes = addYes(cmd)
	return cmd
}

// deviceQuestion asks whether a new device is to be linked.
func deviceQuestion(d client.NewDevice) string {
	what := "A device that does not say what it is"
	if d.Program != "" {
		what = fmt.Sprintf("A device that calls itself %q", client.CleanLine(d.Program))
	}
	if d.Address != "" {
		what += " at " + client.CleanLine(d.Address)
	}
	return fmt.Sprintf("%s wants to sign in as you, since %s. Is it in front of you, and shall it?", what, d.Began.Local().Format("15:04:05"))
}

func newDevicesRevokeCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Sign out a device",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseNumber(args[0], "device", "plausch devices list")
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				if err := c.RevokeDevice(ctx, plausch.DeviceID(id)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Signed out device %d\n", id)
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}
