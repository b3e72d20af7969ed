package auth

import (
	"testing"
)

// Secrets come from files, pipes and clipboards, which add line ends and more.
func TestSecretsWithLineEnds(t *testing.T) {
	token, code := NewToken(), NewLinkCode()
	for _, around := range [][2]string{{"", "\n"}, {"", "\r\n"}, {"\ufeff", "\r\n"}, {" ", "\t"}, {"\u00a0", "\n\n"}} {
		if got, err := ParseToken(around[0] + token.Text() + around[1]); err != nil || got != token {
			t.Errorf("a token between %q and %q: %v", around[0], around[1], err)
		}
		if got, ok := ParseLinkCode(around[0] + code.Text() + around[1]); !ok || got != code {
			t.Errorf("a code between %q and %q is refused", around[0], around[1])
		}
	}
	h := NewHasherOf(Cost{Memory: 8, Passes: 1, Threads: 1})
	for _, set := range []string{"mole tractor window", "mole tractor window\r\n"} {
		if err := CheckPassword("anna", set); err != nil {
			t.Errorf("the password %q is refused: %v", set, err)
		}
		hash, err := h.Hash(t.Context(), Source{}, set)
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{"mole tractor window", "mole tractor window\n", "\ufeffmole tractor window\r\n"} {
			if err := h.Verify(t.Context(), Source{}, hash, typed); err != nil {
				t.Errorf("set as %q, %q is refused: %v", set, typed, err)
			}
		}
		if err := h.Verify(t.Context(), Source{}, hash, " mole tractor window"); err == nil {
			t.Error("a space that is part of a password does not count")
		}
	}
}
