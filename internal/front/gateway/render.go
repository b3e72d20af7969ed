package gateway

import (
	"maps"
	"slices"
	"strings"

	"plausch"
)

// render returns what is written for an item.
func (o *outbox) render(i item) [][]byte {
	switch {
	case i.reply != nil:
		return i.reply
	case i.event != nil:
		return o.renderEvent(i)
	default:
		return o.renderPresence()
	}
}

// renderEvent returns an event's pieces, and those of what should have come
// before it: nothing gets lost on the way from the hub of one server, but with
// several servers a message may reach the hub late or never.
func (o *outbox) renderEvent(i item) (pieces [][]byte) {
	e := i.event
	before := max(i.after, o.shownSeq[e.Room])
	if e.Seq <= o.shownSeq[e.Room] {
		return nil
	}
	o.shownSeq[e.Room] = e.Seq
	m, ok := o.s.message(e)
	if !ok {
		o.ignore(e.Room)
		return nil
	}
	switch {
	case o.untoldDrops > 0:
		pieces, o.untoldDrops = o.s.front.Missed(o.untoldDrops), 0
	case before > 0 && e.Seq > before+1:
		for _, m := range o.s.between(e.Room, before, e.Seq) {
			pieces = append(pieces, o.s.front.Message(&m)...)
		}
	}
	return append(pieces, o.s.front.Message(&m)...)
}

// ignore has the messages of a room dropped as they come, once it is known that
// they are not for this connection.
func (o *outbox) ignore(id plausch.RoomID) {
	if o.s.rooms.get(id).kind == "" {
		return // not known yet
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ignoredRooms[id] = true
}

// renderPresence returns the pieces for connects and disconnects.
func (o *outbox) renderPresence() [][]byte {
	o.mu.Lock()
	var changes []Presence
	for id, ref := range o.presenceChanges {
		_, was := o.connected[id]
		name := o.s.nameOf(ref)
		if was {
			delete(o.connected, id)
		} else {
			o.connected[id] = name
		}
		changes = append(changes, Presence{Name: name, Mine: id == o.s.me.ID, Connected: !was})
	}
	clear(o.presenceChanges)
	o.presenceQueued = false
	connected := slices.SortedFunc(maps.Values(o.connected), byName)
	o.mu.Unlock()
	if changes == nil { // they are back already
		return nil
	}
	slices.SortFunc(changes, func(a, b Presence) int { return byName(a.Name, b.Name) })
	return o.s.front.Presence(changes, connected)
}

// byName orders names as [Session.Names] does.
func byName(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }
