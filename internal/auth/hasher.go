package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/secure/precis"

	"plausch"
)

const (
	// running is how many hashes are computed at the same time. Each takes
	// 64 MiB and several processors.
	running = 2
	// waiting is how many more may wait for their turn.
	waiting = 32
	// retryAfter is what those hear who come on top: about the time in which a
	// small computer works off the queue.
	retryAfter = 10 * time.Second
)

// deriveFunc has the signature of [argon2.IDKey].
type deriveFunc func(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte

// Hasher computes and checks password hashes, a few at a time. It is safe for
// concurrent use.
type Hasher struct {
	derive deriveFunc
	places chan struct{} // holds a token for each hash that waits or runs
	turns  chan struct{} // holds a token for each hash that runs
}

// NewHasher returns a Hasher that computes two hashes at a time and lets 32
// more wait. A process needs one only.
func NewHasher() *Hasher { return newHasher(argon2.IDKey) }

func newHasher(derive deriveFunc) *Hasher {
	return &Hasher{
		derive: derive,
		places: make(chan struct{}, running+waiting),
		turns:  make(chan struct{}, running),
	}
}

// Hash returns the hash of password to be kept, in the PHC string format with a
// new salt. Whether the password is good enough is asked of [CheckPassword].
//
// The error is [plausch.RateLimited] if too many wait, and the context's if it
// ends before the turn comes.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the process instead
	key, err := h.compute(ctx, password, current, salt, keyBytes)
	if err != nil {
		return "", err
	}
	return encodePHC(current, salt, key), nil
}

// Verify returns nil if hash, as [Hasher.Hash] returned it, is of password. If
// the account does not exist or has no password, hash is to be empty: then
// Verify does the same work and takes the same time before it says no, and with
// the same error, so that nobody learns which names exist.
//
// The error is [plausch.SignInFailed] for a wrong password, those of Hash, or
// [plausch.Internal] if hash cannot be read.
func (h *Hasher) Verify(ctx context.Context, hash, password string) error {
	known := hash != ""
	if !known {
		hash = dummyHash
	}
	p, salt, want, err := parsePHC(hash)
	if err != nil {
		return &plausch.Error{Code: plausch.Internal, Message: "the stored password cannot be read", Err: err}
	}
	got, err := h.compute(ctx, password, p, salt, uint32(len(want)))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, want) != 1 || !known {
		return plausch.Errorf(plausch.SignInFailed, "the name or the password is wrong")
	}
	return nil
}

// compute waits for a turn and derives a key of length bytes from password.
func (h *Hasher) compute(ctx context.Context, password string, p params, salt []byte, length uint32) ([]byte, error) {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		return nil, &plausch.Error{
			Code:       plausch.RateLimited,
			Message:    "too many people are signing in at this moment; try again soon",
			RetryAfter: retryAfter,
		}
	}
	// Asked first, since select would toss a coin between a free turn and a
	// context that has ended.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("hashing a password: %w", err)
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
	return h.derive([]byte(normal(password)), salt, p.time, p.memory, p.threads, length), nil
}

// normal returns password as it is hashed: by the OpaqueString profile of
// RFC 8265, so that a letter that two keyboards encode differently is the same
// letter. A password that the profile forbids is never set; to verify one does
// the work all the same.
func normal(password string) string {
	if s, err := precis.OpaqueString.String(password); err == nil {
		return s
	}
	return password
}
