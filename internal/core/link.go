package core

import (
	"crypto/rand"
	"net/netip"
	"strings"
	"sync"
	"time"

	"plausch/internal/store"
)

const (
	// LinkLife is how long the code of a new device is good.
	LinkLife = 5 * time.Minute
	// maxLinks is how many new devices can wait for somebody to link them, and maxLinksOf
	// how many of one network, as a household has it.
	maxLinks   = 1024
	maxLinksOf = 16
	// linkCodeLetters is how many a code has, of linkAlphabet: 40 bits. Nobody guesses one of
	// the few that are good before they have ended: see [Core.recordFailure].
	linkCodeLetters = 8
	linkAlphabet    = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // none is taken for another
)

// Link is a new device that waits for its owner to link it to an account.
type Link struct {
	Code    string
	Program string     // what the device calls itself; not to be trusted
	Remote  netip.Addr // where it is
	Began   time.Time
	Expires time.Time
}

// link is a Link with what makes the device: the hash of the token that it has chosen and
// told nobody.
type link struct {
	Link
	token store.TokenHash
}

// links are the new devices that wait, in memory: a restart forgets them.
type links struct {
	mu  sync.Mutex
	all map[string]*link // by code
}

// expire forgets links that have ended. The lock is held.
func (l *links) expire(now time.Time) {
	for code, one := range l.all {
		if !now.Before(one.Expires) {
			delete(l.all, code)
		}
	}
}

// of returns the link of a token, nil if there is none. The lock is held.
func (l *links) of(token store.TokenHash) *link {
	for _, one := range l.all {
		if one.token == token {
			return one
		}
	}
	return nil
}

// take returns the link of a code that is good at a time. With remove nobody else gets it.
func (l *links) take(code string, now time.Time, remove bool) (link, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	one := l.all[code]
	if one == nil {
		return link{}, false
	}
	if remove {
		delete(l.all, code)
	}
	return *one, true
}

// putBack undoes a take.
func (l *links) putBack(one link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[one.Code] = &one
}

// newLinkCode returns a code such as QX7K-2MPA.
func newLinkCode() string {
	var random [linkCodeLetters]byte
	rand.Read(random[:]) // never fails
	var b strings.Builder
	for i, r := range random {
		if i == linkCodeLetters/2 {
			b.WriteByte('-')
		}
		b.WriteByte(linkAlphabet[int(r)%len(linkAlphabet)])
	}
	return b.String()
}

// parseLinkCode reads a code as people type it, or a link that ends in #CODE.
func parseLinkCode(text string) string {
	text = text[strings.LastIndexByte(text, '#')+1:]
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(text))
	if len(text) != linkCodeLetters {
		return ""
	}
	return text[:linkCodeLetters/2] + "-" + text[linkCodeLetters/2:]
}
