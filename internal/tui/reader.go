package tui

import (
	"math"

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
	gap  bool // events are missing before it
}

// reader walks over the blocks of the open room. It is good until something of that
// room changes: see [Model.invalidate].
type reader struct {
	m        *Model
	room     *timeline.Room
	messages []int          // of room.Messages, those that are shown
	gaps     map[int64]bool // the seqs of messages before which events are missing
	late     bool           // events are missing behind the last message
	pieces   []piece        // that were asked for; rows are nil of others
}

func (m *Model) newReader() *reader {
	r := m.opened()
	if r == nil {
		return &reader{m: m, pieces: make([]piece, 1)}
	}
	rd := &reader{m: m, room: r, gaps: make(map[int64]bool)}
	for i := range r.Messages {
		if isShown(r, &r.Messages[i]) {
			rd.messages = append(rd.messages, i)
		}
	}
	for _, g := range r.Gaps() {
		if g.Before > r.Last() {
			rd.late = true
		} else {
			rd.gaps[g.Before] = true
		}
	}
	rd.pieces = make([]piece, rd.size())
	return rd
}

// isShown reports whether an event of r shows anything. That two people are in their
// direct room goes without saying.
func isShown(r *timeline.Room, m *timeline.Message) bool {
	switch m.Kind {
	case plausch.EventMessage:
		return true
	case plausch.EventJoin, plausch.EventLeave:
		return r.Kind != plausch.RoomDirect
	}
	return false
}

// size is how many pieces there are; the last is the tail.
func (rd *reader) size() int { return len(rd.messages) + 1 }

// piece returns the i-th piece.
func (rd *reader) piece(i int) piece {
	if rd.pieces[i].rows == nil {
		rd.pieces[i] = rd.draw(i)
	}
	return rd.pieces[i]
}

func (rd *reader) draw(i int) piece {
	if i == len(rd.messages) {
		return piece{seq: tail, rows: rd.m.tailRows(rd.room, len(rd.messages) == 0)}
	}
	at := rd.messages[i]
	message := &rd.room.Messages[at]
	d := drawing{message: message, now: rd.m.now, names: rd.m.isMe, selected: rd.m.selected == message.Seq}
	d.divider = rd.room.Marker != 0 && rd.room.Marker == message.Seq
	d.gap = i > 0 && rd.missing(at, i)
	if i > 0 && !d.gap {
		d.previous = &rd.room.Messages[rd.messages[i-1]]
	}
	d.shown = rd.m.spoilers[message.Seq]
	d.notices = rd.m.noticesAt(rd.room, message.Seq, rd.next(i))
	return piece{message.Seq, rd.m.blocks.of(d), rd.missing(at, i)}
}

// missing reports whether events are missing between the i-th piece and the one before.
func (rd *reader) missing(at, i int) bool {
	from := 0
	if i > 0 {
		from = rd.messages[i-1] + 1
	}
	for ; from <= at; from++ {
		if rd.gaps[rd.room.Messages[from].Seq] {
			return true
		}
	}
	return false
}

// next returns the seq of the piece behind the i-th.
func (rd *reader) next(i int) int64 {
	if i+1 < len(rd.messages) {
		return rd.room.Messages[rd.messages[i+1]].Seq
	}
	return tail
}

// find returns the index of the piece of seq, or the one before if that is gone.
func (rd *reader) find(seq int64) int {
	if seq == tail {
		return len(rd.messages)
	}
	lo, hi := 0, len(rd.messages)
	for lo < hi {
		mid := (lo + hi) / 2
		if rd.room.Messages[rd.messages[mid]].Seq <= seq {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo-1, 0)
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

// window returns the rows that are seen, at most height, and the cursor of the first
// piece among them.
func (rd *reader) window(c cursor, height int) (rows []row, first int, gap int64) {
	first = c.i
	var parts [][]row
	n := 0
	for i := c.i; i >= 0 && n < height; i-- {
		p := rd.piece(i)
		part := p.rows
		if i == c.i {
			part = part[:max(0, len(part)-c.below)]
		}
		parts = append(parts, part)
		n += len(part)
		first = i
		if p.gap && gap == 0 {
			gap = p.seq
		}
	}
	for i := len(parts) - 1; i >= 0; i-- {
		rows = append(rows, parts[i]...)
	}
	if len(rows) > height {
		rows = rows[len(rows)-height:]
	}
	return rows, first, gap
}

// landing returns where a room is opened: so that the first unread message is seen, at
// the top if need be.
func (rd *reader) landing(height int) position {
	if rd.room == nil || rd.room.Marker == 0 || height <= 0 {
		return position{end: true}
	}
	first := rd.find(rd.room.Marker)
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
