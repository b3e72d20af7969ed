package rest

import (
	"net/http"

	"plausch/protocol"
)

// search answers with messages that match a query.
func (q *request) search() error {
	n, err := q.numbers("room", "zone", "limit")
	if err != nil {
		return err
	}
	values := q.URL.Query()
	p := protocol.SearchGet{Query: values.Get("q"), Room: n[0], Zone: int(n[1]), Next: values.Get("next"), Limit: int(n[2])}
	found, err := ask[protocol.Hits](q, protocol.MethodSearch, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Hits    []protocol.Hit `json:"hits"`
		Next    string         `json:"next,omitzero"`
		Partial bool           `json:"partial"`
		Since   int64          `json:"since,omitzero"`
	}(found))
}
