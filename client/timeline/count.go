package timeline

import (
	"plausch"
)

// counts are how much is unread: what the server counted, and what the events behind that
// change by the definition of the protocol.
type counts struct {
	read     plausch.ReadState // as the server told last
	unread   int               // now; more than plausch.MaxUnread are counted on
	mentions int
	effects  []effect // of the newest events; a state of the server may be older than they
	dropped  int64    // the newest seq of the effects that were forgotten
	trimmed  bool     // messages went since, which may have been counted
	unsure   int64    // the seq of an event whose effect is not known; 0 if none
}

// effect is what an event adds to the counts, as long as its message is behind the
// marker.
type effect struct {
	seq, target      int64
	unread, mentions int
}

// maxEffects bounds the effects that are remembered.
const maxEffects = 256

// set takes over a state of the server, and does again what came behind it.
func (c *counts) set(read plausch.ReadState) {
	c.read, c.unread, c.mentions, c.trimmed = read, read.Unread, read.Mentions, false
	for _, e := range c.effects {
		if e.seq > read.AsOf && e.target > read.Marker {
			c.unread, c.mentions = c.unread+e.unread, c.mentions+e.mentions
		}
	}
	switch {
	case c.dropped > read.AsOf:
		c.unsure = c.dropped
	case c.unsure <= read.AsOf:
		c.unsure = 0
	}
}

// add takes in what an event does.
func (c *counts) add(e effect) {
	if e.seq <= c.read.AsOf || e.unread == 0 && e.mentions == 0 {
		return
	}
	if len(c.effects) == maxEffects {
		c.dropped = c.effects[maxEffects/2-1].seq
		c.effects = append(c.effects[:0], c.effects[maxEffects/2:]...)
	}
	c.effects = append(c.effects, e)
	if e.target <= c.read.Marker {
		return
	}
	c.unread, c.mentions = c.unread+e.unread, c.mentions+e.mentions
	if e.unread < 0 && c.read.Unread >= plausch.MaxUnread || e.mentions < 0 && c.read.Mentions >= plausch.MaxUnread {
		c.unsure = e.seq // there may have been more
	}
}

// cut forgets what is behind head, which is not there any more.
func (c *counts) cut(head int64) {
	*c = counts{read: plausch.ReadState{Marker: min(c.read.Marker, head)}, unsure: head}
}

// count shows the counts of now.
func (r *Room) count() {
	unread, mentions := r.counts.unread, r.counts.mentions
	marker := r.counts.read.Marker
	if r.read > marker {
		unread, mentions = r.countBehind(r.read, unread, mentions)
		marker = r.read
	}
	unread, mentions = min(max(unread, 0), plausch.MaxUnread), min(max(mentions, 0), plausch.MaxUnread)
	recount := r.counts.trimmed || r.counts.unsure > r.counts.read.AsOf
	if r.Unread != unread || r.Mentions != mentions || r.ReadTo != marker || r.Recount != recount {
		r.Unread, r.Mentions, r.ReadTo, r.Recount = unread, mentions, marker, recount
		r.server.touch(r)
	}
}

// countBehind counts what is unread behind a seq that the user has read, of which the
// server has not told. If messages are missing it is what it was at most.
func (r *Room) countBehind(seq int64, mostUnread, mostMentions int) (unread, mentions int) {
	if seq < r.last && r.held.end(seq+1) < r.last {
		return mostUnread, mostMentions
	}
	for i := range r.Messages {
		if m := &r.Messages[i]; m.Seq > seq && m.unread() {
			unread++
			if m.Mention {
				mentions++
			}
		}
	}
	return unread, mentions
}

// countEvent takes in what an event behind all others does to what is unread. Before is
// its message as it was, nil if it is not held; after is what it is now.
func (r *Room) countEvent(e *plausch.Event, before, after *Message) {
	c := &r.counts
	switch {
	case after == nil:
		// A deletion, or an edit by which other people are named, of a message that may
		// be unread.
		if e.Target > c.read.Marker && e.Target < e.Seq && (e.Kind == plausch.EventDelete || e.Kind == plausch.EventEdit) {
			c.unsure = e.Seq
		}
	default:
		x := effect{seq: e.Seq, target: after.Seq}
		x.unread, x.mentions = weight(after)
		if before != nil {
			unread, mentions := weight(before)
			x.unread, x.mentions = x.unread-unread, x.mentions-mentions
		}
		c.add(x)
	}
}

// weight returns what m adds to the counts, behind the marker.
func weight(m *Message) (unread, mentions int) {
	if !m.unread() {
		return 0, 0
	}
	if m.Mention {
		mentions = 1
	}
	return 1, mentions
}

// MarkersTold counts how often the client told of the room's marker: see [Counts].
func (r *Room) MarkersTold() int { return r.marks }

// FirstUnread returns the seq of the first unread message that is held, 0 if none is.
func (r *Room) FirstUnread() int64 { return r.firstUnread(r.readTo()) }

// readTo returns a seq up to which nothing is unread: the marker, or the seq up to which
// the server counted nothing.
func (r *Room) readTo() int64 {
	if r.counts.read.Unread == 0 {
		return max(r.ReadTo, r.counts.read.AsOf)
	}
	return r.ReadTo
}

func (r *Room) firstUnread(marker int64) int64 {
	for i := range r.Messages {
		if m := &r.Messages[i]; m.Seq > marker && m.unread() {
			return m.Seq
		}
	}
	return 0
}
