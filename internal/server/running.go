package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"plausch"
	"plausch/internal/config"
	"plausch/internal/link"
)

const (
	// LockName is the file in the data folder that a server keeps locked.
	LockName    = "plausch.lock"
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
	Listen  []string  `json:"listen"` // HOST:PORT, with ktn:// or htl:// before it at ports of theirs
	Domain  string    `json:"domain,omitempty"`
	TLS     bool      `json:"tls,omitempty"`
	Links   link.Base `json:"links"`             // where links begin
	Metrics string    `json:"metrics,omitempty"` // HOST:PORT, empty if there are none
	Damage  string    `json:"damage,omitempty"`  // what is wrong with the database
}

// Lock makes the data folder this process's own until unlock is called. It makes
// the folder if it is missing.
func Lock(data string) (unlock func() error, err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made; name another with --data: %w", err)
	}
	lock := flock.New(filepath.Join(data, LockName))
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
	path := filepath.Join(data, LockName)
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

// writeRunning writes the file of [Running].
func (s *Server) writeRunning(cfg *config.Config) error {
	r := Running{
		PID: os.Getpid(), Version: plausch.Version, Started: time.Now().UTC().Truncate(time.Second),
		Listen: s.ListenAddresses(), Domain: cfg.Domain, TLS: s.certificate != nil, Links: PublicAddress(cfg, s.ListenAddresses()).Base(),
	}
	if addr := s.MetricsAddr(); addr != nil {
		r.Metrics = addr.String()
	}
	s.running = filepath.Join(cfg.Data, runningName)
	return r.write(s.running)
}

func (r *Running) write(path string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// updateRunning changes what the file says.
func (s *Server) updateRunning(change func(*Running)) error {
	text, err := os.ReadFile(s.running)
	if err != nil {
		return err
	}
	var r Running
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	change(&r)
	return r.write(s.running)
}

// forgetRunning removes that file.
func (s *Server) forgetRunning() error {
	if err := os.Remove(s.running); s.running != "" && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Certificate is what a server tells about its certificate, beside the metrics:
// GET /certificate. It is empty without TLS.
type Certificate struct {
	Kind        string    `json:"kind,omitempty"` // see [cert.Status]
	NotAfter    time.Time `json:"not_after,omitzero"`
	Fingerprint string    `json:"fingerprint,omitempty"` // empty while there is none
	Failed      string    `json:"failed,omitempty"`      // why the last try to get or renew it did
	FailedAt    time.Time `json:"failed_at,omitzero"`
}

func (s *Server) writeCertificate() Certificate {
	status, _ := s.Certificate()
	c := Certificate{Kind: status.Kind, NotAfter: status.NotAfter, Fingerprint: status.Fingerprint}
	if status.Failed != nil {
		c.Failed, c.FailedAt = status.Failed.Error(), status.FailedAt.UTC().Truncate(time.Second)
	}
	return c
}

// Certificate asks the server about its certificate; it needs the metrics.
func (r *Running) Certificate(ctx context.Context) (c Certificate, err error) {
	if r.Metrics == "" {
		return c, errors.New("the server has no metrics (--metrics-listen)")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.Metrics+"/certificate", nil)
	if err != nil {
		return c, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return c, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return c, fmt.Errorf("the server says %s", resp.Status)
	}
	return c, json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&c)
}
