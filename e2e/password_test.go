package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

// TestPasswordsAreHashedAtFullCost by commands and by the server: what makes hashes
// cheap in other tests must never do so in the program.
func TestPasswordsAreHashedAtFullCost(t *testing.T) {
	s := startServer(t)
	old := addAccount(t, s, "anna")
	st, err := sqlite.Open(t.Context(), filepath.Join(s.data, "plausch.db"), sqlite.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	check := func(by string) string {
		_, hash, err := st.PasswordHash(t.Context(), "anna")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=3,p=4$") {
			t.Errorf("by %s the hash is %q", by, hash)
		}
		return hash
	}
	before := check("user add")
	anna := dialWire(t, s.address, protocol.Format{Codec: protocol.JSON}).hello()
	anna.must(protocol.MethodSignIn, &protocol.SignIn{Name: "anna", Password: old}, &protocol.SignedIn{})
	anna.must(protocol.MethodPasswordChange, &protocol.PasswordChange{Old: old, Password: "seven green herons wade"}, &protocol.Empty{})
	if check("password.change") == before {
		t.Error("the password is not changed")
	}
}
