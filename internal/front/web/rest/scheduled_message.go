package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) createScheduledMessage() error {
	var p protocol.ScheduledMessageCreate
	if err := q.jsonBody(&p); err != nil {
		return err
	}
	made, err := ask[protocol.ScheduledMessage](q, protocol.MethodScheduledMessageCreate, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, made)
}

func (q *request) updateScheduledMessage() error {
	id, err := q.id("scheduled message")
	if err != nil {
		return err
	}
	var in struct {
		At      int64             `json:"at"`
		Text    *string           `json:"text"`
		Details *protocol.Details `json:"details"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	p := protocol.ScheduledMessageUpdate{ID: id, At: in.At, Text: in.Text, Details: in.Details}
	changed, err := ask[protocol.ScheduledMessage](q, protocol.MethodScheduledMessageUpdate, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, changed)
}

func (q *request) deleteScheduledMessage() error {
	id, err := q.id("scheduled message")
	if err != nil {
		return err
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodScheduledMessageDelete, protocol.ScheduledMessageRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}

func (q *request) listScheduledMessages() error {
	n, err := q.numbers("before", "limit")
	if err != nil {
		return err
	}
	list, err := ask[protocol.ScheduledMessages](q, protocol.MethodScheduledMessageList, protocol.ScheduledMessageList{Before: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Messages []protocol.ScheduledMessage `json:"messages"`
		More     bool                        `json:"more"`
	}(list))
}
