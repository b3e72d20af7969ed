package sqlite

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/search"
	"plausch/internal/store"
)

const (
	// searchTail is how many commits behind the index are looked at.
	searchTail = 1 << 16
	// searchBatch is how many messages that may match are read at a time.
	searchBatch = 64
	// searchWindow is how many numbers of the index are looked at in the first query of
	// a search for several things. FTS5 does not stop inside one until it has found
	// something, so the next is larger only after one that took less than quickWindow, and
	// smaller after a longer one than slowWindow.
	searchWindow = 1 << 12
	quickWindow  = 5 * time.Millisecond
	slowWindow   = 20 * time.Millisecond
	// neighbours is how many seqs away the message before and after a hit may be.
	neighbours = 64
)

// finder is a call of Search, in its view.
type finder struct {
	ctx  context.Context
	r    *reads
	in   view
	q    *store.SearchQuery
	end  time.Time // when to stop looking
	page plausch.HitPage
	// below and above bound the numbers of messages, both exclusive.
	below, above int64
	expanded     int  // for how many words each part or beginning of one may stand
	readsMost    bool // of what is said, or an eighth
	full         bool
	size         int
}

// Search implements [store.Searcher].
func (s *Store) Search(ctx context.Context, q store.SearchQuery) (plausch.HitPage, error) {
	r := &s.r
	in, err := s.view(ctx, r.searchState, r.commits, r.tailMessages, r.readableRooms, r.searched, r.wordsFrom, r.wordsWith,
		r.hits, r.hitFiles, r.neighbours, r.quoted, r.numberedFrom, r.searchedSince, r.eventsIn)
	if err != nil {
		return plausch.HitPage{}, wrap("search", err)
	}
	defer in.end()
	f := finder{ctx: ctx, r: r, in: in, q: &q, end: time.Now().Add(q.Time)}
	err = f.find()
	if extendedCode(err) == lib.SQLITE_CORRUPT_VTAB {
		s.indexDamaged.Store(true) // IndexMessages makes it anew
		err = plausch.Errorf(plausch.Unavailable, "the search index is damaged and is being made anew; search again later")
	}
	return f.page, wrap("search", err)
}

func (f *finder) find() error {
	st, err := scanSearchState(f.in.of(f.r.searchState).QueryRowContext(f.ctx))
	if err != nil {
		return err
	}
	t, err := readTail(f.ctx, f.r, f.in, st, searchTail, maxSeq, 1<<62)
	if err != nil {
		return err
	}
	f.below, f.above = t.next, st.first-1
	if f.q.Cursor != "" {
		cursor, err := strconv.ParseInt(f.q.Cursor, 10, 64)
		if err != nil {
			return plausch.Errorf(plausch.Invalid, "next is not what a search has returned")
		}
		f.below = min(f.below, cursor)
	}
	rooms, err := f.rooms()
	if err != nil {
		return err
	}
	if len(rooms) > 0 {
		if err := f.findInTail(t.messages, rooms); err != nil {
			return err
		}
		if err := f.findInIndex(st, rooms); err != nil {
			return err
		}
	}
	if err := f.addNeighbours(); err != nil {
		return err
	}
	return f.in.of(f.r.searchedSince).QueryRowContext(f.ctx, f.q.Account).Scan(&f.page.Since)
}

// rooms returns the rooms to look in that the account is in.
func (f *finder) rooms() ([]plausch.RoomID, error) {
	all, err := list(f.ctx, "rooms", f.in.of(f.r.readableRooms), func(row scanner) (id plausch.RoomID, err error) {
		return id, row.Scan(&id)
	}, f.q.Account)
	if len(f.q.Rooms) == 0 {
		return all, err
	}
	return slices.DeleteFunc(all, func(id plausch.RoomID) bool { return !slices.Contains(f.q.Rooms, id) }), err
}

// findInTail looks through messages that are not in the index yet.
func (f *finder) findInTail(messages []numbered, rooms []plausch.RoomID) error {
	in := make(map[plausch.RoomID]bool, len(rooms))
	for _, id := range rooms {
		in[id] = true
	}
	var some []numbered
	for i := len(messages) - 1; i >= 0 && !f.full; i-- {
		m := messages[i]
		if m.id < f.below && in[plausch.RoomID(m.message>>seqBits)] {
			some = append(some, m)
		}
		if len(some) < searchBatch && i > 0 {
			continue
		}
		if err := f.add(some); err != nil {
			return err
		}
		if some = some[:0]; f.late() && !f.full && i > 0 {
			f.stop(m.id)
		}
	}
	return nil
}

func (f *finder) late() bool { return time.Now().After(f.end) }

// stop ends the page: the next one is about messages below a number.
func (f *finder) stop(next int64) {
	f.full, f.page.Partial = true, true
	f.page.Next = strconv.FormatInt(next, 10)
}

// findInIndex looks through the index, in windows of growing size from its newest end.
func (f *finder) findInIndex(st searchState, rooms []plausch.RoomID) error {
	f.below = min(f.below, st.next)
	if f.full {
		return nil
	}
	if err := f.boundTimes(st); err != nil {
		return err
	}
	marked, err := f.markRooms(st, rooms)
	if err != nil {
		return err
	}
	match, none, err := f.expression(marked)
	if err != nil || none {
		return err
	}
	window := int64(searchWindow)
	if f.single(marked) {
		window = math.MaxInt64 // each step finds something
	}
	for !f.full && f.below > f.above+1 {
		low := f.above + 1
		if f.below-low > window {
			low = f.below - window
		}
		began := time.Now()
		if err := f.findInWindow(match, low); err != nil {
			return err
		}
		if f.late() && !f.full && f.below > f.above+1 {
			f.stop(f.below)
		}
		switch took := time.Since(began); {
		case took < quickWindow:
			window = min(4*window, 1<<40)
		case took > slowWindow:
			window = max(window/2, searchBatch)
		}
	}
	return nil
}

