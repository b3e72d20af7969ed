package rest

import (
	"net/http"
	"strconv"

	"plausch"
	"plausch/protocol"
)

func (q *request) createOutgoingWebhook() error {
	var in struct {
		URL string `json:"url"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	room, err := q.room()
	if err != nil {
		return err
	}
	made, err := ask[protocol.OutgoingWebhookCreated](q, protocol.MethodOutgoingWebhookCreate, protocol.OutgoingWebhookCreate{Room: room, URL: in.URL})
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, made)
}

func (q *request) listOutgoingWebhooks() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	hooks, err := ask[protocol.OutgoingWebhooks](q, protocol.MethodOutgoingWebhookList, protocol.OutgoingWebhookList{Room: room})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Webhooks []protocol.OutgoingWebhook `json:"webhooks"`
	}(hooks))
}

func (q *request) deleteOutgoingWebhook() error {
	id, err := strconv.ParseInt(q.PathValue("id"), 10, 64)
	if err != nil {
		return plausch.Errorf(plausch.NotFound, "there is no webhook %q", q.PathValue("id"))
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodOutgoingWebhookDelete, protocol.OutgoingWebhookRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}
