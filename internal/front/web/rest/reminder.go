package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) setReminder() error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	var in struct {
		At int64 `json:"at"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	set, err := ask[protocol.Reminder](q, protocol.MethodReminderSet, protocol.ReminderSet{Room: ref.Room, Seq: ref.Seq, At: in.At})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, set)
}

func (q *request) deleteReminder() error {
	id, err := q.id("reminder")
	if err != nil {
		return err
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodReminderDelete, protocol.ReminderRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}

func (q *request) listReminders() error {
	n, err := q.numbers("before", "limit")
	if err != nil {
		return err
	}
	list, err := ask[protocol.Reminders](q, protocol.MethodReminderList, protocol.ReminderList{Before: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Reminders []protocol.Reminder `json:"reminders"`
		More      bool                `json:"more"`
	}(list))
}
