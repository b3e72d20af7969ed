package core

import (
	"context"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// AddReport reports the message seq of a room that by is in to those who moderate: who
// runs the room, and the admins and owners of the server. They are told. A report of by
// that is open already stays as it is.
func (c *Core) AddReport(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, reason string) (id int64, err error) {
	if err := plausch.CheckReason(reason); err != nil {
		return 0, err
	}
	message, err := c.message(ctx, by, room, seq)
	if err != nil {
		return 0, err
	}
	if message.Actor.ID == by.ID {
		return 0, plausch.Errorf(plausch.Invalid, "this message is your own: delete it")
	}
	if err := c.takeSend(ctx, by); err != nil {
		return 0, err
	}
	id, added, err := c.store.AddReport(ctx, store.NewReport{
		Room: room, Seq: seq, Account: by.ID, Reason: reason, At: c.now(), Max: share(by, plausch.MaxReports),
	})
	if err == nil && added {
		c.logBackgroundError("those who moderate are not told of a report", c.tellModerators(ctx, id))
	}
	return id, err
}

// tellModerators tells those who moderate a report how it is now.
func (c *Core) tellModerators(ctx context.Context, id int64) error {
	report, err := c.store.Report(ctx, id)
	if err != nil {
		return err
	}
	moderators, err := c.store.Moderators(ctx, report.Message.Room)
	for _, account := range moderators {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalReport, Account: account, Report: &report})
	}
	return err
}

// ReportQuery asks for a part of the reports.
type ReportQuery = store.PageQuery[plausch.Report]

// ListReports returns the reports that by moderates, which are open or closed, the newest
// first, and whether there are more.
func (c *Core) ListReports(ctx context.Context, by plausch.Account, closed bool, q ReportQuery) ([]plausch.Report, bool, error) {
	return c.store.ListReports(ctx, by.ID, closed, q)
}

// CloseReport closes a report that by moderates: somebody has looked at it.
func (c *Core) CloseReport(ctx context.Context, by plausch.Account, id int64) error {
	if err := c.store.CloseReport(ctx, by.ID, id, c.now()); err != nil {
		return err
	}
	c.logBackgroundError("those who moderate are not told of a closed report", c.tellModerators(ctx, id))
	return nil
}
