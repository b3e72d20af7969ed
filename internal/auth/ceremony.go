package auth

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/crypto/chacha20poly1305"

	"plausch"
)

const (
	// ceremonyTime is how long a person may take over a passkey.
	ceremonyTime = 5 * time.Minute
	// maxSpent is how many ceremonies that succeeded are remembered.
	maxSpent = 1 << 16
)

// Ceremonies begins ceremonies and finds them again. Of one that was begun nothing
// is kept: all of it is in its id, which is sealed by a key that the process makes
// and nobody else has. So strangers who begin without an end take no room, and a
// restart ends what was begun. It is safe for concurrent use.
type Ceremonies struct {
	seal cipher.AEAD
	now  func() time.Time

	mu    sync.Mutex
	spent map[[32]byte]bool // challenges of those that succeeded
	order []spent           // the oldest first
}

// spent is a ceremony that succeeded, and is good no more.
type spent struct {
	challenge [32]byte
	at        time.Time
}

// NewCeremonies returns ceremonies by the clock now.
func NewCeremonies(now func() time.Time) *Ceremonies {
	key := make([]byte, chacha20poly1305.KeySize)
	rand.Read(key) // never fails: crypto/rand ends the process instead
	seal, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // the key has the wrong length
	}
	return &Ceremonies{seal: seal, now: now, spent: map[[32]byte]bool{}}
}

// sealed is what an id has.
type sealed struct {
	Session webauthn.SessionData `json:"session"`
	Account plausch.AccountID    `json:"account,omitzero"` // 0: a sign-in
	Origin  string               `json:"origin"`
	End     time.Time            `json:"end"`
}

// id returns the id of a ceremony that begins now, as base64url: less than 1,024
// bytes at usual origins.
func (cs *Ceremonies) id(session *webauthn.SessionData, account plausch.AccountID, origin string) (string, error) {
	text, err := json.Marshal(sealed{*session, account, origin, cs.now().Add(ceremonyTime)})
	if err != nil {
		return "", fmt.Errorf("begin with a passkey: %w", err)
	}
	nonce := make([]byte, cs.seal.NonceSize(), cs.seal.NonceSize()+len(text)+cs.seal.Overhead())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(cs.seal.Seal(nonce, nonce, text, nil)), nil
}

// find returns the ceremony with an id that was begun for account, 0 for a
// sign-in. The error is NotFound.
func (cs *Ceremonies) find(id string, account plausch.AccountID) (*ceremony, error) {
	gone := plausch.Errorf(plausch.NotFound, "this took too long; start again")
	box, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(box) < cs.seal.NonceSize() {
		return nil, gone
	}
	text, err := cs.seal.Open(nil, box[:cs.seal.NonceSize()], box[cs.seal.NonceSize():], nil)
	if err != nil {
		return nil, gone
	}
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read a ceremony: %w", err)
	}
	left := s.End.Sub(cs.now())
	if s.Account != account || left <= 0 || left > ceremonyTime { // more: the clock was set back
		return nil, gone
	}
	c := &ceremony{session: s.Session}
	if c.challenge, err = challengeOf(&s.Session); err != nil {
		return nil, err
	}
	cs.mu.Lock()
	isSpent := cs.spent[c.challenge]
	cs.mu.Unlock()
	if isSpent {
		return nil, gone
	}
	c.party, err = newParty(s.Origin, "")
	return c, err
}

// challengeOf returns the random bytes that tell a ceremony from all others. An id
// would not do, if it had several texts.
func challengeOf(session *webauthn.SessionData) (challenge [32]byte, err error) {
	b, err := base64.RawURLEncoding.DecodeString(session.Challenge)
	if err == nil && len(b) != len(challenge) {
		err = fmt.Errorf("it has %d bytes", len(b))
	}
	if err != nil {
		return challenge, fmt.Errorf("the challenge of a passkey: %w", err)
	}
	return [32]byte(b), nil
}

// spend ends a ceremony that succeeded. The error is NotFound if that was done
// already: of two that end one at the same time, the second fails.
func (cs *Ceremonies) spend(c *ceremony) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.spent[c.challenge] {
		return plausch.Errorf(plausch.NotFound, "this has already been done; start again")
	}
	now, forget := cs.now(), 0
	for forget < len(cs.order) && (now.Sub(cs.order[forget].at) >= ceremonyTime || len(cs.order)-forget >= maxSpent) {
		delete(cs.spent, cs.order[forget].challenge)
		forget++
	}
	cs.order = append(cs.order[forget:], spent{c.challenge, now})
	cs.spent[c.challenge] = true
	return nil
}
