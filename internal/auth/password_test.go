package auth

import (
	"strings"
	"testing"
	"unicode/utf8"

	"plausch"
)

func TestCheckPassword(t *testing.T) {
	for _, tt := range []struct {
		name, password string
		want           plausch.Code // empty if the password is good
	}{
		{"eight characters", "xk29vmqe", ""},
		{"seven characters", "xk29vmq", plausch.Invalid},
		{"nothing", "", plausch.Invalid},
		{"eight characters of several bytes", "üöäßéèêë", ""},
		{"four characters of several bytes", "🦆🦉🦊🐻", plausch.Invalid},
		{"128 characters", strings.Repeat("xü", 64), ""},
		{"129 characters", strings.Repeat("xü", 64) + "y", plausch.TooLarge},
		{"words only", "mole tractor window soup", ""},
		{"digits only", "8305517294", ""},
		{"a common one", "password123", plausch.Invalid},
		{"a common one in capitals", "PassWord123", plausch.Invalid},
		{"a common one in German", "Willkommen1", plausch.Invalid},
		{"one character over and over", "ßßßßßßßßßßßß", plausch.Invalid},
		{"two characters over and over", "xyxyxyxyxyxy", ""},
		{"the name", "annegret.k", plausch.Invalid},
		{"the name in capitals", "Annegret.K", plausch.Invalid},
		{"a tab", "mole\ttractor", plausch.Invalid},
		{"a NUL", "mole\x00tractor", plausch.Invalid},
		{"not UTF-8", "mole\xfftractor", plausch.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckPassword("annegret.k", tt.password)
			if tt.want != "" {
				wantCode(t, err, tt.want)
			} else if err != nil {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestCommonPasswordsAreUseful(t *testing.T) {
	if n := len(commonPasswords); n < 300 {
		t.Errorf("the list has %d passwords, want some hundreds", n)
	}
	for password := range commonPasswords {
		if utf8.RuneCountInString(password) < MinPassword || password != strings.ToLower(password) {
			t.Errorf("%q can never match: it is short or not in lower case", password)
		}
	}
}
