package protocol

import (
	"time"

	"plausch"
)

// ReportAdd is the params of report.add.
type ReportAdd struct {
	Room   int64  `json:"room"`
	Seq    int64  `json:"seq"`
	Reason string `json:"reason"`
}

// ReportAdded is the result of report.add.
type ReportAdded struct {
	ID int64 `json:"id"`
}

// ReportList is the params of report.list.
type ReportList struct {
	Closed bool  `json:"closed,omitzero"` // those that are closed, in the place of those that are open
	Before int64 `json:"before,omitzero"` // id of the last report of the page before
	Limit  int   `json:"limit,omitzero"`  // at most MaxLongPage
}

// ReportRef is the params of report.close.
type ReportRef struct {
	ID int64 `json:"id"`
}

// Report is what somebody says of a message. It is a push, too, to all who moderate.
type Report struct {
	ID       int64    `json:"id"`
	Room     int64    `json:"room"`
	Kind     string   `json:"kind"`          // of the room
	Name     string   `json:"name,omitzero"` // of the room
	Message  *Message `json:"message"`
	Reporter Account  `json:"reporter"`
	Reason   string   `json:"reason"`
	Time     int64    `json:"time"`
	Closed   int64    `json:"closed,omitzero"` // when, if it is
	Closer   *Account `json:"closer,omitempty"`
}

// Reports is the result of report.list, the newest first.
type Reports struct {
	Reports []Report `json:"reports,omitempty"`
	More    bool     `json:"more,omitzero"`
}

// NewReport returns p as it goes over the wire.
func NewReport(p *plausch.Report) Report {
	m := NewMessage(&p.Message)
	w := Report{
		ID: p.ID, Room: int64(p.Message.Room), Kind: string(p.RoomKind), Name: p.RoomName, Message: &m,
		Reporter: NewAccount(p.Reporter), Reason: p.Reason, Time: p.Time.UnixMilli(),
	}
	if !p.Closed.IsZero() {
		w.Closed = p.Closed.UnixMilli()
	}
	if p.Closer.ID != 0 {
		w.Closer = new(NewAccount(p.Closer))
	}
	return w
}

// Report returns what w says.
func (w *Report) Report() plausch.Report {
	p := plausch.Report{
		ID: w.ID, RoomKind: plausch.RoomKind(w.Kind), RoomName: w.Name, Reporter: w.Reporter.Ref(), Reason: w.Reason, Time: time.UnixMilli(w.Time),
	}
	if w.Message != nil {
		p.Message = w.Message.Message(plausch.RoomID(w.Room))
	}
	if w.Closed != 0 {
		p.Closed = time.UnixMilli(w.Closed)
	}
	if w.Closer != nil {
		p.Closer = w.Closer.Ref()
	}
	return p
}

// ReportSize is at least the size of p in a page, in either codec.
func ReportSize(p *plausch.Report) int {
	const keysAndNumbers = 256
	return keysAndNumbers + MessageSize(&p.Message) + accountSize(p.Reporter) + accountSize(p.Closer) + quotedSize(p.Reason) + quotedSize(p.RoomName)
}
