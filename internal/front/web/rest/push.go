package rest

import (
	"net/http"
	"strconv"

	"plausch"
	"plausch/protocol"
)

func (q *request) pushKey() error {
	key, err := ask[protocol.PushKey](q, protocol.MethodPushKey, protocol.Empty{})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, key)
}

func (q *request) subscribePush() error {
	var p protocol.PushSubscribe
	if err := q.jsonBody(&p); err != nil {
		return err
	}
	made, err := ask[protocol.PushSubscribed](q, protocol.MethodPushSubscribe, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, made)
}

func (q *request) listPushes() error {
	all, err := ask[protocol.PushSubscriptions](q, protocol.MethodPushList, protocol.Empty{})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Subscriptions []protocol.PushSubscription `json:"subscriptions"`
	}(all))
}

func (q *request) unsubscribePush() error {
	id, err := strconv.ParseInt(q.PathValue("id"), 10, 64)
	if err != nil {
		return plausch.Errorf(plausch.NotFound, "there is no subscription %q", q.PathValue("id"))
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodPushUnsubscribe, protocol.PushRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}
