package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"plausch"
)

// ErrOutboxInUse is wrapped by Open's error if another client, in this or in
// another process, uses the same outbox file.
var ErrOutboxInUse = errors.New("another client is using it")

// journal is an outbox file. It is only appended to, one JSON object a line:
//
//	{"put":{"id":"01K...","room":1,"text":"hi","at":1790000000000}}
//	{"went":"01K..."}
//	{"done":"01K..."}
//
// A put is on disk before it is reported as kept. A done may get lost with the
// process, since a send that is repeated under its id happens once. That is not
// so on a KTN server; there a went is on disk before the send goes out. When all
// is done, the file is emptied; when most is, what is left is written to FILE.new,
// which takes its place, so the file is at most about twice as large as the unsent messages,
// or minCompact. FILE.lock is locked while the journal is open.
type journal struct {
	path string
	lock io.Closer

	mu     sync.Mutex // guards the file
	file   *os.File
	size   int64 // of whole records
	next   int64 // size at which the file is compacted
	broken error // the state of the file is unknown; nothing more is taken

	stateMu    sync.Mutex // guards what follows; held for moments only
	unfinished int        // puts without a done
	dones      []byte     // records that are written with the next put
}

// minCompact is the size below which a file is left as it is, in bytes.
const minCompact = 256 << 10

type record struct {
	Put       *storedSend `json:"put,omitempty"`
	Attempted string      `json:"went,omitempty"`
	Done      string      `json:"done,omitempty"`
}

// valid reports whether r is a whole and acceptable record: a put that no server takes
// would be tried for ever.
func (r record) valid() bool {
	if r.Put == nil {
		return r.Done != "" || r.Attempted != ""
	}
	return r.Put.ID != "" && plausch.CheckClientID(r.Put.ID) == nil && r.Put.outgoing().check() == nil
}

// openJournal opens or makes a journal and returns its unfinished sends, in order.
func openJournal(path string) (*journal, []storedSend, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("outbox: %w", err)
	}
	lock, err := lockFile(path+".lock", false)
	if err != nil {
		return nil, nil, fmt.Errorf("outbox %s: %w", path, err)
	}
	j := &journal{path: path, lock: lock, next: minCompact}
	puts, err := j.load()
	if err != nil {
		if j.file != nil {
			j.file.Close()
		}
		lock.Close()
		return nil, nil, fmt.Errorf("outbox %s: %w", path, err)
	}
	return j, puts, nil
}

func (j *journal) load() ([]storedSend, error) {
	var err error
	if j.file, err = os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	_ = os.Remove(j.path + ".new") // of a process that was killed before it was whole
	syncFolder(filepath.Dir(j.path))
	puts, size, err := readRecords(j.file)
	if err != nil {
		return nil, err
	}
	j.size, j.unfinished = size, len(puts)
	return puts, j.rewind()
}

// readRecords returns the sends that are not done, in order, and the size of the
// whole records.
func readRecords(from io.Reader) (left []storedSend, size int64, err error) {
	var puts []storedSend
	attempted, done := make(map[string]bool), make(map[string]bool)
	r := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			break // what is left is a torn record, which nobody was told of
		}
		if err != nil {
			return nil, 0, err
		}
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil || !rec.valid() {
			if _, err := r.Peek(1); err == io.EOF {
				break // torn, and the tail of an older file's block behind it
			}
			return nil, 0, fmt.Errorf("line %d is damaged; fix or remove the file", n)
		}
		switch {
		case rec.Put != nil:
			puts = append(puts, *rec.Put)
		case rec.Attempted != "":
			attempted[rec.Attempted] = true
		default:
			done[rec.Done] = true
		}
		size += int64(len(line))
	}
	left = puts[:0]
	for _, p := range puts {
		if !done[p.ID] {
			p.attempted = attempted[p.ID]
			left = append(left, p)
		}
	}
	return left, size, nil
}

