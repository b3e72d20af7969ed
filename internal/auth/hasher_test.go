package auth

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"plausch"
)

// call is what was asked of the function that does the work.
type call struct {
	params
	salt, key int // in bytes
}

// recorder stands in for argon2: it notes its calls, returns at once, and gives
// a key that depends on the password and the salt.
type recorder struct {
	mu    sync.Mutex
	calls []call
}

func (r *recorder) derive(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call{params{memory, time, threads}, len(salt), int(length)})
	return bytes.Repeat([]byte{byte(len(password)), salt[0]}, int(length))[:length]
}

func wantCode(t *testing.T, err error, code plausch.Code) {
	t.Helper()
	var e *plausch.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("error %v has the code %q, want %q", err, plausch.CodeOf(err), code)
	}
}

func TestHashAndVerify(t *testing.T) {
	h := NewHasher()
	hash, err := h.Hash(t.Context(), Source{}, "Grüße vom See")
	if err != nil {
		t.Fatal(err)
	}
	if want := "$argon2id$v=19$m=65536,t=3,p=4$"; !strings.HasPrefix(hash, want) {
		t.Errorf("the hash is %s…, want %s…", hash[:len(want)], want)
	}
	if err := h.Verify(t.Context(), Source{}, hash, "Grüße vom See"); err != nil {
		t.Errorf("the right password: %v", err)
	}
	// The same letters as a Mac types them: u and e with a combining mark.
	if err := h.Verify(t.Context(), Source{}, hash, "Gru\u0308ße vom See"); err != nil {
		t.Errorf("the right password, decomposed: %v", err)
	}
	wantCode(t, h.Verify(t.Context(), Source{}, hash, "grüße vom see"), plausch.SignInFailed)
}

func TestHashesOfOnePasswordDiffer(t *testing.T) {
	h := newHasher(new(recorder).derive, current)
	first, _ := h.Hash(t.Context(), Source{}, "correct horse")
	second, _ := h.Hash(t.Context(), Source{}, "correct horse")
	if first == second {
		t.Error("two hashes of one password are equal: the salt is not new")
	}
}

