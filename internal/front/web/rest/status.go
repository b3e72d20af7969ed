package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) setStatus() error {
	var p protocol.Status
	if err := q.jsonBody(&p); err != nil {
		return err
	}
	status, err := ask[protocol.Status](q, protocol.MethodStatusSet, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, status)
}

func (q *request) removeStatus() error {
	if _, err := ask[protocol.Status](q, protocol.MethodStatusSet, protocol.Status{}); err != nil {
		return err
	}
	return q.none()
}

func (q *request) showSeen() error { return q.setSeen(true) }
func (q *request) hideSeen() error { return q.setSeen(false) }

func (q *request) setSeen(on bool) error {
	if _, err := ask[protocol.Empty](q, protocol.MethodSeenSet, protocol.SeenSet{On: on}); err != nil {
		return err
	}
	return q.none()
}