// compact replaces the file by one with the unfinished sends only. Until that is whole
// and on disk, the old one is there. An error leaves that as it is, unless
// j.broken is set.
func (j *journal) compact() error {
	j.stateMu.Lock()
	dones := bytes.Clone(j.dones)
	j.stateMu.Unlock()
	puts, _, err := readRecords(io.MultiReader(io.NewSectionReader(j.file, 0, j.size), bytes.NewReader(dones)))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for i := range puts {
		b.Write(encodeRecord(record{Put: &puts[i]}))
		if puts[i].attempted {
			b.Write(encodeRecord(record{Attempted: puts[i].ID}))
		}
	}
	fresh := j.path + ".new"
	if err := writeSynced(fresh, b.Bytes()); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	// Windows replaces no file that is open.
	if err := j.file.Close(); err != nil {
		j.broken = err
		return err
	}
	err = os.Rename(fresh, j.path)
	if err == nil {
		j.size = int64(b.Len())
		syncFolder(filepath.Dir(j.path))
		j.stateMu.Lock()
		j.dones = append([]byte(nil), j.dones[len(dones):]...) // what they end is not there any more
		j.stateMu.Unlock()
	}
	var openErr error
	if j.file, openErr = os.OpenFile(j.path, os.O_RDWR, 0o600); openErr == nil {
		_, openErr = j.file.Seek(j.size, io.SeekStart)
	}
	j.broken = openErr
	return errors.Join(err, openErr)
}

// writeSynced writes a file and returns when it is on disk.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// encodeRecord returns the line of a record.
func encodeRecord(r record) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(r) // strings and numbers only
	return b.Bytes()
}

// rewind truncates the file behind the last whole record, or to nothing if no send is
// unfinished.
func (j *journal) rewind() error {
	j.stateMu.Lock()
	if j.unfinished == 0 {
		j.size, j.dones = 0, nil
	}
	j.stateMu.Unlock()
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	_, err := j.file.Seek(j.size, io.SeekStart)
	return err
}

// put appends sends and returns when they are on disk.
func (j *journal) put(puts []storedSend) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return fmt.Errorf("outbox %s: %w", j.path, j.broken)
	}
	if j.size >= j.next {
		// What cannot be compacted is still whole, and is appended to.
		_ = j.compact()
		if j.broken != nil {
			return fmt.Errorf("outbox %s: %w", j.path, j.broken)
		}
		j.next = max(minCompact, 2*j.size)
	}
	j.stateMu.Lock()
	b := bytes.NewBuffer(j.dones)
	j.dones = nil
	j.unfinished += len(puts) // before it is written, so that done does not empty the file
	j.stateMu.Unlock()
	for i := range puts {
		b.Write(encodeRecord(record{Put: &puts[i]}))
	}
	_, err := j.file.Write(b.Bytes())
	if err == nil {
		if err = j.file.Sync(); err != nil {
			// What is on disk is unknown now, and a second sync would not tell.
			j.broken = err
		}
	}
	if err != nil {
		j.stateMu.Lock()
		j.unfinished -= len(puts)
		j.stateMu.Unlock()
		// A full disk may have taken half of it. Dones that are lost are harmless.
		if rewindErr := j.rewind(); j.broken == nil {
			j.broken = rewindErr
		}
		return fmt.Errorf("outbox %s: %w", j.path, err)
	}
	j.size += int64(b.Len())
	return nil
}

// markAttempted notes that a send is about to go to a server that does not recognize a
// repeated one, and returns when the note is on disk.
func (j *journal) markAttempted(id string) error {
	line, _ := json.Marshal(record{Attempted: id})
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	n, err := j.file.Write(append(line, '\n'))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		if n > 0 {
			j.broken = j.rewind()
		}
		return err
	}
	j.size += int64(n)
	return nil
}

// done notes that a send needs to be kept no longer. It does not wait for a put
// that is being synced.
func (j *journal) done(id string) {
	line, _ := json.Marshal(record{Done: id})
	j.stateMu.Lock()
	j.unfinished--
	j.dones = append(append(j.dones, line...), '\n')
	empty := j.unfinished == 0
	j.stateMu.Unlock()
	if empty && j.mu.TryLock() {
		if j.broken == nil {
			j.broken = j.rewind()
		}
		j.mu.Unlock()
	}
}

// close writes the remaining dones and closes the file.
func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		return nil
	}
	err := j.broken
	if err == nil {
		if err = j.rewind(); err == nil && len(j.dones) > 0 {
			_, err = j.file.Write(j.dones)
		}
	}
	if j.file != nil { // not if it could not be opened again
		err = errors.Join(err, j.file.Close())
	}
	err = errors.Join(err, j.lock.Close())
	j.file, j.lock, j.broken = nil, nil, ErrClosed
	return err
}

// syncFolder has a new file's name on disk, where folders can be synced.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}
