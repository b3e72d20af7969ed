package timeline

import (
	"slices"

	"plausch"
)

// quote is the beginning of a message that others answer, which may not be held itself.
type quote struct {
	plausch.Quote
	asOf  int64 // the newest seq that is in it; 0 if the message is not known
	known bool
	gone  bool // there is no such message any more
}

// drawn returns what the answers show, nil for nothing.
func (q *quote) drawn() *plausch.Quote {
	if q == nil || !q.known || q.gone {
		return nil
	}
	out := q.Quote
	return &out
}

// quoteOf returns the beginning of a message.
func quoteOf(m *Message) quote {
	q := plausch.Quote{Seq: m.Seq, Actor: m.Actor, Text: plausch.QuoteText(m.Text), Files: len(m.Attachments), Sealed: m.Sealed(), Deleted: m.Deleted != 0}
	return quote{Quote: q, asOf: m.asOf, known: true}
}

// fold applies an event that changes the message.
func (q *quote) fold(e *plausch.Event) {
	if !q.known || q.gone || e.Seq <= q.asOf {
		return
	}
	switch {
	case e.Kind == plausch.EventDelete, e.Kind == plausch.EventEdit && e.Erased() && q.Files == 0:
		q.Quote = plausch.Quote{Seq: q.Seq, Actor: q.Actor, Deleted: true}
	case e.Kind == plausch.EventEdit && !q.Deleted:
		q.Text, q.Sealed = plausch.QuoteText(e.Text), e.Sealed()
	}
	q.asOf = e.Seq
}

// want has the message that m answers be quoted. Page is what a page has of it; nil if m
// is from no page.
func (r *Room) want(m *Message, page *plausch.Message) {
	if m.Target == 0 {
		return
	}
	q := r.quotes[m.Target]
	if q == nil {
		q = new(quote)
		r.quotes[m.Target] = q
		if at, ok := r.find(m.Target); ok {
			*q = quoteOf(&r.Messages[at])
		} else if m.Target < r.First {
			*q = quote{asOf: r.last, known: true, gone: true}
		}
	}
	switch {
	case page == nil || q.known && q.asOf >= m.asOf:
	case page.Quote == nil:
		*q = quote{asOf: m.asOf, known: true, gone: true}
	default:
		*q = quote{Quote: *page.Quote, asOf: m.asOf, known: true}
	}
}

// requote has all answers show what they answer as it is now.
func (r *Room) requote() {
	for i := range r.Messages {
		if m := &r.Messages[i]; m.Target != 0 {
			m.Quote = r.quotes[m.Target].drawn()
		}
	}
}

// forgetQuotes drops what no message that is held answers any more, when that is much.
func (r *Room) forgetQuotes() {
	if len(r.quotes) <= 2*len(r.Messages)+10 {
		return
	}
	answered := make(map[int64]bool)
	for i := range r.Messages {
		answered[r.Messages[i].Target] = true
	}
	for target := range r.quotes {
		if !answered[target] {
			delete(r.quotes, target)
		}
	}
}

// Missing returns the seqs of messages of which something cannot be told: who reacted to
// them, or, since they are not held, what their answers quote. Ask for each by
// client.Messages with MessageQuery{Around: seq, Limit: 1}, and apply [Lookup].
func (r *Room) Missing() []int64 {
	if !r.Joined {
		return nil
	}
	var seqs []int64
	for i := range r.Messages {
		m := &r.Messages[i]
		if m.stale() {
			seqs = append(seqs, m.Seq)
		}
		if q := r.quotes[m.Target]; q != nil && !q.known {
			seqs = append(seqs, m.Target)
		}
	}
	slices.Sort(seqs)
	return slices.Compact(seqs)
}
