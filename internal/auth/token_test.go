package auth

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"plausch"
)

func TestTokenText(t *testing.T) {
	token := NewToken()
	text := token.Text()
	if want := len("plausch_") + 43; len(text) != want || !strings.HasPrefix(text, "plausch_") {
		t.Errorf("the text has %d characters, want %d that begin with plausch_", len(text), want)
	}
	back, err := ParseToken(text)
	if err != nil || back != token {
		t.Errorf("the text does not give the token back: %v", err)
	}
	if other := NewToken(); other == token || other.Hash() == token.Hash() {
		t.Error("two tokens are equal")
	}
}

func TestTokenGolden(t *testing.T) {
	// 0x00 to 0x1f, as base64url.
	const text = "plausch_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	var secret [32]byte
	for i := range secret {
		secret[i] = byte(i)
	}
	token, err := ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	if token.Hash() != sha256.Sum256(secret[:]) {
		t.Error("the hash is not the SHA-256 sum of the secret")
	}
	if token.Text() != text {
		t.Errorf("the text is %s, want %s", token.Text(), text)
	}
}

func TestParseTokenRefuses(t *testing.T) {
	good := NewToken().Text()
	for _, tt := range []struct{ name, text string }{
		{"nothing", ""},
		{"no prefix", strings.TrimPrefix(good, TokenPrefix)},
		{"another prefix", "token_" + strings.TrimPrefix(good, TokenPrefix)},
		{"the prefix in capitals", strings.ToUpper(TokenPrefix) + strings.TrimPrefix(good, TokenPrefix)},
		{"the prefix only", TokenPrefix},
		{"cut off", good[:len(good)-1]},
		{"something behind it", good + "A"},
		{"a line break in it", good[:20] + "\n" + good[21:]},
		{"padding", good + "="},
		{"the other base64", TokenPrefix + strings.Repeat("+", 43)},
		{"bits that belong to no byte", TokenPrefix + strings.Repeat("A", 42) + "B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseToken(tt.text)
			wantCode(t, err, plausch.SignInFailed)
			if len(tt.text) > len(TokenPrefix) && strings.Contains(err.Error(), tt.text) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestTokensPrintNoSecret(t *testing.T) {
	token := NewToken()
	var text, json strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("signed in", "token", token)
	slog.New(slog.NewJSONHandler(&json, nil)).Info("signed in", "token", token)
	bytes := strings.Trim(fmt.Sprint(token.secret[:4]), "[]")
	secret := strings.TrimPrefix(token.Text(), TokenPrefix)
	for _, printed := range []string{
		fmt.Sprint(token), fmt.Sprintf("%+v", token), fmt.Sprintf("%#v", token), text.String(), json.String(),
	} {
		if strings.Contains(printed, secret) || strings.Contains(printed, bytes) {
			t.Errorf("the secret is in %s", printed)
		}
	}
}
