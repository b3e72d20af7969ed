package tui

import (
	"cmp"
	"math"
	"slices"

	"plausch"
	"plausch/client/timeline"
)

// position is where the user reads in the open room. It hangs on a message, not on a
// number of rows: what comes before and behind, and another width, do not move it.
type position struct {
	end   bool  // at the newest, which new messages follow
	seq   int64 // else: the message on the last row,
	below int   // and how many of its rows are under the window
}

// tail is the seq of what stands behind all messages: those on their way.
const tail = math.MaxInt64

// piece is a block of the open room as a reader walks over it.
type piece struct {
	seq  int64
	rows []row
	gap  bool // messages are missing before it
}

// item is something that is shown in a room: a message, or an event beside them.
type item struct {
	seq     int64
	message *timeline.Message // or
	event   *plausch.Event
}

// reader walks over the items of the open room. It is good until something of that room
// changes: see [Model.invalidate].
type reader struct {
	m      *Model
	room   *timeline.Room
	items  []item
	gaps   []timeline.Gap
	late   bool    // messages are missing behind the last item
	pieces []piece // that were asked for; rows are nil of others
}

func (m *Model) newReader() *reader {
	rd := &reader{m: m, room: m.opened()}
	if rd.room != nil {
		rd.gaps = rd.room.Gaps()
		rd.collect()
	}
	if n := len(rd.gaps); n > 0 {
		last := int64(0)
		if len(rd.items) > 0 {
			last = rd.items[len(rd.items)-1].seq
		}
		rd.late = rd.gaps[n-1].Before > last
	}
	rd.pieces = make([]piece, rd.size())
	return rd
}

// collect merges messages and events by their seqs. An event stands only where messages
// are held on both sides, or at the end.
func (rd *reader) collect() {
	r := rd.room
	rd.items = make([]item, 0, len(r.Messages)+len(r.Notices))
	events := r.Notices
	for i := range r.Messages {
		message := &r.Messages[i]
		for ; len(events) > 0 && events[0].Seq < message.Seq; events = events[1:] {
			rd.addEvent(&events[0])
		}
		rd.items = append(rd.items, item{message.Seq, message, nil})
	}
	for i := range events {
		rd.addEvent(&events[i])
	}
}

func (rd *reader) addEvent(e *plausch.Event) {
	for _, g := range rd.gaps {
		if e.Seq > g.After && e.Seq < g.Before {
			return
		}
	}
	// That two people are in their direct room goes without saying.
	if rd.room.Kind != plausch.RoomDirect || e.Kind != plausch.EventJoin && e.Kind != plausch.EventLeave {
		rd.items = append(rd.items, item{e.Seq, nil, e})
	}
}

// size is how many pieces there are; the last is the tail.
func (rd *reader) size() int { return len(rd.items) + 1 }

// piece returns the i-th piece.
func (rd *reader) piece(i int) piece {
	if rd.pieces[i].rows == nil {
		rd.pieces[i] = rd.draw(i)
	}
	return rd.pieces[i]
}

func (rd *reader) draw(i int) piece {
	if i == len(rd.items) {
		return piece{seq: tail, rows: rd.m.tailRows(rd.room, len(rd.items) == 0)}
	}
	return piece{rd.items[i].seq, rd.m.blocks.of(rd.drawing(i)), rd.missing(i)}
}

// drawing returns the i-th item with what its block depends on.
func (rd *reader) drawing(i int) drawing {
	it := rd.items[i]
	d := drawing{item: it, now: rd.m.now, names: rd.m.isMe, selected: rd.m.selected == it.seq}
	d.divider = it.message != nil && rd.room.Divider() == it.seq
	d.gap = rd.missing(i)
	if i > 0 && !d.gap {
		d.previous = &rd.items[i-1]
	}
	d.shown = rd.m.spoilers[it.seq]
	d.notices = rd.m.noticesAt(rd.room, it.seq, rd.next(i))
	d.gap = d.gap && i > 0
	return d
}

// missing reports whether messages are missing between the i-th piece and the one before.
func (rd *reader) missing(i int) bool {
	_, there := rd.gapBefore(i)
	return there
}

// gapBefore returns the gap between the i-th piece and the one before.
func (rd *reader) gapBefore(i int) (timeline.Gap, bool) {
	before := int64(0)
	if i > 0 {
		before = rd.items[i-1].seq
	}
	for _, g := range rd.gaps {
		if g.Before > before && g.Before <= rd.items[i].seq {
			return g, true
		}
	}
	return timeline.Gap{}, false
}

