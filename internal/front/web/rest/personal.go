package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) hideMessage() error   { return q.setPersonal(protocol.MethodMessageHide) }
func (q *request) unhideMessage() error { return q.setPersonal(protocol.MethodMessageUnhide) }
func (q *request) saveMessage() error   { return q.setPersonal(protocol.MethodMessageSave) }
func (q *request) unsaveMessage() error { return q.setPersonal(protocol.MethodMessageUnsave) }

// setPersonal does something with the message in the path that is for the caller alone.
func (q *request) setPersonal(method string) error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	p, err := ask[protocol.Personal](q, method, ref)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, p)
}

func (q *request) listSaved() error {
	n, err := q.numbers("before", "limit")
	if err != nil {
		return err
	}
	saved, err := ask[protocol.SavedMessages](q, protocol.MethodSavedList, protocol.SavedList{Before: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Messages []protocol.SavedMessage `json:"messages"`
		More     bool                    `json:"more"`
	}(saved))
}

func (q *request) messageVersions() error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	n, err := q.numbers("before", "limit")
	if err != nil {
		return err
	}
	p := protocol.MessageVersionsGet{Room: ref.Room, Seq: ref.Seq, Before: n[0], Limit: int(n[1])}
	versions, err := ask[protocol.MessageVersions](q, protocol.MethodMessageVersions, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Versions []protocol.MessageVersion `json:"versions"`
		More     bool                      `json:"more"`
	}(versions))
}
