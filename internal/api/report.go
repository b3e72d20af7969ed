package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func reportAdd(a *API, ctx context.Context, c *Caller, p *protocol.ReportAdd) (protocol.Body, error) {
	id, err := a.core.AddReport(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq, p.Reason)
	if err != nil {
		return nil, err
	}
	return &protocol.ReportAdded{ID: id}, nil
}

func reportList(a *API, ctx context.Context, c *Caller, p *protocol.ReportList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page, more, err := a.core.ListReports(ctx, c.Account(), p.Closed, core.ReportQuery{
		Before: p.Before, Limit: min(limit, protocol.MaxLongPage), MaxBytes: protocol.MaxPageBytes, Size: protocol.ReportSize,
	})
	if err != nil {
		return nil, err
	}
	result := &protocol.Reports{Reports: make([]protocol.Report, len(page)), More: more}
	for i := range page {
		fitMessage(&page[i].Message)
		result.Reports[i] = protocol.NewReport(&page[i])
	}
	return result, nil
}

func reportClose(a *API, ctx context.Context, c *Caller, p *protocol.ReportRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.CloseReport(ctx, c.Account(), p.ID)
}
