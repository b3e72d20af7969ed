package timeline

import "slices"

// count takes in an event for what is unread. To count one twice changes nothing.
func (r *Room) count(m *Message) {
	switch {
	case m.Seq <= r.ReadTo:
	case r.server.isJoin(&m.Event):
		r.raise(m.Seq) // what was before is for others
	case m.counts():
		r.unread = insertSeq(r.unread, m.Seq)
		if m.Mention {
			r.mentioned = insertSeq(r.mentioned, m.Seq)
		}
	}
}

// raise moves the read marker forward.
func (r *Room) raise(to int64) {
	if to <= r.ReadTo {
		return
	}
	r.ReadTo = to
	r.server.change.Markers = true
	r.server.touch(r)
	r.unread, r.mentioned = behind(r.unread, to), behind(r.mentioned, to)
}

// lower moves the read marker back. Only messages that are held are counted anew.
func (r *Room) lower(to int64) {
	if to >= r.ReadTo {
		return
	}
	r.ReadTo = to
	r.server.change.Markers = true
	r.server.touch(r)
	for i := range r.Messages {
		r.count(&r.Messages[i])
	}
	for _, x := range r.held {
		r.counted = r.counted.add(max(x.first, r.ReadTo+1), x.last)
	}
}

// sum finds out the counts. The marker moves over what does not count, such as joins
// and messages of the account itself.
func (r *Room) sum() {
	if n := len(r.unread) - maxUnread; n > 0 {
		r.unread = slices.Delete(r.unread, 0, n)
		r.mentioned = behind(r.mentioned, r.unread[0]-1)
		r.counted = r.counted.from(r.unread[0])
	}
	end := r.counted.end(r.ReadTo + 1)
	if len(r.unread) > 0 {
		end = min(end, r.unread[0]-1)
	}
	r.raise(end)
	r.counted = r.counted.from(r.ReadTo + 1)
	more := r.counted.end(r.ReadTo+1) < r.last
	if r.Unread != len(r.unread) || r.Mentions != len(r.mentioned) || r.UnreadMore != more {
		r.Unread, r.Mentions, r.UnreadMore = len(r.unread), len(r.mentioned), more
		r.server.touch(r)
	}
}

// judge finds out anew, of what is held, what is the account's own and what is unread.
func (r *Room) judge() {
	r.unread, r.mentioned, r.counted = nil, nil, nil
	for i := range r.Messages {
		m := &r.Messages[i]
		*m = r.server.message(m.Event)
		r.count(m)
	}
	for _, x := range r.held {
		r.counted = r.counted.add(max(x.first, r.ReadTo+1), x.last)
	}
	r.sum()
}

// FirstUnread returns the seq of the first message that [Room].Unread counts, 0 if none.
func (r *Room) FirstUnread() int64 {
	if len(r.unread) == 0 {
		return 0
	}
	return r.unread[0]
}

func insertSeq(seqs []int64, seq int64) []int64 {
	if i, there := slices.BinarySearch(seqs, seq); !there {
		seqs = slices.Insert(seqs, i, seq)
	}
	return seqs
}

// behind returns the seqs after to.
func behind(seqs []int64, to int64) []int64 {
	i, _ := slices.BinarySearch(seqs, to+1)
	return slices.Delete(seqs, 0, i)
}

// upTo returns the seqs up to last.
func upTo(seqs []int64, last int64) []int64 {
	i, _ := slices.BinarySearch(seqs, last+1)
	return seqs[:i]
}
