package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/search"
	"plausch/internal/store"
)

// A send does not write the index: that would double what a commit writes, and more
// (see ADR 0019). A message stands in the log, and a search reads the end of the log,
// behind search_state.cursor, by itself. From there messages are added to the index in
// slices, soon after. What changes a message that is in the index, an edit or a deletion,
// changes the index in its own commit.
const (
	// indexSlice is the most messages that are added in one transaction, and indexBytes
	// how much text they have together, unless one has more.
	indexSlice = 256
	// indexTime is what a slice may take. The next one is smaller after one that took
	// longer, but has at least minSlice messages.
	indexTime  = 15 * time.Millisecond
	minSlice   = 16
	indexBytes = 64 << 10
	// indexCommits is how many commits are looked at for them.
	indexCommits = 256
	// indexRead is how many messages of a room are looked at in one read.
	indexRead = 32
)

// searchState is the row of search_state.
type searchState struct {
	version, cursor, done, next, first, forgot int64
}

func scanSearchState(row scanner) (st searchState, err error) {
	return st, row.Scan(&st.version, &st.cursor, &st.done, &st.next, &st.first, &st.forgot)
}

// slice is what one call of IndexMessages adds.
type slice struct {
	before, after searchState
	messages      []indexed                // ascending by id of the index
	words         []string                 // that are new
	limit         int                      // of messages
	below         map[plausch.RoomID]int64 // new ones of search_rooms; 0: done
}

// IndexMessages implements [store.Searcher].
func (s *Store) IndexMessages(ctx context.Context) (more bool, err error) {
	if s.indexDamaged.Load() {
		err := s.write(ctx, "make the index anew", s.resetIndex)
		s.indexDamaged.CompareAndSwap(err == nil, false)
		return err == nil, err
	}
	if more, err := s.forgetUnused(ctx); more || err != nil {
		return more, err
	}
	sl, err := s.nextSlice(ctx)
	if err != nil || sl == nil {
		return false, wrap("read messages for the index", err)
	}
	err = s.write(ctx, "index messages", func(ctx context.Context) error {
		began := time.Now()
		defer func() { s.sliceSize.Store(nextSize(len(sl.messages), time.Since(began))) }()
		now, err := scanSearchState(s.w.searchState.QueryRowContext(ctx))
		if err != nil {
			return err
		}
		forgot := now.forgot != sl.before.forgot
		if now.forgot = sl.before.forgot; now != sl.before {
			return nil // another process is at it, too
		}
		return s.addSlice(ctx, sl, forgot)
	})
	return err == nil, err
}

// nextSize is how many messages the slice after one of n may have.
func nextSize(n int, took time.Duration) int64 {
	if took <= 0 || n == 0 {
		return indexSlice
	}
	return int64(min(max(int(int64(n)*int64(indexTime)/int64(took)), minSlice), indexSlice))
}

// prepareIndex begins the index of a database that has none, or one by other rules.
func (s *Store) prepareIndex(ctx context.Context) error {
	st, err := scanSearchState(s.w.searchState.QueryRowContext(ctx))
	if err != nil || st.version == search.Version {
		return err
	}
	return s.write(ctx, "begin the index", s.resetIndex)
}

// resetIndex empties the index, for all messages to be added anew.
func (s *Store) resetIndex(ctx context.Context) error {
	w := &s.w
	for _, one := range []*statement{w.clearSearch, w.clearSearchMessages, w.clearParts, w.clearWords, w.clearUnused, w.clearSearchRooms, w.fillSearchRooms} {
		if _, err := one.ExecContext(ctx); err != nil {
			return err
		}
	}
	_, err := w.resetSearchState.ExecContext(ctx, search.Version)
	return err
}

