package core_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"plausch"
	"plausch/internal/auth/authtest"
	"plausch/internal/core"
)

const origin = "https://chat.example.org"

// browser is a browser at an origin, with an authenticator.
type browser struct {
	t     *testing.T
	party virtualwebauthn.RelyingParty
	keys  virtualwebauthn.Authenticator
}

func newBrowser(t *testing.T) *browser {
	return &browser{
		t:     t,
		party: virtualwebauthn.RelyingParty{Name: "Garden", ID: "chat.example.org", Origin: origin},
		keys:  virtualwebauthn.NewAuthenticator(),
	}
}

// create answers the options of a registration by a new key of account.
func (b *browser) create(options []byte, account plausch.AccountID) string {
	b.t.Helper()
	// The library wants them as they are handed to navigator.credentials.
	parsed, err := virtualwebauthn.ParseAttestationOptions(fmt.Sprintf(`{"publicKey":%s}`, options))
	if err != nil {
		b.t.Fatal(err)
	}
	b.keys.Options.UserHandle = binary.BigEndian.AppendUint64([]byte("plausch"), uint64(account))
	if parsed.UserID != string(b.keys.Options.UserHandle) {
		b.t.Errorf("the user handle is %q", parsed.UserID)
	}
	key := authtest.NewPasskey()
	answer := virtualwebauthn.CreateAttestationResponse(b.party, b.keys, key, *parsed)
	b.keys.AddCredential(key)
	return answer
}

// sign answers the options of a sign-in by the n-th key.
func (b *browser) sign(options []byte, n int) string {
	b.t.Helper()
	parsed, err := virtualwebauthn.ParseAssertionOptions(fmt.Sprintf(`{"publicKey":%s}`, options))
	if err != nil {
		b.t.Fatal(err)
	}
	b.keys.Credentials[n].Counter++
	return virtualwebauthn.CreateAssertionResponse(b.party, b.keys, b.keys.Credentials[n], *parsed)
}

func TestPasskey(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	alice := f.signIn("alice").Account
	b := newBrowser(t)
	id, options, err := f.BeginPasskey(t.Context(), alice, origin)
	expectCode(t, err, "")
	answer := b.create(options, alice.ID)
	bob := f.guest("bob").Account
	expectCode(t, f.AddPasskey(t.Context(), bob, id, "", []byte(answer)), plausch.NotFound) // not his
	expectCode(t, f.AddPasskey(t.Context(), alice, id, "phone", []byte(answer)), "")
	expectCode(t, f.AddPasskey(t.Context(), alice, id, "again", []byte(answer)), plausch.NotFound)
	keys, err := f.ListPasskeys(t.Context(), alice)
	if err != nil || len(keys) != 1 || keys[0].Name != "phone" {
		t.Fatalf("the passkeys are %+v (%v)", keys, err)
	}

	signIn := func(answer func(options []byte) string) (core.SignedIn, error) {
		t.Helper()
		id, options, err := f.BeginSignInPasskey(t.Context(), origin)
		expectCode(t, err, "")
		return f.SignInPasskey(t.Context(), core.ClientInfo{Program: "a browser"}, id, []byte(answer(options)))
	}
	good := func(options []byte) string { return b.sign(options, 0) }
	in, err := signIn(good)
	expectCode(t, err, "")
	if in.Account != alice || in.Token == "" {
		t.Errorf("the passkey signs in %+v, want alice", in)
	}
	f.connect(in, core.Callbacks{}).Disconnect()

	refused := map[string]func([]byte) string{
		"no answer": func([]byte) string { return "{}" },
		"an answer to another question": func([]byte) string {
			_, options, err := f.BeginSignInPasskey(t.Context(), origin)
			expectCode(t, err, "")
			return b.sign(options, 0)
		},
		"from another origin": func(options []byte) string {
			evil := *b
			evil.party.Origin = "https://evil.example.org"
			return evil.sign(options, 0)
		},
		"by a copy, whose counter is behind": func(options []byte) string {
			was := b.keys.Credentials[0].Counter
			defer func() { b.keys.Credentials[0].Counter = was }()
			b.keys.Credentials[0].Counter = 0
			return b.sign(options, 0)
		},
		"by another key of the same name": func(options []byte) string {
			other := *b
			key := authtest.NewPasskey()
			key.ID = b.keys.Credentials[0].ID
			other.keys.Credentials = []virtualwebauthn.Credential{key}
			return other.sign(options, 0)
		},
		"for another account": func(options []byte) string {
			other := *b
			other.keys.Options.UserHandle = binary.BigEndian.AppendUint64([]byte("plausch"), uint64(bob.ID))
			return other.sign(options, 0)
		},
	}
	for what, answer := range refused {
		if _, err := signIn(answer); plausch.CodeOf(err) != plausch.SignInFailed {
			t.Errorf("%s: %v, want %q", what, err, plausch.SignInFailed)
		}
	}
	id, options, err = f.BeginSignInPasskey(t.Context(), origin)
	expectCode(t, err, "")
	f.clock.move(5 * time.Minute)
	_, err = f.SignInPasskey(t.Context(), core.ClientInfo{}, id, []byte(b.sign(options, 0)))
	expectCode(t, err, plausch.NotFound)

	expectCode(t, f.otherProcess().DeactivateAccount(t.Context(), alice.Name), "")
	_, err = signIn(good)
	expectCode(t, err, plausch.SignInFailed)
	expectCode(t, f.otherProcess().ActivateAccount(t.Context(), alice.Name), "")
	expectCode(t, f.DeletePasskey(t.Context(), bob, keys[0].ID), plausch.NotFound)
	expectCode(t, f.DeletePasskey(t.Context(), alice, keys[0].ID), "")
	_, err = signIn(good)
	expectCode(t, err, plausch.SignInFailed)
}

