package rest

import (
	"net/http"
	"strconv"
	"strings"

	"plausch"
	"plausch/protocol"
)

func (q *request) send() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	return q.sendTo(protocol.MessageSend{Room: room})
}

func (q *request) sendDirect() error {
	return q.sendTo(protocol.MessageSend{To: q.PathValue("name")})
}

// sendTo sends the message of the body to the room or person of m.
func (q *request) sendTo(m protocol.MessageSend) error {
	if err := q.readMessage(&m); err != nil {
		return err
	}
	sent, err := ask[protocol.MessageSent](q, protocol.MethodMessageSend, m)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, sent)
}

// readMessage reads a message: JSON, or the text as it is. The body of
// curl -d has the type of a form, and is taken as it is, too.
func (q *request) readMessage(m *protocol.MessageSend) error {
	media, err := q.mediaType()
	if err != nil {
		return err
	}
	switch media {
	case "application/json", "text/plain", "application/x-www-form-urlencoded", "":
	default:
		return unsupportedMedia("send the text as text/plain, or JSON as application/json; files go to /api/attachments first")
	}
	b, err := q.body(maxBody)
	if err != nil {
		return err
	}
	if media == "application/json" {
		var in struct {
			Text        string            `json:"text"`
			ClientID    string            `json:"client_id"`
			Attachments []string          `json:"attachments"`
			Target      int64             `json:"target"`
			Details     *protocol.Details `json:"details"`
		}
		if err := decode(b, &in); err != nil {
			return err
		}
		m.Text, m.ClientID, m.Attachments, m.Target, m.Details = in.Text, in.ClientID, in.Attachments, in.Target, in.Details
	} else {
		// A file or a pipe ends with a line end, and may come from Windows.
		m.Text = strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
	}
	return q.readKey(m)
}

// readKey takes the client id from the header that other services have for it.
func (q *request) readKey(m *protocol.MessageSend) error {
	key := q.Header.Get("Idempotency-Key")
	if key != "" && m.ClientID != "" && key != m.ClientID {
		return errTwoKeys()
	}
	if key != "" {
		m.ClientID = key
	}
	return nil
}

// messageRef is the message that the path names.
func (q *request) messageRef() (protocol.MessageRef, error) {
	room, err := q.room()
	if err != nil {
		return protocol.MessageRef{}, err
	}
	seq, err := strconv.ParseInt(q.PathValue("seq"), 10, 64)
	if err != nil || seq < 1 {
		return protocol.MessageRef{}, plausch.Errorf(plausch.NotFound, "a message is addressed by its seq, not by %q", q.PathValue("seq"))
	}
	return protocol.MessageRef{Room: room, Seq: seq}, nil
}

// change calls a method that changes a message, and answers with its result.
func change[P any](q *request, method string, params P) error {
	sent, err := ask[protocol.MessageSent](q, method, params)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, sent)
}

// changeMessage calls a method of the message in the path.
func (q *request) changeMessage(method string) error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	return change(q, method, ref)
}

func (q *request) editMessage() error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	var m protocol.MessageSend
	if err := q.readMessage(&m); err != nil {
		return err
	}
	if m.Attachments != nil || m.Target != 0 {
		return plausch.Errorf(plausch.Invalid, "an edit changes the text and whom it mentions; files and what a message answers stay")
	}
	return change(q, protocol.MethodMessageEdit, protocol.MessageEdit{Room: ref.Room, Seq: ref.Seq, Text: m.Text, ClientID: m.ClientID, Details: m.Details})
}

func (q *request) deleteMessage() error { return q.changeMessage(protocol.MethodMessageDelete) }
func (q *request) pinMessage() error    { return q.changeMessage(protocol.MethodMessagePin) }
func (q *request) unpinMessage() error  { return q.changeMessage(protocol.MethodMessageUnpin) }
func (q *request) react() error         { return q.changeReaction(protocol.MethodMessageReact) }
func (q *request) unreact() error       { return q.changeReaction(protocol.MethodMessageUnreact) }

func (q *request) changeReaction(method string) error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	return change(q, method, protocol.MessageReact{Room: ref.Room, Seq: ref.Seq, Emoji: q.PathValue("emoji")})
}

// getMessage answers with a message as it is now.
func (q *request) getMessage() error {
	ref, err := q.messageRef()
	if err != nil {
		return err
	}
	found, err := ask[protocol.Messages](q, protocol.MethodMessages, protocol.MessagesGet{Room: ref.Room, Around: ref.Seq, Limit: 1})
	if err != nil {
		return err
	}
	for _, m := range found.Messages {
		if m.Seq == ref.Seq {
			return q.json(http.StatusOK, m)
		}
	}
	return plausch.Errorf(plausch.NotFound, "there is no message %d in this room", ref.Seq)
}

// timeline answers with messages as they are now.
func (q *request) timeline() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	n, err := q.numbers("after", "before", "around", "date", "limit")
	if err != nil {
		return err
	}
	p := protocol.MessagesGet{Room: room, Before: n[1], Around: n[2], Date: n[3], Limit: int(n[4])}
	if q.URL.Query().Has("after") {
		p.After = &n[0]
	}
	m, err := ask[protocol.Messages](q, protocol.MethodMessages, p)
	if err != nil {
		return err
	}
	q.w.Header().Set(epochHeader, q.server.api.Epoch())
	return q.json(http.StatusOK, struct {
		Messages []protocol.Message `json:"messages"`
		AsOf     int64              `json:"as_of"`
		First    int64              `json:"first"`
		Older    bool               `json:"older"`
		Newer    bool               `json:"newer"`
	}(m))
}

func (q *request) history() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	n, err := q.numbers("after", "before", "limit")
	if err != nil {
		return err
	}
	p := protocol.HistoryGet{Room: room, Before: n[1], Limit: int(n[2])}
	if q.URL.Query().Has("after") {
		if n[0], err = q.common(plausch.RoomID(room), n[0]); err != nil {
			return err
		}
		p.After = &n[0]
	}
	h, err := ask[protocol.History](q, protocol.MethodHistory, p)
	if err != nil {
		return err
	}
	q.w.Header().Set(epochHeader, q.server.api.Epoch())
	return q.json(http.StatusOK, struct {
		Events []protocol.Event `json:"events"`
		More   bool             `json:"more"`
	}(h))
}

func errTwoKeys() error {
	return plausch.Errorf(plausch.Invalid, "client_id and the header Idempotency-Key are the same thing, and differ here; send one of them")
}
