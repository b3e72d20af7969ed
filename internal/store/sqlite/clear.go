package sqlite

import (
	"context"
	"encoding/binary"
	"time"
)

// With secure_delete, SQLite overwrites rows and pages that are deleted. Copies stay
// nonetheless: when it distributes the rows of a full page over its neighbours, it
// leaves the old bytes where the page has unused space, and the WAL has pages as they
// were before. So what deletions have left is cleared in three steps: a reader looks
// for pages with something in their unused space, the writer overwrites that, a few
// pages at a time, and the WAL is copied and cut to nothing.

const (
	// clearRead is how many pages are looked at in one read.
	clearRead = 1024
	// clearWrite is how many are overwritten in one transaction: 3 ms.
	clearWrite = 64
	// truncateMillis is how long a checkpoint that truncates the WAL has the writer
	// wait for readers. New ones read the database and do not hold it up.
	truncateMillis = 5
	// truncateAgain is how long to wait after one that met a longer read.
	truncateAgain = 50 * time.Millisecond
)

// ClearDeleted implements [store.Clearer].
func (s *Store) ClearDeleted(ctx context.Context) error {
	for {
		more, err := s.forgetUnused(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := s.clearSeparators(ctx); err != nil {
		return err
	}
	for first := int64(1); ; first += clearRead {
		unclean, last, err := s.findUnclean(ctx, first)
		if err != nil {
			return wrap("look for deleted bytes", err)
		}
		for len(unclean) > 0 {
			n := min(len(unclean), clearWrite)
			if err := s.clearPages(ctx, unclean[:n]); err != nil {
				return err
			}
			unclean = unclean[n:]
		}
		if last < first+clearRead-1 {
			break
		}
	}
	return s.truncateWAL(ctx)
}

// findUnclean returns which pages, from first on, have bytes in their unused space,
// and the last that it has looked at.
func (s *Store) findUnclean(ctx context.Context, first int64) (unclean []int64, last int64, err error) {
	_, err = list(ctx, "read pages", s.r.pages, func(row scanner) (none struct{}, err error) {
		var data []byte
		if err := row.Scan(&last, &data); err != nil {
			return none, err
		}
		if clearUnused(last, data) {
			unclean = append(unclean, last)
		}
		return none, nil
	}, first, first+clearRead-1)
	return unclean, last, err
}

// clearPages overwrites the unused space of pages.
func (s *Store) clearPages(ctx context.Context, pages []int64) error {
	return s.write(ctx, "clear deleted bytes", func(ctx context.Context) error {
		for _, number := range pages {
			var data []byte
			if err := s.w.page.QueryRowContext(ctx, number).Scan(&data); err != nil {
				return err
			}
			if !clearUnused(number, data) {
				continue
			}
			if _, err := s.w.setPage.ExecContext(ctx, data, number); err != nil {
				return err
			}
		}
		return nil
	})
}

// The kinds of pages that are nodes of a tree, by their first byte, and where a node's
// list of cells begins. Any other page begins with the number of another, so with 0
// unless there are 2^25 of them (68 GB).
// See https://www.sqlite.org/fileformat2.html#b_tree_pages.
var cellsAt = map[byte]int{2: 12, 5: 12, 10: 8, 13: 8}

// clearUnused overwrites with zeros what a node has outside its cells, and reports
// whether that was something else. A page that is no sound node stays as it is.
func clearUnused(number int64, page []byte) (changed bool) {
	header := 0
	if number == 1 {
		header = 100 // of the file
	}
	if len(page) < 512 || cellsAt[page[header]] == 0 {
		return false
	}
	at := func(offset int) int { return int(binary.BigEndian.Uint16(page[offset:])) }
	free, cells, content := at(header+1), at(header+3), at(header+5)
	if content == 0 {
		content = 1 << 16
	}
	begin := header + cellsAt[page[header]] + 2*cells
	if begin > content || content > len(page) {
		return false
	}
	type span struct{ from, to int }
	spans := []span{{begin, content}}
	for end := content; free != 0; {
		// Free blocks ascend, with the place of the next and their size in front.
		if free < end || free+4 > len(page) {
			return false
		}
		size := at(free + 2)
		if end = free + size; size < 4 || end > len(page) {
			return false
		}
		spans = append(spans, span{free + 4, end})
		free = at(free)
	}
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			changed = changed || page[i] != 0
			page[i] = 0
		}
	}
	return changed
}

// truncateWAL copies the WAL into the database and cuts it to nothing. Readers that
// still need it are waited for, but for moments only while the writer is held up.
func (s *Store) truncateWAL(ctx context.Context) error {
	for {
		done, err := s.tryTruncate(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return wrap("truncate the WAL: it is still being read", ctx.Err())
		case <-time.After(truncateAgain):
		}
	}
}

func (s *Store) tryTruncate(ctx context.Context) (done bool, err error) {
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-s.lock:
	}
	defer func() { s.lock <- struct{}{} }()
	if err := s.usable(); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx)
	if _, err := s.w.hurry.ExecContext(ctx); err != nil {
		return false, err
	}
	var busy, frames, copied int
	err = s.w.truncate.QueryRowContext(ctx).Scan(&busy, &frames, &copied)
	if _, patient := s.w.patient.ExecContext(ctx); err == nil {
		err = patient
	}
	if err != nil {
		return false, s.failed("truncate the WAL", err)
	}
	if busy == 0 {
		s.uncopied = 0
	}
	return busy == 0, nil
}
