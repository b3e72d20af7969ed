package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// AddReport reports a message to those who moderate its room, with a reason, and returns
// the id of the report.
func (c *Client) AddReport(ctx context.Context, room plausch.RoomID, seq int64, reason string) (id int64, err error) {
	if err := checkString(reason); err != nil {
		return 0, err
	}
	var w protocol.ReportAdded
	err = c.read(ctx, protocol.MethodReportAdd, &protocol.ReportAdd{Room: int64(room), Seq: seq, Reason: reason}, &w)
	return w.ID, err
}

// ReportQuery asks for reports: those that are open, or closed, with ids below Before, the
// last one of the page before; 0 for the first page.
type ReportQuery struct {
	Closed bool
	Before int64
}

// ListReports returns the reports that the account moderates, the newest first, and whether
// there are more.
func (c *Client) ListReports(ctx context.Context, q ReportQuery) (reports []plausch.Report, more bool, err error) {
	var w protocol.Reports
	if err := c.read(ctx, protocol.MethodReportList, &protocol.ReportList{Closed: q.Closed, Before: q.Before}, &w); err != nil {
		return nil, false, err
	}
	for i := range w.Reports {
		reports = append(reports, w.Reports[i].Report())
	}
	return reports, w.More, nil
}

// CloseReport closes a report that the account moderates.
func (c *Client) CloseReport(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodReportClose, &protocol.ReportRef{ID: id}, &protocol.Empty{})
}
