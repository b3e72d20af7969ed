package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) addReport() error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	added, err := ask[protocol.ReportAdded](q, protocol.MethodReportAdd, protocol.ReportAdd{Room: ref.Room, Seq: ref.Seq, Reason: in.Reason})
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, added)
}

func (q *request) listReports() error {
	closed, err := q.flag("closed")
	if err != nil {
		return err
	}
	n, err := q.numbers("before", "limit")
	if err != nil {
		return err
	}
	reports, err := ask[protocol.Reports](q, protocol.MethodReportList, protocol.ReportList{Closed: closed, Before: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Reports []protocol.Report `json:"reports"`
		More    bool              `json:"more"`
	}(reports))
}

func (q *request) closeReport() error {
	id, err := q.id("report")
	if err != nil {
		return err
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodReportClose, protocol.ReportRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}