// nextSlice reads what is to be added next, nil if that is nothing.
func (s *Store) nextSlice(ctx context.Context) (*slice, error) {
	r := &s.r
	in, err := s.view(ctx, r.searchState, r.commits, r.tailMessages, r.indexedMessages, r.searchRooms, r.messagesBelow, r.newWords)
	if err != nil {
		return nil, err
	}
	defer in.end()
	st, err := scanSearchState(in.of(r.searchState).QueryRowContext(ctx))
	if err != nil {
		return nil, err
	}
	sl := &slice{before: st, after: st}
	sl.limit = cmp.Or(int(s.sliceSize.Load()), indexSlice)
	t, err := readTail(ctx, r, in, st, indexCommits, sl.limit, indexBytes)
	if err != nil {
		return nil, err
	}
	messages := t.messages
	if t.cursor != st.cursor || t.done != st.done {
		sl.after.cursor, sl.after.done, sl.after.next = t.cursor, t.done, t.next
	} else if messages, err = sl.older(ctx, r, in); err != nil {
		return nil, err
	} else if len(sl.below) == 0 {
		return nil, nil
	}
	return sl, sl.read(ctx, r, in, messages)
}

// numbered is a message with its number in the index.
type numbered struct{ id, message, time, bytes int64 }

func scanNumbered(row scanner) (n numbered, err error) {
	return n, row.Scan(&n.message, &n.time, &n.bytes)
}

// tail are messages of commits behind the index, ascending.
type tail struct {
	messages           []numbered
	cursor, done, next int64 // as of searchState, behind the messages
}

// readTail reads the messages of at most so many commits, at most limit.
func readTail(ctx context.Context, r *reads, in view, st searchState, commits, limit int, bytes int64) (t tail, err error) {
	t = tail{cursor: st.cursor, done: st.done, next: st.next}
	type commit struct {
		id      int64
		changes []store.Change
	}
	all, err := list(ctx, "commits", in.of(r.commits), func(row scanner) (c commit, err error) {
		var text string
		if err := row.Scan(&c.id, &text); err != nil {
			return c, err
		}
		for word := range strings.FieldsSeq(text) {
			change, err := parseChange(word)
			if err != nil {
				return c, fmt.Errorf("commit %d: %w", c.id, err)
			}
			if change.Room != 0 {
				c.changes = append(c.changes, change)
			}
		}
		return c, nil
	}, st.cursor, commits)
	if err != nil {
		return t, err
	}
	// What the commits have added to a room is one part of its log.
	first, last := map[plausch.RoomID]int64{}, map[plausch.RoomID]int64{}
	events := int64(0)
	for i, c := range all {
		if events-st.done > int64(limit) {
			all = all[:i]
			break
		}
		for _, change := range c.changes {
			if first[change.Room] == 0 {
				first[change.Room] = change.First
			}
			last[change.Room] = change.Last
			events += change.Last - change.First + 1
		}
	}
	messages := make(map[plausch.RoomID][]numbered, len(first))
	for room := range first {
		messages[room], err = list(ctx, "messages", in.of(r.tailMessages), scanNumbered, eventID(room, first[room]), eventID(room, last[room]))
		if err != nil {
			return t, err
		}
	}
	skip := t.done
	for _, c := range all {
		for _, change := range c.changes {
			for of := messages[change.Room]; len(of) > 0 && of[0].message&maxSeq <= change.Last; of = of[1:] {
				messages[change.Room] = of[1:]
				if skip > 0 {
					skip--
					continue
				}
				if bytes -= of[0].bytes; len(t.messages) == limit || bytes < 0 && len(t.messages) > 0 {
					return t, nil
				}
				of[0].id = t.next
				t.messages = append(t.messages, of[0])
				t.next++
				t.done++
			}
		}
		t.cursor, t.done, skip = c.id, 0, 0
	}
	return t, nil
}

