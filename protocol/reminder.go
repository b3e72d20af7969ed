package protocol

import (
	"time"

	"plausch"
)

// ReminderSet is the params of reminder.set.
type ReminderSet struct {
	Room int64 `json:"room"`
	Seq  int64 `json:"seq"`
	At   int64 `json:"at"` // milliseconds since 1970-01-01 UTC
}

// ReminderRef is the params of reminder.delete.
type ReminderRef struct {
	ID int64 `json:"id"`
}

// ReminderList is the params of reminder.list.
type ReminderList struct {
	Before int64 `json:"before,omitzero"` // id of the last reminder of the page before
	Limit  int   `json:"limit,omitzero"`  // at most MaxLongPage
}

// Reminders is the result of reminder.list, the newest first.
type Reminders struct {
	Reminders []Reminder `json:"reminders,omitempty"`
	More      bool       `json:"more,omitzero"`
}

// Reminder is a message that the caller wants to be reminded of. It is the result of
// reminder.set, and a push to all sessions of the account.
type Reminder struct {
	ID      int64    `json:"id"`
	Room    int64    `json:"room,omitzero"`
	At      int64    `json:"at,omitzero"`
	Due     bool     `json:"due,omitzero"` // the time has come
	Message *Message `json:"message,omitempty"`
	Gone    bool     `json:"gone,omitzero"` // of pushes: there is nothing but ID
}

// NewReminder returns m as it goes over the wire.
func NewReminder(m *plausch.Reminder) Reminder {
	return Reminder{ID: m.ID, Room: int64(m.Message.Room), At: m.At.UnixMilli(), Due: m.Due, Message: new(NewMessage(&m.Message))}
}

// Reminder returns what w says.
func (w *Reminder) Reminder() plausch.Reminder {
	m := plausch.Reminder{ID: w.ID, Due: w.Due}
	if w.At != 0 {
		m.At = time.UnixMilli(w.At)
	}
	if w.Message != nil {
		m.Message = w.Message.Message(plausch.RoomID(w.Room))
	}
	return m
}

// ReminderSize is at least the size of m in a page, in either codec.
func ReminderSize(m *plausch.Reminder) int {
	const keysAndNumbers = 128
	return keysAndNumbers + MessageSize(&m.Message)
}
