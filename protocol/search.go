package protocol

import "plausch"

// SearchGet is the params of search.
type SearchGet struct {
	Query string `json:"query"`
	Room  int64  `json:"room,omitzero"` // the only room to look in; 0: all that the caller is in
	// Zone is how many minutes the dates of the query are before UTC: 120 for Berlin's summer.
	Zone  int    `json:"zone,omitzero"`
	Next  string `json:"next,omitzero"`  // of the page before; absent for the first
	Limit int    `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// Hits is the result of search, newest first.
type Hits struct {
	Hits    []Hit  `json:"hits,omitempty"`
	Next    string `json:"next,omitzero"`    // where the next page begins; absent if there is none
	Partial bool   `json:"partial,omitzero"` // not all was looked at
	// Since is set while an older database is being prepared: messages before this time, in
	// milliseconds since 1970-01-01 UTC, are not found yet.
	Since int64 `json:"since,omitzero"`
}

// Hit is a message that was found, as it is now.
type Hit struct {
	Room        int64        `json:"room"`
	Seq         int64        `json:"seq"`
	Time        int64        `json:"time"` // milliseconds since 1970-01-01 UTC
	From        Account      `json:"from"`
	Text        string       `json:"text,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Edited      int64        `json:"edited,omitzero"` // seq of the newest edit
	// Ranges are where the text matches, in Unicode code points: the first, and the one
	// behind the last.
	Ranges [][2]int `json:"ranges,omitempty"`
	Before *Quote   `json:"before,omitempty"` // the message before it in its room
	After  *Quote   `json:"after,omitempty"`
}

// NewHit returns h as it goes over the wire.
func NewHit(h *plausch.Hit) Hit {
	e := NewEvent(&h.Event)
	w := Hit{Room: e.Room, Seq: e.Seq, Time: e.Time, From: e.From, Text: e.Text, Attachments: e.Attachments, Edited: h.Edited}
	for _, r := range h.Ranges {
		w.Ranges = append(w.Ranges, [2]int{r.From, r.To})
	}
	if h.Before != nil {
		w.Before = NewQuote(h.Before)
	}
	if h.After != nil {
		w.After = NewQuote(h.After)
	}
	return w
}

// Hit returns what w says.
func (w *Hit) Hit() plausch.Hit {
	e := Event{
		Room: w.Room, Seq: w.Seq, Time: w.Time, Kind: string(plausch.EventMessage), From: w.From, Text: w.Text, Attachments: w.Attachments,
	}
	h := plausch.Hit{Event: e.Event(), Edited: w.Edited}
	for _, r := range w.Ranges {
		h.Ranges = append(h.Ranges, plausch.TextRange{From: r[0], To: r[1]})
	}
	if w.Before != nil {
		h.Before = w.Before.Quote()
	}
	if w.After != nil {
		h.After = w.After.Quote()
	}
	return h
}

// HitSize is at least the size of h in a page, in either codec.
func HitSize(h *plausch.Hit) int {
	const keysAndNumbers, ofRange, ofQuote = 64, 16, 96
	size := EventSize(&h.Event) + keysAndNumbers + ofRange*len(h.Ranges)
	for _, q := range []*plausch.Quote{h.Before, h.After} {
		if q != nil {
			size += ofQuote + accountSize(q.Actor) + quotedSize(q.Text)
		}
	}
	return size
}
