package client

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"sync"
	"time"
)

// idSource makes the ids of sends: 26 characters for 48 bits of milliseconds and
// 80 random bits, in the manner of ULIDs.
//
// The server keeps every id for ever in an index by account and id. Ids that
// grow with time all go to the end of that index, so that a send touches pages
// that are in memory anyway, whereas random ids would touch a page of their own
// each. Within a process they grow strictly, even where the clock stands still
// or goes back, so that sorting by id is sorting by the order of sending.
type idSource struct {
	mu   sync.Mutex
	now  func() time.Time // nil is time.Now
	last [16]byte
}

// crockford sorts like the bits that it stands for.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func (s *idSource) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now
	if now == nil {
		now = time.Now
	}
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(now().UnixMilli())<<16)
	if string(id[:6]) > string(s.last[:6]) {
		rand.Read(id[6:]) // never fails
		id[6] &= 0x7f     // space to count up in
	} else {
		id = s.last
		for i := len(id) - 1; i >= 0; i-- {
			if id[i]++; id[i] != 0 {
				break
			}
		}
	}
	s.last = id
	return crockford.EncodeToString(id[:])
}