// next returns the seq of the piece behind the i-th.
func (rd *reader) next(i int) int64 {
	if i+1 < len(rd.items) {
		return rd.items[i+1].seq
	}
	return tail
}

// find returns the index of the piece of seq, or the one before if that is gone.
func (rd *reader) find(seq int64) int {
	if seq == tail {
		return len(rd.items)
	}
	i, there := slices.BinarySearchFunc(rd.items, seq, func(it item, seq int64) int { return cmp.Compare(it.seq, seq) })
	if there {
		return i
	}
	return max(i-1, 0)
}

// cursor is a place in the rows of a reader: the i-th piece, of which below rows are
// under the window.
type cursor struct{ i, below int }

func (rd *reader) cursor(p position) cursor {
	if p.end {
		return cursor{rd.size() - 1, 0}
	}
	i := rd.find(p.seq)
	return cursor{i, min(p.below, max(0, len(rd.piece(i).rows)-1))}
}

// position returns the position of a cursor.
func (rd *reader) position(c cursor) position {
	last := rd.size() - 1
	if c.below == 0 && !rd.late && (c.i == last || c.i == last-1 && len(rd.piece(last).rows) == 0) {
		return position{end: true}
	}
	return position{seq: rd.piece(c.i).seq, below: c.below}
}

// up moves a cursor by rows towards the oldest, as far as a window of so many rows stays
// full. It reports whether the beginning is near.
func (rd *reader) up(c cursor, by, height int) (cursor, bool) {
	above := rd.above(c, by+height)
	near := above < by+height
	for by = min(by, max(above-height, 0)); by > 0; {
		n := len(rd.piece(c.i).rows) - c.below
		if by < n {
			c.below += by
			break
		}
		by -= n
		c = cursor{c.i - 1, 0}
	}
	return c, near
}

// above counts the rows from a cursor upwards, at most up to most.
func (rd *reader) above(c cursor, most int) int {
	n := -c.below
	for i := c.i; i >= 0 && n < most; i-- {
		n += len(rd.piece(i).rows)
	}
	return n
}

// down moves a cursor by rows towards the newest.
func (rd *reader) down(c cursor, by int) cursor {
	for by > 0 {
		if by <= c.below {
			c.below -= by
			break
		}
		if c.i == rd.size()-1 {
			c.below = 0
			break
		}
		by -= c.below
		c.i++
		c.below = len(rd.piece(c.i).rows)
	}
	return c
}

// window returns the rows that are seen, at most height, and the index of the first
// piece among them.
func (rd *reader) window(c cursor, height int) (rows []row, first int) {
	first = c.i
	var parts [][]row
	n := 0
	for i := c.i; i >= 0 && n < height; i-- {
		part := rd.piece(i).rows
		if i == c.i {
			part = part[:max(0, len(part)-c.below)]
		}
		parts = append(parts, part)
		n += len(part)
		first = i
	}
	for i := len(parts) - 1; i >= 0; i-- {
		rows = append(rows, parts[i]...)
	}
	switch {
	case len(rows) > height:
		rows = rows[len(rows)-height:]
	case len(rows) == height && first < c.i:
		if named := rd.named(first); named != nil {
			rows[0] = *named
		}
	}
	return rows, first
}

// named returns the first row of a message with its author, which stands above the
// window; nil if the row has it anyway.
func (rd *reader) named(i int) *row {
	if i == 0 || i >= len(rd.items) || !grouped(rd.items[i-1].message, rd.items[i].message) {
		return nil
	}
	d := rd.drawing(i)
	k := rd.m.blocks.key(d)
	if k.nick != "" {
		return nil
	}
	k.clock, k.nick = d.message.Time.Local().Format("15:04"), d.message.Actor.Shown()
	return &rd.m.blocks.draw(d, k)[0]
}

// landing returns where a room is opened: so that the first unread message is seen, at
// the top if need be.
func (rd *reader) landing(height int) position {
	if rd.room == nil || rd.room.Divider() == 0 || height <= 0 {
		return position{end: true}
	}
	first := rd.find(rd.room.Divider())
	end := cursor{rd.size() - 1, 0}
	n := 0
	for i := end.i; i >= first && n <= height; i-- {
		n += len(rd.piece(i).rows)
	}
	if n <= height {
		return position{end: true}
	}
	return rd.position(rd.down(cursor{first, len(rd.piece(first).rows)}, height))
}
