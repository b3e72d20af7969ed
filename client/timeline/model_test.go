package timeline

import (
	"slices"

	"plausch"
	"plausch/client"
)

// worldRoom is a room on the server: its log, and how far the client has told of it.
type worldRoom struct {
	plausch.Room
	log    []plausch.Event
	sent   []plausch.Event // the log before anything was emptied
	marker int64           // of anna
	draft  plausch.Draft   // of anna

	next   int64 // the seq of the event to tell next
	joined bool  // RoomJoined was told, and RoomLeft not since
	cut    bool  // RoomReset has to be told
	common int64 // up to which seq
	told   int64 // the newest seq that RoomJoined told of
	relist bool  // Marker has to be told
}

func (r *worldRoom) head() int64 { return int64(len(r.log)) }

func (r *worldRoom) append(e plausch.Event) int64 {
	e.Room, e.Seq = r.ID, r.head()+1
	r.log, r.sent = append(r.log, e), append(r.sent, e)
	r.empty(&e)
	return e.Seq
}

// restore has the log be as it was at head.
func (r *worldRoom) restore(head int64) {
	r.sent = r.sent[:head:head]
	r.log = slices.Clone(r.sent)
	r.Topic = ""
	for _, e := range r.sent {
		r.empty(&e)
		if e.Kind == plausch.EventRoom {
			r.Topic = *e.Details.Room.Topic
		}
	}
}

func (r *worldRoom) move(kind plausch.EventKind, who plausch.AccountRef) {
	r.append(plausch.Event{Kind: kind, Actor: who, Member: who})
}

// member reports whether anna is.
func (r *worldRoom) member() bool {
	if r.ID == plausch.PublicRoom {
		return true
	}
	for _, e := range slices.Backward(r.log) {
		if (e.Kind == plausch.EventJoin || e.Kind == plausch.EventLeave) && e.Member.ID == anna.ID {
			return e.Kind == plausch.EventJoin
		}
	}
	return false
}

// empty empties in the log what the deletion e does.
func (r *worldRoom) empty(e *plausch.Event) {
	if e.Kind != plausch.EventDelete {
		return
	}
	for i := range r.log {
		m := &r.log[i]
		if m.Kind != plausch.EventMessage || m.Seq > e.Seq || m.Seq != e.Target && (e.Target != 0 || m.Actor.ID != e.Member.ID) {
			continue
		}
		m.Text, m.Details, m.Target = "", nil, 0
		for j := range r.log {
			if edit := &r.log[j]; edit.Kind == plausch.EventEdit && edit.Target == m.Seq {
				edit.Text, edit.Details = "", nil
			}
		}
	}
}

// messages are those of the room as they are now, as me sees them. It says by itself
// what the protocol does, from the whole log.
func (r *worldRoom) messages(me plausch.AccountID) []plausch.Message {
	var all []plausch.Message
	at := make(map[int64]int)
	for _, e := range r.log {
		i, known := at[e.Target]
		switch {
		case e.Kind == plausch.EventMessage:
			at[e.Seq] = len(all)
			all = append(all, plausch.Message{Event: e})
		case e.Kind == plausch.EventDelete && e.Target == 0:
			for i := range all {
				if m := &all[i]; m.Actor.ID == e.Member.ID {
					*m = plausch.Message{Event: m.Event, Deleted: m.Seq}
				}
			}
		case !known:
		case e.Kind == plausch.EventDelete:
			all[i] = plausch.Message{Event: all[i].Event, Deleted: e.Seq}
		case all[i].Deleted != 0:
		case e.Kind == plausch.EventEdit:
			all[i].Text, all[i].Details, all[i].Edited = e.Text, e.Details, e.Seq
		case e.Kind == plausch.EventPin:
			all[i].Pinned = e.Seq
		case e.Kind == plausch.EventUnpin:
			all[i].Pinned = 0
		}
	}
	for i := range all {
		m := &all[i]
		if m.Deleted == 0 {
			m.Reactions = r.reactions(m.Seq, me)
		}
		if m.Target != 0 {
			q := &all[at[m.Target]]
			m.Quote = &plausch.Quote{Seq: q.Seq, Actor: q.Actor, Text: plausch.QuoteText(q.Text), Deleted: q.Deleted != 0}
		}
	}
	return all
}

// reacted are the events that put the emojis of a message, and were not taken back.
func (r *worldRoom) reacted(target int64) (events []plausch.Event) {
	for _, e := range r.log {
		switch {
		case e.Target != target:
		case e.Kind == plausch.EventReact:
			events = append(events, e)
		case e.Kind == plausch.EventUnreact:
			events = slices.DeleteFunc(events, func(x plausch.Event) bool { return x.Actor.ID == e.Actor.ID && x.Text == e.Text })
		}
	}
	return events
}

func (r *worldRoom) reactions(target int64, me plausch.AccountID) (all []plausch.Reaction) {
	for _, e := range r.reacted(target) {
		i := slices.IndexFunc(all, func(x plausch.Reaction) bool { return x.Emoji == e.Text })
		if i < 0 {
			i = len(all)
			all = append(all, plausch.Reaction{Emoji: e.Text})
		}
		x := &all[i]
		x.Count++
		x.Mine = x.Mine || e.Actor.ID == me
		if len(x.First) < plausch.ReactionNames {
			x.First, x.Seqs = append(x.First, e.Actor), append(x.Seqs, e.Seq)
		}
	}
	return all
}

// read is what me has read up to a marker, as the server counts it.
func (r *worldRoom) read(me plausch.AccountID, marker int64) plausch.ReadState {
	s := plausch.ReadState{Marker: marker, AsOf: r.head()}
	for _, m := range r.messages(me) {
		if m.Seq > marker && m.Actor.ID != me && m.Deleted == 0 {
			s.Unread = min(s.Unread+1, plausch.MaxUnread)
			if m.Mentions(me) {
				s.Mentions = min(s.Mentions+1, plausch.MaxUnread)
			}
		}
	}
	return s
}

// page answers a query.
func (r *worldRoom) page(q client.MessageQuery) client.MessageState {
	all := r.messages(anna.ID)
	seq := func(seq int64) int {
		i := slices.IndexFunc(all, func(m plausch.Message) bool { return m.Seq >= seq })
		if i < 0 {
			i = len(all)
		}
		return i
	}
	from, to := max(0, len(all)-q.Limit), len(all)
	switch {
	case q.After != 0 || q.Forward:
		from = seq(q.After + 1)
		to = min(from+q.Limit, len(all))
	case q.Around != 0:
		to = min(seq(q.Around)+(q.Limit+1)/2, len(all))
		from = max(0, to-q.Limit)
	case q.Before != 0:
		to = seq(q.Before)
		from = max(0, to-q.Limit)
	}
	return client.MessageState{Messages: all[from:to], AsOf: r.head(), First: 1, Older: from > 0, Newer: to < len(all)}
}
