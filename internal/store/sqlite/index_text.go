package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/search"
)

// indexed is a message as the index has it, or is to have it.
type indexed struct {
	id      int64 // of the index
	message int64 // id of the event
	// kind and edited say in which state the rest was read.
	kind, edited int64
	author       plausch.AccountID
	file         bool
	picture      bool
	sealed       bool
	text         string
	doc          search.Document
}

// scanIndexed reads a row of indexedMessages.
func scanIndexed(row scanner) (m indexed, err error) {
	var author int64
	var newText, data string
	if err := row.Scan(&m.message, &m.kind, &author, &m.text, &m.edited, &newText, &data, &m.picture); err != nil {
		return m, err
	}
	m.author = plausch.AccountID(author)
	if m.edited > 0 {
		m.text = newText
	}
	details, err := parseDetails(data)
	m.sealed = details != nil && details.Sealed != ""
	m.file = m.kind&attachedBit != 0
	return m, err
}

// findable reports whether the message is to stand in the index.
func (m *indexed) findable() bool {
	return m.kind&kindMask == codeMessage && m.kind&deletedBit == 0 && !m.sealed
}

// marks are its tokens beside the text.
func (m *indexed) marks() string {
	var b strings.Builder
	fmt.Fprintf(&b, "u%d r%d", m.author, m.message>>seqBits)
	for _, mark := range []struct {
		is   bool
		name string
	}{{m.file, search.HasFile}, {m.picture, search.HasPicture}, {m.doc.Link, search.HasLink}} {
		if mark.is {
			b.WriteByte(' ')
			b.WriteString(mark.name)
		}
	}
	return b.String()
}

// addToIndex adds a message that is not in the index. Its words are added by addWord.
func (b *batch) addToIndex(m *indexed) error {
	if _, err := b.w.insertSearchMessage.ExecContext(b.ctx, m.id, m.message); err != nil {
		return err
	}
	_, err := b.w.insertSearch.ExecContext(b.ctx, m.id, m.doc.Words, m.doc.Alternatives, m.doc.Grams, m.marks())
	return err
}

// addWord notes that a token stands in the index.
func addWord(ctx context.Context, w *writes, word string) error {
	r, err := w.insertWord.ExecContext(ctx, word)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return err
	}
	_, err = w.insertParts.ExecContext(ctx, id, word)
	return err
}

// inIndex reads a message as the index has it; it returns false if it is not there.
func (b *batch) inIndex(message int64) (m indexed, ok bool, err error) {
	var id int64
	if err := b.w.searchMessage.QueryRowContext(b.ctx, message).Scan(&id); err != nil {
		if isNone(err) {
			err = nil
		}
		return m, false, err
	}
	m, err = scanIndexed(b.w.indexed.QueryRowContext(b.ctx, fmt.Sprintf("[%d]", message)))
	m.id, m.doc = id, search.NewDocument(m.text)
	return m, err == nil, err
}

// takeFromIndex takes a message out of the index, in the commit that empties or removes
// it. It is called before that, since the index has to be told what stands in it. One
// that is not in the index is left.
func (b *batch) takeFromIndex(message int64) error {
	m, ok, err := b.inIndex(message)
	if !ok || err != nil {
		return err
	}
	if err := b.removeFromIndex(&m); err != nil {
		return err
	}
	return b.noteUnused(m.doc.Tokens())
}

func (b *batch) removeFromIndex(m *indexed) error {
	_, err := b.w.deleteSearch.ExecContext(b.ctx, m.id, m.doc.Words, m.doc.Alternatives, m.doc.Grams, m.marks())
	if err != nil {
		return err
	}
	_, err = b.w.deleteSearchMessage.ExecContext(b.ctx, m.id)
	return err
}

// changeInIndex gives a message in the index the text of an edit. It is called before the
// edit is noted.
func (b *batch) changeInIndex(e *plausch.Event) error {
	m, ok, err := b.inIndex(eventID(e.Room, e.Target))
	if !ok || err != nil {
		return err
	}
	if err := b.removeFromIndex(&m); err != nil {
		return err
	}
	before := m.doc.Tokens()
	if m.text, m.sealed = e.Text, e.Details != nil && e.Details.Sealed != ""; !m.sealed {
		m.doc = search.NewDocument(m.text)
		if err := b.addToIndex(&m); err != nil {
			return err
		}
		before, err = b.addNewWords(m.doc.Tokens(), before)
		if err != nil {
			return err
		}
	}
	return b.noteUnused(before)
}

// addNewWords adds those of words that are not among old, and returns those of old that are
// not among words. Both ascend.
func (b *batch) addNewWords(words, old []string) (gone []string, err error) {
	for _, word := range words {
		if _, known := slices.BinarySearch(old, word); !known {
			if err := addWord(b.ctx, b.w, word); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(old, func(word string) bool {
		_, still := slices.BinarySearch(words, word)
		return still
	}), nil
}

// noteUnused notes that words may stand nowhere in the index any more. To find that out
// takes longer than a commit may: forgetUnused does it.
func (b *batch) noteUnused(words []string) error {
	data, err := json.Marshal(words)
	if err != nil {
		return err
	}
	_, err = b.w.insertUnused.ExecContext(b.ctx, string(data))
	return err
}

const (
	// forgetWrite is the most words that are forgotten in one transaction, and forgetTime
	// how long that may take before the rest is left for the next.
	forgetWrite = 64
	forgetTime  = 10 * time.Millisecond
)

// forgetUnused forgets some words that stand nowhere in the index any more, and reports
// whether it has to be called again.
func (s *Store) forgetUnused(ctx context.Context) (more bool, err error) {
	if err := s.r.hasUnused.QueryRowContext(ctx).Scan(&more); err != nil || !more {
		return false, wrap("look for unused words", err)
	}
	return true, s.write(ctx, "forget words", func(ctx context.Context) error {
		words, err := list(ctx, "unused words", s.w.unused, func(row scanner) (word string, err error) {
			return word, row.Scan(&word)
		}, forgetWrite)
		if err != nil {
			return err
		}
		began := time.Now()
		forgot := false
		for i, word := range words {
			if i > 0 && time.Since(began) > forgetTime {
				break
			}
			if gone, err := s.forgetWord(ctx, word); err != nil {
				return err
			} else if gone {
				forgot = true
			}
		}
		if forgot {
			_, err = s.w.noteForgotten.ExecContext(ctx)
		}
		return err
	})
}

// forgetWord forgets a word if it stands nowhere in the index.
func (s *Store) forgetWord(ctx context.Context, word string) (forgot bool, err error) {
	if _, err := s.w.deleteUnused.ExecContext(ctx, word); err != nil {
		return false, err
	}
	var id int64
	var used bool
	err = s.w.wordUse.QueryRowContext(ctx, word, quoteToken(word)).Scan(&id, &used)
	if isNone(err) || err == nil && used {
		return false, nil
	}
	if err == nil {
		_, err = s.w.deleteParts.ExecContext(ctx, id, word)
	}
	if err == nil {
		_, err = s.w.deleteWord.ExecContext(ctx, id)
	}
	return err == nil, err
}

// quoteToken writes a token in a query of FTS5.
func quoteToken(token string) string { return `"` + strings.ReplaceAll(token, `"`, `""`) + `"` }