func TestPasskeysNeedAWebPageAndAnAccountThatLasts(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	_, _, err := f.BeginPasskey(t.Context(), f.signIn("alice").Account, "")
	expectCode(t, err, plausch.Unsupported)
	_, _, err = f.BeginSignInPasskey(t.Context(), "")
	expectCode(t, err, plausch.Unsupported)
	_, _, err = f.BeginPasskey(t.Context(), f.guest("bob").Account, origin)
	expectCode(t, err, plausch.Forbidden)
}

// TestBegunPasskeysEvictNobody begins far more sign-ins than would fit a table, as
// a stranger can: who began before them still gets in, once.
func TestBegunPasskeysEvictNobody(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	alice := f.signIn("alice").Account
	b := newBrowser(t)
	made, options, err := f.BeginPasskey(t.Context(), alice, origin)
	expectCode(t, err, "")
	key := b.create(options, alice.ID)
	id, options, err := f.BeginSignInPasskey(t.Context(), origin)
	expectCode(t, err, "")
	for range 8000 {
		_, _, err := f.BeginSignInPasskey(t.Context(), origin)
		expectCode(t, err, "")
	}
	expectCode(t, f.AddPasskey(t.Context(), alice, made, "phone", []byte(key)), "")
	answer := []byte(b.sign(options, 0))
	changed := []byte(id)
	changed[len(changed)/2] ^= 1
	for what, id := range map[string]string{"changed": string(changed), "of the making": made, "none": "", "cut off": id[:20]} {
		if _, err := f.SignInPasskey(t.Context(), core.ClientInfo{}, id, answer); plausch.CodeOf(err) != plausch.NotFound {
			t.Errorf("an id that is %s: %v", what, err)
		}
	}
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			_, err := f.SignInPasskey(t.Context(), core.ClientInfo{}, id, answer)
			results <- err
		}()
	}
	in := 0
	for range cap(results) {
		if err := <-results; err == nil {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d of %d uses of one sign-in succeeded, want 1", in, cap(results))
	}
	f.clock.move(time.Minute)
	_, err = f.SignInPasskey(t.Context(), core.ClientInfo{}, id, answer)
	expectCode(t, err, plausch.NotFound)

	// A frame before sign-in has room for the id beside an answer.
	if len(id) > 1024 {
		t.Errorf("the id has %d bytes", len(id))
	}
}
