package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plausch"
	"plausch/client"
)

// state is the folder in which clients keep tokens, pins and outboxes between runs.
type state struct {
	folder string // empty if there is none
	unkept error  // why nothing can be kept there; nil if it can
	memory *memory
}

// openState finds the folder and makes it if it is missing.
func openState() state {
	folder, err := client.StateFolder()
	if err != nil {
		err = fmt.Errorf("neither HOME nor XDG_STATE_HOME is set")
	} else {
		err = tryToWrite(folder)
	}
	s := state{folder: folder, unkept: err}
	if err != nil {
		s.memory = newMemory(folder)
	}
	return s
}

// tryToWrite makes a folder if need be, and tries whether it can be written.
func tryToWrite(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	probe, err := os.CreateTemp(folder, ".write-test-*")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}

func (s state) tokens() client.TokenStore {
	if s.memory != nil {
		return s.memory
	}
	return client.NewTokenFile(filepath.Join(s.folder, tokensName))
}

func (s state) pins() client.PinStore {
	if s.memory != nil {
		return s.memory
	}
	return client.NewPinFile(filepath.Join(s.folder, pinsName))
}

// The names of the stores of package client in its state folder.
const (
	tokensName = "tokens.json"
	pinsName   = "pins.json"
)

// StateError returns why nothing that is learned now outlives the process, such as
// sign-ins, certificates and unsent messages; nil if all of it does. Everything
// works without.
func (l *Login) StateError() error { return l.state.unkept }

// signOutTime bounds the end of a sign-in that is not kept.
const signOutTime = time.Second

// Close closes c, a client of the login. A sign-in by password that could not be kept
// is ended on the server first: nobody would use it again.
func (l *Login) Close(c *client.Client) {
	if l.Password != "" && l.state.memory != nil && l.state.memory.hasNew() {
		ctx, cancel := context.WithTimeout(context.Background(), signOutTime)
		defer cancel()
		_ = c.SignOut(ctx) // it ends by itself, later
	}
	_ = c.Close()
}

// Options returns how a client of the login begins. The same name is the same guest
// every time, since its token is kept. Where nothing can be kept, a guest exists only
// while it is connected: otherwise nobody could have its name again.
func (l *Login) Options() client.Options {
	o := client.Options{
		Address: l.Address.String(), Name: l.Name, Password: l.Password, Token: l.Token,
		Dial: client.DialOptions{TLS: l.TLS, Pins: l.state.pins(), Fingerprint: l.Fingerprint, Program: "plausch/" + plausch.Version},
	}
	switch {
	case l.Token != "":
		o.Name = "" // the token alone says who it is
	case l.Password == "" && l.state.memory != nil && !l.state.memory.hasTokens():
		o.Transient = true
	default:
		o.Tokens = l.state.tokens()
	}
	return o
}

// OutboxFile returns the file of the login's unsent messages, or "" if nothing can be
// kept. TCP and WebSocket to the same port share it; a message that was meant for an
// encrypted connection is never sent over another.
func (l *Login) OutboxFile() string { return l.file("outbox", ".jsonl") }

// DraftFile returns the file of what the login's user has begun to write and the server
// does not keep, or "" if nothing can be kept.
func (l *Login) DraftFile() string { return l.file("drafts", ".json") }

// CopyFile returns the file of what the login's user has seen last, to be shown before the
// server answers, or "" if nothing can be kept. KTN servers have no seqs.
func (l *Login) CopyFile() string {
	if l.Address.KTN() {
		return ""
	}
	return l.file("copy", ".json")
}

// file returns the login's file in a folder of the state, or "" if nothing can be kept.
func (l *Login) file(folder, ending string) string {
	if l.state.unkept != nil {
		return ""
	}
	server := strings.ReplaceAll(l.Address.HostPort(), ":", "_") // which not every file system takes
	switch {
	case l.Address.Secure():
		server += "_tls"
	case l.Address.KTN(): // whose names and rooms are others
		server += "_ktn"
	}
	name := l.Name
	if l.Token != "" { // whose account is not known yet
		sum := sha256.Sum256([]byte(l.Token))
		name = "token-" + hex.EncodeToString(sum[:8])
	}
	return filepath.Join(l.state.folder, folder, url.PathEscape(server), name+ending)
}
