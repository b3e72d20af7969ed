package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
)

// FTS5 keeps, for each leaf of its trees, a separator: the beginning of what was its first
// term when it was written. With secure-delete a term that is deleted goes from the leaf,
// but not as a separator. The term that is first now does as well, and is there anyway.
// See https://www.sqlite.org/fts5.html#appendix_a and fts5_index.c.

// separator is a row of search_idx or search_parts_idx that is to be replaced.
type separator struct{ segment, term, first any }

// clearSeparators replaces the separators of deleted terms.
func (s *Store) clearSeparators(ctx context.Context) error {
	for _, table := range []struct{ read, now, set *statement }{
		{s.r.separators, s.w.separator, s.w.setSeparator},
		{s.r.partSeparators, s.w.partSeparator, s.w.setPartSeparator},
	} {
		var old []separator
		_, err := list(ctx, "read the index", table.read, func(row scanner) (none struct{}, err error) {
			one, err := scanSeparator(row)
			if one.first != nil {
				old = append(old, one)
			}
			return none, err
		})
		if err != nil {
			return err
		}
		for len(old) > 0 {
			n := min(len(old), clearWrite)
			err := s.write(ctx, "clear the index", func(ctx context.Context) error {
				for _, one := range old[:n] {
					now, err := scanSeparator(table.now.QueryRowContext(ctx, one.segment, one.term))
					if isNone(err) || err == nil && now.first == nil {
						continue // it was written anew
					}
					if err == nil {
						_, err = table.set.ExecContext(ctx, now.first, one.segment, one.term)
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			old = old[n:]
		}
	}
	return nil
}

// scanSeparator reads a separator and its leaf; first stays nil if it is as it should be.
func scanSeparator(row scanner) (one separator, err error) {
	var segment int64
	var term, leaf []byte
	if err := row.Scan(&segment, &term, &leaf); err != nil {
		return one, err
	}
	if first := firstTerm(leaf); len(term) > 0 && len(first) > 0 && !bytes.HasPrefix(first, term) {
		one = separator{segment, term, bytes.Clone(first)}
	}
	return one, nil
}

// firstTerm returns the first term that begins in a leaf, nil if none does. Behind its terms a
// leaf has a list of where each of them begins.
func firstTerm(leaf []byte) []byte {
	if len(leaf) < 4 {
		return nil
	}
	places := int(binary.BigEndian.Uint16(leaf[2:]))
	if places >= len(leaf) {
		return nil
	}
	at, n := varint(leaf[places:])
	if n == 0 || int(at) >= places {
		return nil
	}
	length, n := varint(leaf[at:places])
	begin := int(at) + n
	if n == 0 || begin+int(length) > places {
		return nil
	}
	return leaf[begin : begin+int(length)]
}

// varint reads a number of up to three bytes as SQLite writes it, most significant first; n
// is 0 if there is none.
func varint(data []byte) (value uint32, n int) {
	for n < min(len(data), 3) {
		value = value<<7 | uint32(data[n]&0x7f)
		n++
		if data[n-1] < 0x80 {
			return value, n
		}
	}
	return 0, 0
}