// findInWindow looks through the index down to a number.
func (f *finder) findInWindow(match string, low int64) error {
	for !f.full {
		some, err := list(f.ctx, "hits", f.in.of(f.r.searched), func(row scanner) (n numbered, err error) {
			return n, row.Scan(&n.id, &n.message)
		}, match, f.below, low, f.q.Account, searchBatch)
		if err != nil {
			return err
		}
		if err := f.add(some); err != nil {
			return err
		}
		if len(some) < searchBatch {
			f.below = low
			return nil
		}
		if f.below = some[len(some)-1].id; f.late() && !f.full {
			f.stop(f.below)
		}
	}
	return nil
}

// single reports whether FTS5 has one thing to look for only, and whatever it finds is
// likely to be readable.
func (f *finder) single(marked []plausch.RoomID) bool {
	things := len(f.q.Query.Has)
	for _, t := range f.q.Query.Terms {
		things += len(t.Pieces)
	}
	if len(f.q.Authors) > 0 {
		things++
	}
	return things == 1 && len(marked) == 0 && f.readsMost
}

// markRooms returns the rooms that FTS5 is to be told: if most of what is said is said in
// them, it costs less to look at each hit, and none are.
func (f *finder) markRooms(st searchState, rooms []plausch.RoomID) ([]plausch.RoomID, error) {
	var events int64
	err := f.in.of(f.r.eventsIn).QueryRowContext(f.ctx, jsonIDs(rooms, func(id plausch.RoomID) int64 { return int64(id) })).Scan(&events)
	if err != nil {
		return nil, err
	}
	f.readsMost = events > (st.next-st.first)/8 && len(f.q.Rooms) == 0
	if f.readsMost || len(rooms) > maxRoomMarks {
		return nil, nil
	}
	return rooms, nil
}

// boundTimes narrows the numbers to look at to about those of the times asked for. It takes the
// times to ascend; whether each message's does fit is looked at later.
func (f *finder) boundTimes(st searchState) error {
	if !f.q.Query.Before.IsZero() {
		at, err := f.firstSince(st, f.q.Query.Before)
		if err != nil {
			return err
		}
		f.below = min(f.below, at)
	}
	if !f.q.Query.After.IsZero() {
		at, err := f.firstSince(st, f.q.Query.After)
		if err != nil {
			return err
		}
		f.above = max(f.above, at-1)
	}
	return nil
}

// firstSince returns the number of the first message of a time or later, or the next one.
func (f *finder) firstSince(st searchState, at time.Time) (int64, error) {
	low, high := st.first, st.next
	for low < high {
		middle := low + (high-low)/2
		var id, milli int64
		err := f.in.of(f.r.numberedFrom).QueryRowContext(f.ctx, middle).Scan(&id, &milli)
		switch {
		case isNone(err):
			high = middle
		case err != nil:
			return 0, err
		case milli < at.UnixMilli():
			low = id + 1
		default:
			high = middle
		}
	}
	return low, nil
}

// candidate is a message that may match.
type candidate struct {
	hit     plausch.Hit
	kind    int64
	sealed  bool
	hidden  bool // by who searches
	picture bool
}

// add adds those of messages that match to the page, until it is full.
func (f *finder) add(messages []numbered) error {
	if len(messages) == 0 || f.full {
		return nil
	}
	found, err := f.read(messages)
	if err != nil {
		return err
	}
	for _, m := range messages {
		c := found[m.message]
		if c == nil || !f.matches(c) {
			continue
		}
		size := 0
		if f.q.Size != nil {
			size = f.q.Size(&c.hit)
		}
		if n := len(f.page.Hits); n == max(f.q.Limit, 1) || n > 0 && f.size+size > f.q.MaxBytes && f.q.Size != nil {
			f.full = true
			f.page.Next = strconv.FormatInt(m.id+1, 10)
			return nil
		}
		f.size += size
		f.page.Hits = append(f.page.Hits, c.hit)
	}
	return nil
}

// matches holds a message against the query, and notes where it matches.
func (f *finder) matches(c *candidate) bool {
	q := f.q.Query
	switch {
	case c.kind&kindMask != codeMessage, c.kind&deletedBit != 0, c.sealed, c.hidden,
		len(f.q.Authors) > 0 && !slices.Contains(f.q.Authors, c.hit.Actor.ID),
		!q.Before.IsZero() && !c.hit.Time.Before(q.Before),
		!q.After.IsZero() && c.hit.Time.Before(q.After):
		return false
	}
	for _, has := range q.Has {
		switch has {
		case search.HasFile:
			if len(c.hit.Attachments) == 0 {
				return false
			}
		case search.HasPicture:
			if !c.picture {
				return false
			}
		case search.HasLink:
			if d := search.NewDocument(c.hit.Text); !d.Link {
				return false
			}
		}
	}
	ranges, ok := q.Match(c.hit.Text)
	for _, r := range ranges {
		c.hit.Ranges = append(c.hit.Ranges, plausch.TextRange{From: r.From, To: r.To})
	}
	return ok
}