// The vectors are those of the tests of the argon2 reference implementation.
func TestVerifyGoldenHashes(t *testing.T) {
	h := NewHasher()
	for _, tt := range []struct{ name, password, hash string }{
		{"reference, 64 MiB", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
		{"reference, 256 KiB", "password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
		{"reference, two threads", "password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
		{"reference, another password", "differentpassword", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := h.Verify(t.Context(), Source{}, tt.hash, tt.password); err != nil {
				t.Errorf("the right password: %v", err)
			}
			wantCode(t, h.Verify(t.Context(), Source{}, tt.hash, tt.password+"x"), plausch.SignInFailed)
		})
	}
}

func TestUnknownNamesCostTheSame(t *testing.T) {
	work := new(recorder)
	h := newHasher(work.derive, current)
	hash, err := h.Hash(t.Context(), Source{}, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	wrong := h.Verify(t.Context(), Source{}, hash, "battery staple")
	unknown := h.Verify(t.Context(), Source{}, "", "battery staple")
	wantCode(t, wrong, plausch.SignInFailed)
	if wrong.Error() != unknown.Error() || plausch.CodeOf(wrong) != plausch.CodeOf(unknown) {
		t.Errorf("a wrong password says %q and an unknown name %q", wrong, unknown)
	}
	if n := len(work.calls); n != 3 {
		t.Fatalf("%d derivations for one hash and two checks, want 3", n)
	}
	if known, dummy := work.calls[1], work.calls[2]; known != dummy {
		t.Errorf("a known name costs %+v and an unknown one %+v", known, dummy)
	}
}

func TestUnknownNamesAreNeverLetIn(t *testing.T) {
	p, salt, key, err := parsePHC(NewHasher().dummy)
	if err != nil || p != current || len(salt) != saltBytes || len(key) != keyBytes {
		t.Fatalf("the dummy hash has %+v, %d and %d bytes (%v), which differs from real ones", p, len(salt), len(key), err)
	}
	// Even for the one who finds a password for the dummy hash.
	h := newHasher(func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte { return key }, current)
	wantCode(t, h.Verify(t.Context(), Source{}, "", "anything"), plausch.SignInFailed)
}

func TestVerifyRefusesUnreadableHashes(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, tt := range []struct{ name, hash string }{
		{"no hash", "secret"},
		{"another algorithm", "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + key},
		{"another version", "$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + key},
		{"no version", "$argon2id$m=65536,t=2,p=1$" + salt + "$" + key},
		{"too much memory", "$argon2id$v=19$m=4194304,t=2,p=1$" + salt + "$" + key},
		{"too many passes", "$argon2id$v=19$m=65536,t=4294967295,p=1$" + salt + "$" + key},
		{"too many threads", "$argon2id$v=19$m=65536,t=2,p=255$" + salt + "$" + key},
		{"threads that do not fit a byte", "$argon2id$v=19$m=65536,t=2,p=257$" + salt + "$" + key},
		{"no passes", "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + key},
		{"less memory than threads need", "$argon2id$v=19$m=8,t=2,p=2$" + salt + "$" + key},
		{"parameters in another order", "$argon2id$v=19$t=2,m=65536,p=1$" + salt + "$" + key},
		{"a parameter more", "$argon2id$v=19$m=65536,t=2,p=1,x=1$" + salt + "$" + key},
		{"a short salt", "$argon2id$v=19$m=65536,t=2,p=1$c29t$" + key},
		{"a short key", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$c29t"},
		{"a huge key", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + strings.Repeat("c29t", 1000)},
		{"padding", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "="},
		{"something behind it", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "$"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			work := new(recorder)
			err := newHasher(work.derive, current).Verify(t.Context(), Source{}, tt.hash, "password")
			wantCode(t, err, plausch.Internal)
			if len(work.calls) != 0 {
				t.Error("work was done for it")
			}
			if strings.Contains(err.Error(), key) || strings.Contains(err.Error(), salt) {
				t.Errorf("the error shows the hash: %v", err)
			}
		})
	}
}

// gate is a derivation that waits until it is let through.
type gate struct {
	mu           sync.Mutex
	inside, most int
	open         chan struct{}
}

func (g *gate) derive(_, _ []byte, _, _ uint32, _ uint8, length uint32) []byte {
	g.mu.Lock()
	g.inside++
	g.most = max(g.most, g.inside)
	g.mu.Unlock()
	<-g.open
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
	return make([]byte, length)
}

func TestTwoHashesAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		h := newHasher(g.derive, current)
		results := make(chan error)
		const people = 100
		for range people {
			go func() {
				_, err := h.Hash(t.Context(), Source{}, "correct horse")
				results <- err
			}()
		}
		synctest.Wait()
		if g.inside != running {
			t.Errorf("%d hashes run, want %d", g.inside, running)
		}
		close(g.open)
		for range people {
			if err := <-results; err != nil {
				t.Errorf("somebody in the queue: %v", err)
			}
		}
		if g.most != running {
			t.Errorf("up to %d hashes ran at once, want %d", g.most, running)
		}
	})
}

func TestWhoGivesUpLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		h := newHasher(g.derive, current)
		const queued = 32
		impatient, giveUp := context.WithCancel(t.Context())
		results := make(chan error, running+queued)
		for i := range running + queued {
			ctx := t.Context()
			if i >= running {
				synctest.Wait() // so that the first ones have the turns
				ctx = impatient
			}
			go func() {
				_, err := h.Hash(ctx, Source{}, "correct horse")
				results <- err
			}()
		}
		synctest.Wait()
		giveUp()
		for range queued {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("somebody who gave up: %v, want %v", err, context.Canceled)
			}
		}
		if _, err := h.Hash(impatient, Source{}, "too late"); !errors.Is(err, context.Canceled) {
			t.Errorf("with a context that has ended: %v, want %v", err, context.Canceled)
		}
		go func() {
			_, err := h.Hash(t.Context(), Source{}, "patient")
			results <- err
		}()
		synctest.Wait()
		close(g.open)
		for range running + 1 {
			if err := <-results; err != nil {
				t.Errorf("somebody who waited: %v", err)
			}
		}
	})
}
