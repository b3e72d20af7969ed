package ktn

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// maxLog and maxLogBytes bound what is remembered of what was said.
	maxLog      = 10_000
	maxLogBytes = 16 << 20
	// maxEvent is the largest event, so that a page has space for one.
	maxEvent = protocol.MaxPageBytes
)

// log is what was said on the server, as far as we were there or it told us. It
// has no gaps, but the oldest is forgotten.
//
// What a server tells again is found by rounds: a connection is one, and so is a
// history within it. An entry stands for one item of each round at most, so
// that who says the same twice is heard twice.
type log struct {
	entries []*entry // ascending by seq
	last    int64    // the newest seq
	bytes   int      // of the texts
	round   int
}

type entry struct {
	plausch.Event
	stamp string
	exact bool // the time is known to the second
	line  bool // see item.line
	round int  // the last one in which it came
	// unbound marks a message of ours that the server has not shown us: its time
	// is our own.
	unbound bool
}

func newLog() log { return log{} }

// begin begins a round.
func (l *log) begin() { l.round++ }

// add appends what was said, by us with its client id.
func (l *log) add(i item, clientID string) *entry {
	l.last++
	e := &entry{stamp: i.stamp, exact: i.exact, line: i.line, round: l.round, Event: plausch.Event{
		Room: plausch.PublicRoom, Seq: l.last, Time: i.time, Kind: plausch.EventMessage,
		Actor: accountOf(i.sender), Text: i.text, ClientID: clientID,
	}}
	for protocol.EventSize(&e.Event) > maxEvent { // of control characters, whose escapes are long
		e.Text = cut(e.Text, len(e.Text)/2)
	}
	l.entries = append(l.entries, e)
	l.bytes += len(e.Text)
	for len(l.entries) > maxLog || l.bytes > maxLogBytes {
		l.bytes -= len(l.entries[0].Text)
		l.entries[0] = nil
		l.entries = l.entries[1:]
	}
	return e
}

// bind finds the oldest message of ours that the server has not shown yet and
// of which i is the echo or the replay.
func (l *log) bind(i item) bool {
	for _, e := range l.entries {
		if e.unbound && alike(e.Text, i.text) {
			e.unbound, e.stamp, e.exact, e.round = false, i.stamp, i.exact, l.round
			return true
		}
	}
	return false
}

// known reports whether i was told in an earlier round. What has no time to the
// second is compared only if it is old: what is said now can be the same again.
func (l *log) known(i item, old bool) bool {
	if !i.exact && !old {
		return false
	}
	for _, e := range l.entries {
		if e.round < l.round && !e.unbound && e.is(i) {
			e.round = l.round
			return true
		}
	}
	return false
}

func (e *entry) is(i item) bool {
	if i.line && !e.line { // of a history in which it stands somehow
		return strings.HasSuffix(i.text, e.Text) && strings.Contains(i.text, e.Actor.Name)
	}
	if e.Text != i.text || !strings.EqualFold(e.Actor.Name, i.sender) {
		return false
	}
	return e.stamp == i.stamp || e.exact && i.exact && e.Time.Truncate(time.Second).Equal(i.time.Truncate(time.Second))
}

// claim finds a message of ours behind a seq that no send stands for yet.
func (l *log) claim(after int64, me plausch.AccountID, text, clientID string) *entry {
	for _, e := range slices.Backward(l.entries) {
		switch {
		case e.Seq <= after:
			return nil
		case e.Actor.ID == me && e.ClientID == "" && alike(text, e.Text):
			e.ClientID = clientID
			return e
		}
	}
	return nil
}

// page returns a part of the log, by the rules of the method history.
func (l *log) page(p *protocol.HistoryGet) *protocol.History {
	limit := p.Limit
	if limit <= 0 {
		limit = protocol.DefaultPage
	}
	limit = min(limit, protocol.MaxPage)
	var found []*entry
	for _, e := range l.entries {
		if (p.After == nil || e.Seq > *p.After) && (p.Before == 0 || e.Seq < p.Before) {
			found = append(found, e)
		}
	}
	if p.After == nil { // the newest come, so begin with them
		slices.Reverse(found)
	}
	h, size := new(protocol.History), 0
	for _, e := range found {
		size += protocol.EventSize(&e.Event)
		if len(h.Events) == limit || size > protocol.MaxPageBytes {
			h.More = true
			break
		}
		h.Events = append(h.Events, protocol.NewEvent(&e.Event))
	}
	if p.After == nil {
		slices.Reverse(h.Events)
	}
	return h
}

// accountOf returns the account of a name. A KTN server has no ids, so the id is
// made of the name: the same in every process.
func accountOf(name string) plausch.AccountRef {
	sum := sha256.Sum256([]byte(name))
	const bits = 53 // see docs/protocol.md
	return plausch.AccountRef{ID: plausch.AccountID(binary.BigEndian.Uint64(sum[:8])>>(64-bits) | 1), Name: name}
}