// older finds the newest messages from before the index, of all rooms.
func (sl *slice) older(ctx context.Context, r *reads, in view) (found []numbered, err error) {
	type place struct {
		room, below int64
		next        []numbered // what was read of it, newest first
	}
	rooms, err := list(ctx, "rooms", in.of(r.searchRooms), func(row scanner) (p place, err error) {
		return p, row.Scan(&p.room, &p.below)
	})
	if err != nil || len(rooms) == 0 {
		return nil, err
	}
	sl.below = map[plausch.RoomID]int64{}
	for bytes := int64(0); len(found) < sl.limit && bytes < indexBytes; {
		var newest *place
		for i := range rooms {
			p := &rooms[i]
			if len(p.next) == 0 && p.below > 0 {
				p.next, err = list(ctx, "messages", in.of(r.messagesBelow), scanNumbered, p.room<<seqBits, p.room<<seqBits|p.below, indexRead)
				if err != nil {
					return nil, err
				}
				if len(p.next) == 0 {
					p.below = 0 // there are none
					sl.below[plausch.RoomID(p.room)] = 0
				}
			}
			if len(p.next) > 0 && (newest == nil || p.next[0].time > newest.next[0].time) {
				newest = p
			}
		}
		if newest == nil {
			break
		}
		m := newest.next[0]
		newest.next, newest.below = newest.next[1:], m.message&maxSeq
		sl.below[plausch.RoomID(newest.room)] = newest.below
		sl.after.first--
		m.id = sl.after.first
		found = append(found, m)
		bytes += m.bytes
	}
	return found, nil
}

// read reads messages and makes their documents.
func (sl *slice) read(ctx context.Context, r *reads, in view, messages []numbered) error {
	number := make(map[int64]int64, len(messages))
	for _, n := range messages {
		number[n.message] = n.id
	}
	all, err := list(ctx, "messages", in.of(r.indexedMessages), scanIndexed, jsonIDs(messages, func(n numbered) int64 { return n.message }))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var words []string
	for _, m := range all {
		if m.id = number[m.message]; !m.findable() {
			continue
		}
		m.doc = search.NewDocument(m.text)
		for _, word := range m.doc.Tokens() {
			if !seen[word] {
				seen[word] = true
				words = append(words, word)
			}
		}
		sl.messages = append(sl.messages, m)
	}
	slices.SortFunc(sl.messages, func(a, b indexed) int { return cmp.Compare(a.id, b.id) })
	slices.Sort(words)
	data, err := json.Marshal(words)
	if err != nil {
		return err
	}
	sl.words, err = list(ctx, "words", in.of(r.newWords), func(row scanner) (word string, err error) {
		return word, row.Scan(&word)
	}, string(data))
	return err
}

// addSlice writes a slice. With allWords, words may have been forgotten since it was read.
func (s *Store) addSlice(ctx context.Context, sl *slice, allWords bool) error {
	b := &s.batch
	b.begin(ctx, &s.w, &s.noted, 0)
	changed, err := s.changedSince(ctx, sl.messages)
	if err != nil || changed {
		return err // it is read anew
	}
	words := sl.words
	if allWords {
		words = nil
		for i := range sl.messages {
			words = append(words, sl.messages[i].doc.Tokens()...)
		}
	}
	for _, word := range words {
		if err := addWord(ctx, &s.w, word); err != nil {
			return err
		}
	}
	for i := range sl.messages {
		if err := b.addToIndex(&sl.messages[i]); err != nil {
			return err
		}
	}
	for room, below := range sl.below {
		if _, err := s.w.setSearchRoom.ExecContext(ctx, below, room); err != nil {
			return err
		}
	}
	if len(sl.below) > 0 {
		if _, err := s.w.deleteSearchRooms.ExecContext(ctx); err != nil {
			return err
		}
	}
	st := sl.after
	_, err = s.w.setSearchState.ExecContext(ctx, st.cursor, st.done, st.next, st.first)
	return err
}

// changedSince reports whether one of messages is not as it was read.
func (s *Store) changedSince(ctx context.Context, messages []indexed) (bool, error) {
	type state struct{ kind, edited int64 }
	now := make(map[int64]state, len(messages))
	_, err := list(ctx, "messages", s.w.messageStates, func(row scanner) (none struct{}, err error) {
		var id int64
		var st state
		err = row.Scan(&id, &st.kind, &st.edited)
		now[id] = st
		return none, err
	}, jsonIDs(messages, func(m indexed) int64 { return m.message }))
	for _, m := range messages {
		if now[m.message] != (state{m.kind, m.edited}) {
			return true, err
		}
	}
	return false, err
}

// jsonIDs writes ids for json_each.
func jsonIDs[T any](list []T, id func(T) int64) string {
	text := []byte{'['}
	for i := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, id(list[i]), 10)
	}
	return string(append(text, ']'))
}
