package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/store"
)

// Every commit that changes something others follow has one row in the table
// commits, which says what: see migration 7. Its id is the store's cursor.

// changed notes a change of an account, inside a write.
func (s *Store) changed(id plausch.AccountID) {
	delete(s.batch.accounts, id)
	if !slices.Contains(s.noted.accounts, id) {
		s.noted.accounts = append(s.noted.accounts, id)
	}
}

// noted is what the write under way has changed.
type noted struct {
	events   []store.Change // in the order of the first of each room
	places   map[plausch.RoomID]int
	accounts []plausch.AccountID
	text     []byte // reused
}

func (n *noted) event(room plausch.RoomID, seq int64) {
	if place, ok := n.places[room]; ok {
		n.events[place].Last = seq // seqs are given in order
		return
	}
	if n.places == nil {
		n.places = map[plausch.RoomID]int{}
	}
	n.places[room] = len(n.events)
	n.events = append(n.events, store.Change{Room: room, First: seq, Last: seq})
}

func (n *noted) reset() {
	n.events, n.accounts, n.text = n.events[:0], n.accounts[:0], n.text[:0]
	clear(n.places)
}

// any reports whether anything was noted.
func (n *noted) any() bool { return len(n.events)+len(n.accounts) > 0 }

// writeNoted adds the row of the write under way, if it has changed anything.
func (s *Store) writeNoted(ctx context.Context) error {
	n := &s.noted
	if !n.any() {
		return nil
	}
	for _, c := range n.events {
		n.text = strconv.AppendInt(n.text, int64(c.Room), 10)
		n.text = strconv.AppendInt(append(n.text, ':'), c.First, 10)
		if c.Last > c.First {
			n.text = strconv.AppendInt(append(n.text, '-'), c.Last, 10)
		}
		n.text = append(n.text, ' ')
	}
	for _, id := range n.accounts {
		n.text = strconv.AppendInt(append(n.text, '@'), int64(id), 10)
		n.text = append(n.text, ' ')
	}
	_, err := s.w.insertCommit.ExecContext(ctx, s.committed+1, string(n.text[:len(n.text)-1]))
	if extendedCode(err) == lib.SQLITE_CONSTRAINT_PRIMARYKEY {
		return errOthersWrote
	}
	return err
}

// Cursor implements [store.Log].
func (s *Store) Cursor(ctx context.Context) (cursor int64, err error) {
	err = s.r.cursor.QueryRowContext(ctx).Scan(&cursor)
	return cursor, wrap("read the cursor", err)
}

// Changes implements [store.Log].
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]store.Change, int64, error) {
	type commit struct {
		id   int64
		text string
	}
	commits, err := list(ctx, "read changes", s.r.commits, func(row scanner) (c commit, err error) {
		return c, row.Scan(&c.id, &c.text)
	}, after, limit)
	if err != nil {
		return nil, after, err
	}
	var changes []store.Change
	for _, c := range commits {
		for word := range strings.FieldsSeq(c.text) {
			change, err := parseChange(word)
			if err != nil {
				return nil, after, fmt.Errorf("read changes: commit %d: %w", c.id, err)
			}
			changes = append(changes, change)
		}
		after = c.id
	}
	return changes, after, nil
}

func parseChange(word string) (c store.Change, err error) {
	if id, ok := strings.CutPrefix(word, "@"); ok {
		account, err := strconv.ParseInt(id, 10, 64)
		return store.Change{Account: plausch.AccountID(account)}, err
	}
	room, seqs, ok := strings.Cut(word, ":")
	if !ok {
		return c, fmt.Errorf("%q is no change", word)
	}
	id, err := strconv.ParseInt(room, 10, 64)
	if err != nil {
		return c, err
	}
	c.Room = plausch.RoomID(id)
	first, last, isRange := strings.Cut(seqs, "-")
	if !isRange {
		last = first
	}
	if c.First, err = strconv.ParseInt(first, 10, 64); err == nil {
		c.Last, err = strconv.ParseInt(last, 10, 64)
	}
	return c, err
}
