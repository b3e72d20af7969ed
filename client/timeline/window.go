package timeline

import (
	"cmp"
	"slices"

	"plausch"
	"plausch/client"
)

// Gap is a part of a room's log whose messages are not held: the seqs between After and
// Before, both exclusive. client.Messages with MessageQuery{Before: gap.Before} returns
// its newest messages, and with {After: gap.After, Forward: true} its oldest: see [Page].
type Gap struct{ After, Before int64 }

// Gaps returns what is not held of the log, ascending; the first gap ends at the
// first message. There are none in a room that the account is not in. The slice is
// new.
func (r *Room) Gaps() []Gap {
	if !r.Joined {
		return nil
	}
	var gaps []Gap
	after := max(r.First-1, 0)
	for _, x := range r.held {
		if x.first > after+1 {
			gaps = append(gaps, Gap{after, x.first})
		}
		after = max(after, x.last)
	}
	if after < r.last {
		gaps = append(gaps, Gap{after, r.last + 1})
	}
	return gaps
}

// find returns where the message seq is, or would be.
func (r *Room) find(seq int64) (i int, held bool) {
	return slices.BinarySearchFunc(r.Messages, seq, func(m Message, seq int64) int { return cmp.Compare(m.Seq, seq) })
}

// insert takes in a message of a page, unless it is known in a newer state.
func (r *Room) insert(page *plausch.Message, asOf int64) {
	m := r.bringUp(page, asOf)
	i, held := r.find(m.Seq)
	switch {
	case !held:
		r.Messages = slices.Insert(r.Messages, i, m)
	case asOf >= r.Messages[i].asOf:
		r.Messages[i] = m
	}
}

// bringUp makes a message of a page what it is after the events that were told.
func (r *Room) bringUp(page *plausch.Message, asOf int64) Message {
	m := r.server.newMessage(*page, asOf)
	r.want(&m, page)
	q := r.quotes[m.Target]
	for i := range r.changes {
		e := &r.changes[i]
		if isOf(e, m.Seq, m.Actor.ID) {
			m.fold(e, r.server.account.ID)
		}
		if q != nil && isOf(e, page.Target, q.Actor.ID) {
			q.fold(e)
		}
	}
	return m
}

// covered returns the seqs of which a page, the answer to q, has every message.
func covered(q client.MessageQuery, p *client.MessageState) span {
	all := span{1, p.AsOf}
	n := len(p.Messages)
	if p.Older && n > 0 {
		all.first = p.Messages[0].Seq
	}
	if p.Newer && n > 0 {
		all.last = p.Messages[n-1].Seq
	}
	switch {
	case q.After != 0 || q.Forward:
		all.first = q.After + 1
	case q.Before != 0:
		all.last = min(q.Before-1, p.AsOf)
	}
	if n == 0 && p.Older && p.Newer {
		return span{} // of one that is too large to be in a page
	}
	return all
}

// setFirst drops what the room does not keep any more.
func (r *Room) setFirst(first int64) {
	if first <= r.First {
		return
	}
	r.First = first
	if first > 1 && r.ReadTo < first-1 && r.Unread > 0 {
		r.counts.trimmed = true // what went may have been unread
	}
	below := func(e plausch.Event) bool { return e.Seq < first }
	r.Notices, r.changes = slices.DeleteFunc(r.Notices, below), slices.DeleteFunc(r.changes, below)
	r.Messages = slices.DeleteFunc(r.Messages, func(m Message) bool { return m.Seq < first })
	r.held = r.held.from(first)
	r.last = max(r.last, first-1) // the next event that is told
	r.Head = max(r.Head, r.last)
	for target, q := range r.quotes {
		if target < first {
			*q = quote{asOf: r.last, known: true, gone: true}
		}
	}
	r.requote()
	r.server.touch(r)
}

// trim drops the messages that are too many, farthest from where the user reads.
func (r *Room) trim() {
	n := len(r.Messages)
	if n <= r.limit {
		return
	}
	at := n
	if r.near > 0 {
		at, _ = r.find(r.near)
	}
	from := min(max(at-r.limit/2, 0), n-r.limit)
	if to := from + r.limit; to < n {
		r.held = r.held.upTo(r.Messages[to].Seq - 1)
		clear(r.Messages[to:])
		r.Messages = r.Messages[:to]
	}
	if from > 0 {
		r.held = r.held.from(r.Messages[from-1].Seq + 1)
		clear(r.Messages[:from])
		r.Messages = r.Messages[from:]
	}
	r.forgetQuotes()
}
