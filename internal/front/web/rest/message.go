package rest

import (
	"net/http"
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

// sendTo sends what the body says to where m goes.
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

// readMessage reads a message: JSON, or the text as it is. What curl -d sends is
// called a form by its type, and is taken as it is, too.
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
			Text        string   `json:"text"`
			ClientID    string   `json:"client_id"`
			Attachments []string `json:"attachments"`
		}
		if err := decode(b, &in); err != nil {
			return err
		}
		m.Text, m.ClientID, m.Attachments = in.Text, in.ClientID, in.Attachments
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
