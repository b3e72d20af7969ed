package htl

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/internal/network"
)

// Large requests are kept in memory until they are complete. They count with the
// bytes that have arrived, not with those that were announced, and end when no more
// come: a client that announces a file and stalls holds next to nothing, and not for
// long.
const (
	// maxUploadBytes bounds the large requests of all connections together, and
	// maxSourceBytes those of one source. The oldest of all and the oldest of a
	// source do not count, so that there is always one that can be completed.
	maxUploadBytes = 64 << 20
	maxSourceBytes = 24 << 20
	// maxSourceUploads is how many large requests of one source are read at once.
	maxSourceUploads = 4
	// uploadTimeout is how long a large request may take, and how long it may wait
	// for others.
	uploadTimeout = 2 * time.Minute
	// stallTimeout is how long nothing may come of a large request.
	stallTimeout = 15 * time.Second
)

// uploads are the large requests that are being read. The zero value has none.
type uploads struct {
	mu      sync.Mutex
	active  []*upload     // the oldest first
	changed chan struct{} // closed when one ends, if another one waits
}

// upload is the large request of one connection, if it is reading one.
type upload struct {
	all    *uploads
	source netip.Prefix
	ended  <-chan struct{} // the connection is to end
	bytes  int             // of memory
	active bool
	until  time.Time // it is to be complete
}

// newUpload returns the upload of a connection from addr; an IPv4 address and an IPv6 /48
// count as one source. It stops waiting when ended is closed.
func (a *uploads) newUpload(addr netip.Addr, ended <-chan struct{}) *upload {
	return &upload{all: a, source: network.Of(addr, 32, 48), ended: ended}
}

// grow waits until the request may take so many bytes of memory.
func (u *upload) grow(bytes int) error {
	begun := time.Now()
	late := time.NewTimer(uploadTimeout)
	defer late.Stop()
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	for !u.all.admit(u, bytes) {
		if u.all.changed == nil {
			u.all.changed = make(chan struct{})
		}
		changed := u.all.changed
		u.all.mu.Unlock()
		busy := false
		select {
		case <-changed:
		case <-late.C:
			busy = true
		case <-u.ended:
			busy = true
		}
		u.all.mu.Lock()
		if busy {
			return plausch.Errorf(plausch.Unavailable, "The server is busy with other files. Try again in a moment.")
		}
	}
	if u.until.IsZero() {
		u.until = begun.Add(uploadTimeout)
	}
	u.until = u.until.Add(time.Since(begun))
	return nil
}

// admit gives u so many bytes of memory, those that it has among them, if it may
// have them now. The lock is held.
func (a *uploads) admit(u *upload, bytes int) bool {
	var ofSource []*upload
	for _, other := range a.active {
		if other.source == u.source {
			ofSource = append(ofSource, other)
		}
	}
	if !u.active && len(ofSource) >= maxSourceUploads ||
		!fits(a.active, u, bytes, maxUploadBytes) || !fits(ofSource, u, bytes, maxSourceBytes) {
		return false
	}
	if !u.active {
		u.active = true
		a.active = append(a.active, u)
	}
	u.bytes = bytes
	return true
}

// fits reports whether u may have so many bytes beside the others, the oldest first.
func fits(active []*upload, u *upload, bytes, most int) bool {
	if len(active) == 0 || active[0] == u {
		return true
	}
	for _, other := range active[1:] {
		if other != u {
			bytes += other.bytes
		}
	}
	return bytes <= most
}

// deadline is when more has to have come.
func (u *upload) deadline() time.Time {
	stalled := time.Now().Add(stallTimeout)
	if stalled.After(u.until) {
		return u.until
	}
	return stalled
}

// end releases the memory of the request.
func (u *upload) end() {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.all.active = slices.DeleteFunc(u.all.active, func(other *upload) bool { return other == u })
	u.active, u.bytes, u.until = false, 0, time.Time{}
	if u.all.changed != nil {
		close(u.all.changed)
		u.all.changed = nil
	}
}
