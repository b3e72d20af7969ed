package client

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Credential is a token for signing in without a password.
type Credential struct {
	Token string `json:"token"`
	Guest bool   `json:"guest,omitzero"`
	// Pending tokens were chosen for a sign-in whose answer has not come: whether
	// the server knows it is not known. The same sign-in is to be repeated with it.
	Pending bool `json:"pending,omitzero"`
}

// NewToken returns a new token to sign in with, as random as one of a server:
// 32 bytes behind the prefix of all tokens.
func NewToken() string {
	var secret [32]byte
	rand.Read(secret[:]) // never fails: crypto/rand ends the process instead
	return "plausch_" + base64.RawURLEncoding.EncodeToString(secret[:])
}

// TokenStore keeps credentials by server and name. A server is named by
// HOST:PORT, and +tls behind it if it is reached over TLS: a token that was
// given out over TLS is never looked up for a connection without. A store is
// safe for concurrent use.
type TokenStore interface {
	// Load returns the credential of name on server, or an empty one.
	Load(server, name string) (Credential, error)
	// Save replaces it.
	Save(server, name string, c Credential) error
	// Swap replaces old, empty for none, by c, empty for none, if old is what is
	// kept, and returns what is kept then. Two processes cannot do so at once.
	Swap(server, name string, old, c Credential) (Credential, error)
	// Delete forgets it; an unknown one is no error.
	Delete(server, name string) error
}

// StateFolder returns the folder in which clients keep tokens, pins and outboxes:
// $XDG_STATE_HOME/plausch, or ~/.local/state/plausch.
func StateFolder() (string, error) {
	// The XDG Base Directory Specification has relative paths ignored.
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "plausch"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("state folder: %w", err)
	}
	return filepath.Join(home, ".local", "state", "plausch"), nil
}

// TokenFile is a [TokenStore] in a file of JSON that only its owner can read.
// It is replaced as a whole, under a lock that all processes respect.
type TokenFile struct{ path string }

// NewTokenFile returns the store in the file at path, which need not exist yet.
func NewTokenFile(path string) *TokenFile { return &TokenFile{path} }

// DefaultTokens returns the store tokens.json in [StateFolder].
func DefaultTokens() (*TokenFile, error) {
	dir, err := StateFolder()
	if err != nil {
		return nil, err
	}
	return NewTokenFile(filepath.Join(dir, "tokens.json")), nil
}

// tokens are credentials by server and name.
type tokens map[string]map[string]Credential

// Load implements TokenStore.
func (f *TokenFile) Load(server, name string) (Credential, error) {
	all, err := f.read()
	return all[server][strings.ToLower(name)], err
}

// Save implements TokenStore.
func (f *TokenFile) Save(server, name string, c Credential) error {
	return f.change(func(all tokens) {
		if all[server] == nil {
			all[server] = make(map[string]Credential)
		}
		all[server][strings.ToLower(name)] = c
	})
}

// Swap implements TokenStore.
func (f *TokenFile) Swap(server, name string, old, c Credential) (kept Credential, err error) {
	name = strings.ToLower(name)
	err = f.change(func(all tokens) {
		if kept = all[server][name]; kept != old {
			return
		}
		kept = c
		if all[server] == nil {
			all[server] = make(map[string]Credential)
		}
		if all[server][name] = c; c == (Credential{}) {
			delete(all[server], name)
		}
	})
	return kept, err
}

// Delete implements TokenStore.
func (f *TokenFile) Delete(server, name string) error {
	return f.change(func(all tokens) {
		delete(all[server], strings.ToLower(name))
		if len(all[server]) == 0 {
			delete(all, server)
		}
	})
}

func (f *TokenFile) read() (tokens, error) {
	all, err := readJSON[tokens](f.path)
	if err != nil {
		return nil, fmt.Errorf("token store %s: %w", f.path, err)
	}
	return all, nil
}

func (f *TokenFile) change(change func(tokens)) error {
	if err := changeJSON(f.path, change); err != nil {
		return fmt.Errorf("token store %s: %w", f.path, err)
	}
	return nil
}
