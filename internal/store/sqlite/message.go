package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/internal/store"
)

// messagePage is a call of Messages, in its view.
type messagePage struct {
	ctx     context.Context
	r       *reads
	in      view
	room    plausch.RoomID
	account plausch.AccountID
	p       store.MessageQuery
}

// messageView begins a view in which messages can be read, and others by more statements.
func (s *Store) messageView(ctx context.Context, more ...*statement) (view, error) {
	r := &s.r
	return s.view(ctx, append(more, r.roomState, r.messagesUp, r.messagesDown, r.hasMessage, r.attachments, r.details,
		r.changedBetween, r.reactionsBetween, r.reactionNames, r.quoted, r.timeFrom, r.personalBetween)...)
}

// Messages implements [store.Log].
func (s *Store) Messages(ctx context.Context, room plausch.RoomID, account plausch.AccountID, p store.MessageQuery) (store.MessageState, error) {
	r := &s.r
	in, err := s.messageView(ctx)
	if err != nil {
		return store.MessageState{}, wrap("read messages", err)
	}
	defer in.end()
	m := messagePage{ctx, r, in, room, account, p}
	state, err := m.read()
	return state, wrap("read messages", err)
}

func (m *messagePage) read() (state store.MessageState, err error) {
	err = m.in.of(m.r.roomState).QueryRowContext(m.ctx, m.room).Scan(&state.AsOf, &state.First)
	if isNone(err) {
		return state, nil
	}
	if err != nil {
		return state, err
	}
	var older, newer []plausch.Message
	limit := max(m.p.Limit, 1)
	low, high := state.First-1, state.AsOf+1 // exclusive
	at := m.p.Around
	if !m.p.Date.IsZero() {
		if at, err = m.firstSince(m.p.Date, state.First, state.AsOf); err != nil {
			return state, err
		}
	}
	switch {
	case m.p.After != nil:
		newer, err = m.side(m.r.messagesUp, min(max(*m.p.After, low), state.AsOf), high, limit, m.p.MaxBytes)
	case at > 0:
		// What one side does not fill is left for the other.
		at = min(max(at, low+1), high)
		if newer, err = m.side(m.r.messagesUp, at-1, high, (limit+1)/2, m.p.MaxBytes/2); err == nil {
			older, err = m.side(m.r.messagesDown, low, at, limit-len(newer), m.p.MaxBytes)
			older = older[:m.fitting(older, m.p.MaxBytes, m.size(newer))]
		}
	default:
		if m.p.Before > 0 {
			high = min(high, m.p.Before)
		}
		older, err = m.side(m.r.messagesDown, low, high, limit, m.p.MaxBytes)
	}
	if err != nil {
		return state, err
	}
	slices.Reverse(older)
	state.Messages = append(older, newer...)
	return state, m.bounds(&state)
}

// bounds finds out whether there are messages on either side of the page. Beside an
// empty page, one on the side that was asked for would be in it.
func (m *messagePage) bounds(state *store.MessageState) (err error) {
	first, last := state.AsOf+1, int64(0) // of an empty page that was asked for from the end
	if m.p.After != nil {
		first, last = min(*m.p.After, state.AsOf)+1, state.AsOf
	} else if m.p.Before > 0 {
		first, last = 1, min(m.p.Before, first)-1
	}
	if n := len(state.Messages); n > 0 {
		first, last = state.Messages[0].Seq, state.Messages[n-1].Seq
	} else if m.p.After == nil && m.p.Before == 0 {
		return nil // there is no message in the room
	}
	if state.Older, err = m.any(state.First-1, first); err != nil {
		return err
	}
	state.Newer, err = m.any(last, state.AsOf+1)
	return err
}

// any reports whether there is a message between two seqs, both exclusive.
func (m *messagePage) any(low, high int64) (any bool, err error) {
	if high-low < 2 {
		return false, nil
	}
	return any, m.in.of(m.r.hasMessage).QueryRowContext(m.ctx, eventID(m.room, low), eventID(m.room, high)).Scan(&any)
}

