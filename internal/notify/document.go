package notify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"plausch"
)

// MaxText is how many bytes of a text a notification carries.
const MaxText = 1024

// document is what ntfy and webhooks of accounts are sent. Where ntfy has a name for
// something (https://docs.ntfy.sh/publish/#publish-as-json), that is taken.
type document struct {
	Topic    string `json:"topic,omitempty"` // of ntfy alone
	Title    string `json:"title"`
	Message  string `json:"message,omitempty"`
	Click    string `json:"click,omitempty"`    // where it leads
	Priority int    `json:"priority,omitempty"` // of ntfy alone: 1 to 5

	Kind  Kind           `json:"kind,omitempty"`
	Room  plausch.RoomID `json:"room,omitempty"`
	Seq   int64          `json:"seq,omitempty"`
	Badge *int           `json:"badge,omitempty"`
}

// words returns the title and the body of n, as far as they are wanted.
func (n *Notification) words(text bool) (title, body string) {
	if !text || n.HideText {
		return n.Plain, ""
	}
	return n.Title, cut(n.Body, MaxText)
}

// cut returns text, or as much of it as fits so many bytes, with an ellipsis.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const ellipsis = "…"
	text = strings.ToValidUTF8(text[:max(most-len(ellipsis), 0)], "")
	return text + ellipsis
}

// link returns where n leads: its message, on this server.
func (o *Options) link(n *Notification) string {
	if o.Base == "" {
		return ""
	}
	if n.Seq == 0 {
		return o.Base + "/"
	}
	return o.Base + Path(n.Room, n.Seq)
}

// newDocument returns n as a document.
func (o *Options) newDocument(n *Notification, text bool) document {
	d := document{Click: o.link(n), Kind: n.Kind, Room: n.Room, Seq: n.Seq, Badge: n.Badge}
	d.Title, d.Message = n.words(text)
	return d
}

// ntfyRequest returns the request that publishes n at the topic of an ntfy server.
func (o *Options) ntfyRequest(sub *plausch.PushSubscription, n *Notification, text bool) (*http.Request, error) {
	server, topic, err := plausch.SplitTopic(sub.Endpoint)
	if err != nil {
		return nil, err
	}
	d := o.newDocument(n, text)
	d.Topic, d.Priority = topic, priorities[n.Kind]
	if d.Message == "" { // for which ntfy would say "triggered"
		d.Title, d.Message = "", d.Title
	}
	return jsonRequest(server, d)
}

// priorities are those of ntfy: 3 is the usual, 4 makes more noise, 2 none.
var priorities = map[Kind]int{KindDirect: 4, KindMention: 4, KindMessage: 3, KindRead: 2, KindReport: 4, KindReminder: 4, KindFailed: 4}

// webhookRequest returns the request that posts n to a webhook of its account.
func (o *Options) webhookRequest(sub *plausch.PushSubscription, n *Notification, text bool) (*http.Request, error) {
	body := encode(o.newDocument(n, text))
	r, err := http.NewRequest(http.MethodPost, sub.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	id := messageID(sub.ID, n.Room, n.Seq)
	if !n.Kind.ofMessages() {
		id += "_" + string(n.Kind)
	}
	sign(r.Header, sub.Secret, id, o.Now(), body)
	return r, nil
}

func jsonRequest(address string, v any) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(encode(v)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// encode returns v in JSON.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of strings and numbers
	}
	return b
}
