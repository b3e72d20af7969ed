package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/netip"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/secure/precis"

	"plausch"
	"plausch/internal/network"
)

// deriveFunc has the signature of [argon2.IDKey].
type deriveFunc func(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte

// Cost is what a hash costs whoever computes it.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Hasher computes and checks password hashes, a few at a time. It is safe for
// concurrent use.
type Hasher struct {
	derive   deriveFunc
	cost     params
	dummy    string // what is verified where there is no hash: see Verify
	queue    queue
	computed atomic.Uint64
}

// NewHasher returns a Hasher that computes two hashes at a time. A process needs
// one only.
func NewHasher() *Hasher { return newHasher(argon2.IDKey, current) }

// NewHasherOf returns a Hasher whose new hashes cost something else, such as next
// to nothing for tests.
func NewHasherOf(c Cost) *Hasher {
	return newHasher(argon2.IDKey, params{memory: c.Memory, time: c.Passes, threads: c.Threads})
}

// SetCost changes what the hashes of every later [NewHasher] cost, for tests of whole
// servers and commands: see package authtest. Call it before anything else runs. It
// panics in a program that is no test.
func SetCost(c Cost) {
	if !testing.Testing() {
		panic("auth: hashes are made cheap outside of tests")
	}
	current = params{memory: c.Memory, time: c.Passes, threads: c.Threads}
}

func newHasher(derive deriveFunc, cost params) *Hasher {
	// The salt and the key of the dummy are text: no password is known for it.
	dummy := encodePHC(cost, []byte("plausch-no-one-1"), []byte("no password has this as its hash"))
	return &Hasher{derive: derive, cost: cost, dummy: dummy, queue: queue{free: running}}
}

// Computed returns how many hashes were computed since the start.
func (h *Hasher) Computed() uint64 { return h.computed.Load() }

// Hash returns the hash of password to be kept, in the PHC string format with a
// new salt. Whether the password is good enough is asked of [CheckPassword].
//
// It waits for a turn. The error is [plausch.RateLimited] if that takes more than
// a minute or too many wait, and the context's if it ends before the turn comes.
func (h *Hasher) Hash(ctx context.Context, from Source, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the process instead
	key, err := h.compute(ctx, from, password, h.cost, salt, keyBytes)
	if err != nil {
		return "", err
	}
	return encodePHC(h.cost, salt, key), nil
}

// Verify returns nil if hash, as [Hasher.Hash] returned it, is of password. If
// the account does not exist or has no password, hash is to be empty: then
// Verify does the same work and takes the same time before it says no, and with
// the same error, so that nobody learns which names exist.
//
// The error is [plausch.SignInFailed] for a wrong password, those of Hash, or
// [plausch.Internal] if hash cannot be read.
func (h *Hasher) Verify(ctx context.Context, from Source, hash, password string) error {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	p, salt, want, err := parsePHC(hash)
	if err != nil {
		return &plausch.Error{Code: plausch.Internal, Message: "the stored password cannot be read", Err: err}
	}
	got, err := h.compute(ctx, from, password, p, salt, uint32(len(want)))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, want) != 1 || !known {
		return plausch.Errorf(plausch.SignInFailed, "the name or the password is wrong")
	}
	return nil
}

// Know has those who wait for a turn from where addr is be known sources from now
// on, as somebody has signed in from there.
func (h *Hasher) Know(addr netip.Addr) { h.queue.know(network.Household(addr)) }

// compute waits for a turn and derives a key of length bytes from password.
func (h *Hasher) compute(ctx context.Context, from Source, password string, p params, salt []byte, length uint32) ([]byte, error) {
	if err := h.queue.take(ctx, from); err != nil {
		return nil, err
	}
	defer h.queue.give()
	h.computed.Add(1)
	return h.derive([]byte(normal(password)), salt, p.time, p.memory, p.threads, length), nil
}

// normal returns password as it is hashed: by the OpaqueString profile of
// RFC 8265, so that a letter that two keyboards encode differently is the same
// letter. A password that the profile forbids is never set; to verify one does
// the work all the same.
func normal(password string) string {
	if s, err := precis.OpaqueString.String(TrimPassword(password)); err == nil {
		return s
	}
	return password
}