// firstSince returns the seq of the first event of a time or later, or the one behind
// the newest if there is none. It takes the times to ascend, which they do but for
// changes of the clock.
func (m *messagePage) firstSince(at time.Time, first, head int64) (int64, error) {
	low, high := first, head+1
	for low < high {
		middle := low + (high-low)/2
		var id, milli int64
		err := m.in.of(m.r.timeFrom).QueryRowContext(m.ctx, eventID(m.room, middle), eventID(m.room, head+1)).Scan(&id, &milli)
		if err != nil {
			return 0, err
		}
		if milli < at.UnixMilli() {
			low = id&maxSeq + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// side reads messages between two seqs, both exclusive, in the order of query, as many
// as fit.
func (m *messagePage) side(query *statement, low, high int64, limit, maxBytes int) ([]plausch.Message, error) {
	if limit < 1 || high-low < 2 {
		return nil, nil
	}
	var bits int64
	events, err := list(m.ctx, "messages", m.in.of(query), func(row scanner) (plausch.Event, error) {
		e, its, err := scanEvent(row)
		bits |= its
		return e, err
	}, eventID(m.room, low), eventID(m.room, high), limit)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	if err := complete(m.ctx, m.in.of(m.r.attachments), m.in.of(m.r.details), events, bits); err != nil {
		return nil, err
	}
	messages := make([]plausch.Message, len(events))
	for i := range events {
		messages[i].Event = events[i]
	}
	if bits&(changedBit|deletedBit) != 0 {
		if err := m.change(messages); err != nil {
			return nil, err
		}
	}
	if err := m.quote(messages); err != nil {
		return nil, err
	}
	if err := m.mark(messages); err != nil {
		return nil, err
	}
	return messages[:m.fitting(messages, maxBytes, 0)], nil
}

// bySeq returns messages by the ids of their events, and the least and the largest id.
func (m *messagePage) bySeq(messages []plausch.Message) (byID map[int64]*plausch.Message, low, high int64) {
	byID = make(map[int64]*plausch.Message, len(messages))
	low, high = eventID(m.room, messages[0].Seq), eventID(m.room, messages[len(messages)-1].Seq)
	for i := range messages {
		byID[eventID(m.room, messages[i].Seq)] = &messages[i]
	}
	return byID, min(low, high), max(low, high)
}

// change makes messages, which were read as they were sent, what they are now.
func (m *messagePage) change(messages []plausch.Message) error {
	byID, low, high := m.bySeq(messages)
	_, err := list(m.ctx, "changes", m.in.of(m.r.changedBetween), func(row scanner) (none struct{}, err error) {
		var id, edited, deleted, pinned int64
		var text, data string
		if err := row.Scan(&id, &edited, &deleted, &pinned, &text, &data); err != nil {
			return none, err
		}
		msg := byID[id]
		if msg == nil {
			return none, nil
		}
		msg.Edited, msg.Deleted, msg.Pinned = edited, deleted, pinned
		if edited > 0 {
			msg.Text = text
			msg.Details, err = parseDetails(data)
		}
		return none, err
	}, low, high)
	if err != nil {
		return err
	}
	_, err = list(m.ctx, "reactions", m.in.of(m.r.reactionsBetween), func(row scanner) (none struct{}, err error) {
		var id, first int64
		var r plausch.Reaction
		if err := row.Scan(&id, &r.Emoji, &r.Count, &first, &r.Mine); err != nil {
			return none, err
		}
		if msg := byID[id]; msg != nil {
			msg.Reactions = append(msg.Reactions, r)
		}
		return none, nil
	}, low, high, m.account)
	if err != nil {
		return err
	}
	_, err = list(m.ctx, "who reacted", m.in.of(m.r.reactionNames), func(row scanner) (none struct{}, err error) {
		var id, seq int64
		var emoji string
		var a plausch.AccountRef
		if err := row.Scan(&id, &emoji, &seq, &a.ID, &a.Name, &a.Display); err != nil {
			return none, err
		}
		msg := byID[id]
		if msg == nil {
			return none, nil
		}
		if i := slices.IndexFunc(msg.Reactions, func(r plausch.Reaction) bool { return r.Emoji == emoji }); i >= 0 {
			r := &msg.Reactions[i]
			r.First, r.Seqs = append(r.First, a), append(r.Seqs, seq)
		}
		return none, nil
	}, low, high)
	return err
}

// mark says of messages which of them the account has hidden and saved.
func (m *messagePage) mark(messages []plausch.Message) error {
	first, last := messages[0].Seq, messages[len(messages)-1].Seq
	_, err := list(m.ctx, "personal marks", m.in.of(m.r.personalBetween), func(row scanner) (none struct{}, err error) {
		var id int64
		var hidden, saved bool
		if err := row.Scan(&id, &hidden, &saved); err != nil {
			return none, err
		}
		if i := slices.IndexFunc(messages, func(msg plausch.Message) bool { return msg.Seq == id&maxSeq }); i >= 0 {
			messages[i].Hidden, messages[i].Saved = hidden, saved
		}
		return none, nil
	}, m.account, eventID(m.room, min(first, last)), eventID(m.room, max(first, last)))
	return err
}

// one returns a message as the account has it, of any room. One that is not there has
// its room and seq alone.
func (m *messagePage) one(room plausch.RoomID, seq int64) (plausch.Message, error) {
	m.room = room
	found, err := m.side(m.r.messagesUp, seq-1, seq+1, 1, 0)
	if err != nil || len(found) == 0 {
		return plausch.Message{Event: plausch.Event{Room: room, Seq: seq}}, wrap("read message", err)
	}
	return found[0], nil
}

// quote gives the messages that answer others what they quote.
func (m *messagePage) quote(messages []plausch.Message) error {
	var ids strings.Builder
	for i := range messages {
		if seq := messages[i].Target; seq != 0 {
			fmt.Fprintf(&ids, ",%d", eventID(m.room, seq))
		}
	}
	if ids.Len() == 0 {
		return nil
	}
	quotes := map[int64]*plausch.Quote{}
	_, err := list(m.ctx, "quotes", m.in.of(m.r.quoted), func(row scanner) (none struct{}, err error) {
		_, q, err := scanQuote(row)
		quotes[q.Seq] = &q
		return none, err
	}, "["+ids.String()[1:]+"]")
	for i := range messages {
		if target := messages[i].Target; target != 0 {
			if messages[i].Quote = quotes[target]; messages[i].Quote == nil { // it is not kept any more
				messages[i].Quote = &plausch.Quote{Seq: target, Actor: plausch.AccountRef{Name: plausch.DeletedName}, Deleted: true}
			}
		}
	}
	return err
}

// scanQuote reads the id and the beginning of a message as it is now.
func scanQuote(row scanner) (id int64, q plausch.Quote, err error) {
	var kind int64
	var text, newText, data string
	var edited bool
	if err := row.Scan(&id, &kind, &q.Actor.ID, &q.Actor.Name, &q.Actor.Display, &text, &newText, &data, &edited, &q.Files); err != nil {
		return 0, q, err
	}
	if edited {
		text = newText
	}
	details, err := parseDetails(data)
	q.Seq, q.Text, q.Deleted = id&maxSeq, plausch.QuoteText(text), kind&deletedBit != 0
	q.Sealed = details != nil && details.Sealed != ""
	return id, q, err
}

// fitting returns how many of messages fit into a page beside used bytes, by their
// size; into an empty one at least one does.
func (m *messagePage) fitting(messages []plausch.Message, maxBytes, used int) int {
	if m.p.Size == nil {
		return len(messages)
	}
	size := used
	for i := range messages {
		if size += m.p.Size(&messages[i]); size > maxBytes && size > m.p.Size(&messages[i]) {
			return i
		}
	}
	return len(messages)
}

func (m *messagePage) size(messages []plausch.Message) (size int) {
	for i := range messages {
		if m.p.Size != nil {
			size += m.p.Size(&messages[i])
		}
	}
	return size
}
