package notifytest

import (
	"encoding/json"
	"errors"
	"net/url"
)

// Declarative is what a browser reads of a declarative push message.
type Declarative struct {
	Title, Body, Tag string
	Navigate         string
	Silent           bool
	Badge            *uint64 // where the specification has it
	SafariBadge      string  // where Safari reads it
	Mutable          bool
	Data             json.RawMessage
}

// ParseDeclarative follows the declarative push message parser of the Push API
// (https://w3c.github.io/push-api/), and fails where that does: a member of the wrong
// type, if it is not needed, is left out. What Safari 18.4 wants besides is asked, too:
// a title that is not empty and an absolute address.
func ParseDeclarative(b []byte) (d Declarative, err error) {
	var top, n map[string]json.RawMessage
	if err := json.Unmarshal(b, &top); err != nil {
		return d, err
	}
	var version float64
	if json.Unmarshal(top["web_push"], &version) != nil || version != 8030 {
		return d, errors.New("web_push is not 8030")
	}
	if json.Unmarshal(top["notification"], &n) != nil || n == nil {
		return d, errors.New("notification is no object")
	}
	if json.Unmarshal(n["title"], &d.Title) != nil || d.Title == "" {
		return d, errors.New("there is no title")
	}
	if json.Unmarshal(n["navigate"], &d.Navigate) != nil {
		return d, errors.New("there is no navigate")
	}
	if u, err := url.Parse(d.Navigate); err != nil || !u.IsAbs() || u.Host == "" {
		return d, errors.New("navigate is no absolute address")
	}
	for name, to := range map[string]any{"body": &d.Body, "tag": &d.Tag, "silent": &d.Silent, "app_badge": &d.SafariBadge} {
		if raw, ok := n[name]; ok {
			// Safari refuses the whole message here.
			if err := json.Unmarshal(raw, to); err != nil {
				return d, err
			}
		}
	}
	d.Data = n["data"]
	_ = json.Unmarshal(top["mutable"], &d.Mutable)
	var badge uint64
	if raw, ok := top["app_badge"]; ok && json.Unmarshal(raw, &badge) == nil {
		d.Badge = &badge
	}
	return d, nil
}
