package protocol

import "plausch"

// AuditList is the params of audit.list.
type AuditList struct {
	Before int64 `json:"before,omitzero"` // id of the last entry of the page before
	Limit  int   `json:"limit,omitzero"`
}

// AuditEntry is something that was done to an account or to the server.
type AuditEntry struct {
	ID      int64    `json:"id"`
	Time    int64    `json:"time"`              // milliseconds since 1970-01-01 UTC
	Actor   *Account `json:"actor,omitempty"`   // absent: on the command line
	Action  string   `json:"action"`            // a word of plausch.AuditAction
	Account *Account `json:"account,omitempty"` // whom it was done to
	Detail  string   `json:"detail,omitzero"`
}

// NewAuditEntry returns a as it goes over the wire.
func NewAuditEntry(a plausch.Audit) AuditEntry {
	w := AuditEntry{ID: a.ID, Time: a.Time.UnixMilli(), Action: string(a.Action), Detail: a.Detail}
	if a.Actor.ID != 0 {
		actor := NewAccount(a.Actor)
		w.Actor = &actor
	}
	if a.Account.ID != 0 {
		account := NewAccount(a.Account)
		w.Account = &account
	}
	return w
}

// Audit is the result of audit.list, the newest first.
type Audit struct {
	Entries []AuditEntry `json:"entries,omitempty"`
	More    bool         `json:"more,omitzero"`
}
