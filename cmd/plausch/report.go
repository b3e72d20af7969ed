package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newReportCommand() *cobra.Command {
	cmd := newGroupCommand("report", "Report messages to those who moderate, and look after reports")
	cmd.AddCommand(newReportAddCommand(), newReportListCommand(), newReportCloseCommand())
	return cmd
}

func newReportAddCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "add ROOM SEQ REASON",
		Short: "Report a message to those who moderate",
		Long: "Reports a message to those who run its room, and to the admins and owners of the server. They see\n" +
			"the message, your name and the reason. Of a direct room it is the admins and owners alone.",
		Example: "  plausch message report add attic 42 \"It insults Bob.\"",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, seq, err := parseMessage(args[0], args[1])
			if err != nil {
				return err
			}
			if err := plausch.CheckReason(args[2]); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				room, err := target.Find(ctx, c)
				if err != nil {
					return err
				}
				if _, err := c.AddReport(ctx, room, seq, args[2]); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "Reported")
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}

func newReportListCommand() *cobra.Command {
	var flags connect.Flags
	var closed bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print the reports that you moderate, the newest first",
		Long: "Prints the open reports of the rooms that you run; if you are an admin or owner of the server, those\n" +
			"of all rooms.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return printReports(ctx, cmd, c, closed)
			})
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().BoolVar(&closed, "closed", false, "Print those that are closed")
	return cmd
}

func printReports(ctx context.Context, cmd *cobra.Command, c *client.Client, closed bool) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROOM\tSEQ\tWHEN\tBY\tREASON\tMESSAGE")
	for q := (client.ReportQuery{Closed: closed}); ; {
		page, more, err := c.ListReports(ctx, q)
		if err != nil {
			return err
		}
		for i := range page {
			p := &page[i]
			room := p.RoomName
			if room == "" {
				room = fmt.Sprintf("id:%d (direct)", p.Message.Room)
			}
			fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\t%s\n", p.ID, client.CleanLine(room), p.Message.Seq, ago(p.Time),
				client.CleanLine(p.Reporter.Name), client.CleanLine(p.Reason), messageText(&p.Message))
			q.Before = p.ID
		}
		if !more || len(page) == 0 {
			return w.Flush()
		}
	}
}

func newReportCloseCommand() *cobra.Command {
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "close ID",
		Short: "Close a report that you have looked at",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return connect.Usagef("%q is not the id of a report; plausch message report list prints them", args[0])
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				if err := c.CloseReport(ctx, id); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Closed report %d\n", id)
				return nil
			})
		},
	}
	addConnection(cmd, &flags)
	return cmd
}
