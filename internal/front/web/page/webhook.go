package page

import (
	"net/http"
	"strings"

	"plausch"
	"plausch/protocol"
)

// webhookItem is a webhook in the list.
type webhookItem struct {
	protocol.Webhook
	RoomName string
	Mine     bool // to be deleted
}

// newWebhook is the data of the page that shows a webhook's address, once.
type newWebhook struct {
	protocol.WebhookCreated
	Room string
	URL  string
	Todo string // what makes it of use on another machine
}

// webhooks shows the webhooks of all rooms that somebody is in.
func (q *request) webhooks() error {
	data, err := q.webhookList()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "webhooks", data)
}

func (q *request) webhookList() ([]webhookItem, error) {
	list, err := ask[protocol.Webhooks](q, protocol.MethodWebhookList, protocol.WebhookList{})
	if err != nil {
		return nil, err
	}
	admin := view{Me: q.me}.Admin()
	names := map[int64]string{}
	var items []webhookItem
	for _, hook := range list.Webhooks {
		if _, ok := names[hook.Room]; !ok {
			room, err := ask[protocol.Room](q, protocol.MethodRoomGet, protocol.RoomRef{Room: hook.Room})
			if err != nil {
				return nil, err
			}
			names[hook.Room] = room.Name
		}
		mine := admin || hook.Maker != nil && hook.Maker.ID == q.me.ID
		items = append(items, webhookItem{hook, names[hook.Room], mine})
	}
	return items, nil
}

func (q *request) createWebhook() error {
	made, err := q.newWebhook()
	if err != nil {
		data, unread := q.webhookList()
		if unread != nil {
			return unread
		}
		return q.showError("webhooks", data, err)
	}
	return q.show(http.StatusOK, "webhook", made)
}

func (q *request) newWebhook() (made newWebhook, err error) {
	name := strings.TrimPrefix(strings.TrimSpace(q.PostForm.Get("room")), "#")
	if name == "" {
		return made, plausch.Errorf(plausch.Invalid, "say in which room the webhook posts")
	}
	room, err := ask[protocol.Room](q, protocol.MethodRoomGet, protocol.RoomRef{Name: name})
	if err != nil {
		return made, err
	}
	made.WebhookCreated, err = ask[protocol.WebhookCreated](q, protocol.MethodWebhookCreate, protocol.WebhookCreate{
		Room: room.ID, Name: q.PostForm.Get("name"), Signed: q.PostForm.Get("signed") == "yes",
	})
	base := q.linkBase()
	made.Room, made.URL, made.Todo = room.Name, base.URL+"/api/hooks/"+made.Token, base.Todo
	return made, err
}

func (q *request) deleteWebhook() error {
	id, err := q.id()
	if err == nil {
		err = do(q, protocol.MethodWebhookDelete, protocol.WebhookRef{ID: id})
	}
	if err != nil {
		return err
	}
	return q.goTo("/webhooks", "webhook")
}
