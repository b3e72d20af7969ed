package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"plausch"
)

const (
	lockName    = "plausch.lock"
	runningName = "plausch.run"
)

// Running is what a server writes into its data folder when it listens, for those
// who may read that folder: a file needs no port and no password. It is removed
// when the server stops. After a kill it is left, so it counts only while somebody
// holds the lock.
type Running struct {
	PID     int       `json:"pid"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Listen  []string  `json:"listen"`
	Metrics string    `json:"metrics,omitempty"` // HOST:PORT, empty if there are none
}

// Lock makes the data folder this process's own until unlock is called. It makes
// the folder if it is missing.
func Lock(data string) (unlock func() error, err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made; name another with --data: %w", err)
	}
	lock := flock.New(filepath.Join(data, lockName))
	// Not at the first refusal: it may be somebody who only looks (FindRunning).
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	switch ok, err := lock.TryLockContext(ctx, 10*time.Millisecond); {
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("the data folder %s cannot be used; name another with --data: %w", data, err)
	case !ok:
		return nil, fmt.Errorf("another server runs on the data folder %s; stop it, or name another with --data", data)
	}
	// Of a server that was killed.
	if err := os.Remove(filepath.Join(data, runningName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock.Unlock, nil
}

// FindRunning returns what the server that runs on a data folder says of itself,
// or nil if none runs. It changes nothing.
func FindRunning(data string) (*Running, error) {
	path := filepath.Join(data, lockName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // never was one
	}
	text, err := os.ReadFile(filepath.Join(data, runningName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// A shared lock, so that two who look do not take each other for a server.
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if free {
		return nil, lock.Unlock()
	}
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be looked at: %w", data, err)
	}
	running := new(Running)
	if len(text) > 0 {
		err = json.Unmarshal(text, running)
	} // else it has only just begun, or is about to end
	return running, err
}

// sayRunning writes the file of [Running].
func (s *Server) sayRunning(data string) error {
	r := Running{PID: os.Getpid(), Version: plausch.Version, Started: time.Now().UTC().Truncate(time.Second)}
	for _, addr := range s.Addrs() {
		r.Listen = append(r.Listen, addr.String())
	}
	if addr := s.MetricsAddr(); addr != nil {
		r.Metrics = addr.String()
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.running = filepath.Join(data, runningName)
	if err := os.WriteFile(s.running+".tmp", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(s.running+".tmp", s.running)
}

// forgetRunning removes that file.
func (s *Server) forgetRunning() error {
	if err := os.Remove(s.running); s.running != "" && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
