package cert

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Files is a certificate and its key in files of the host's. When they change,
// connections from then on get the new ones; when those cannot be used, the old
// ones are kept.
type Files struct {
	certPath, keyPath string
	log               *slog.Logger

	mu       sync.Mutex
	seen     [2]stamp // of the files, when they were read last
	current  *tls.Certificate
	failed   error
	failedAt time.Time
}

// stamp tells whether a file has changed.
type stamp struct {
	size int64
	time time.Time
}

// NewFiles reads the files.
func NewFiles(certPath, keyPath string, log *slog.Logger) (*Files, error) {
	f := &Files{certPath: certPath, keyPath: keyPath, log: log}
	f.seen = f.stamps()
	var err error
	if f.current, err = f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *Files) read() (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(f.certPath, f.keyPath)
	if err != nil {
		return nil, fmt.Errorf("the certificate %s with the key %s cannot be used; both have to be PEM, and belong together: %w",
			f.certPath, f.keyPath, err)
	}
	return &c, nil
}

func (f *Files) stamps() (now [2]stamp) {
	for i, path := range []string{f.certPath, f.keyPath} {
		if info, err := os.Stat(path); err == nil {
			now[i] = stamp{info.Size(), info.ModTime()}
		}
	}
	return now
}

// Config implements Provider.
func (f *Files) Config() *tls.Config {
	return &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.get(), nil }}
}

// get looks at the files each time: that costs little beside a handshake.
func (f *Files) get() *tls.Certificate {
	now := f.stamps()
	f.mu.Lock()
	defer f.mu.Unlock()
	if now == f.seen {
		return f.current
	}
	f.seen = now
	c, err := f.read()
	if err != nil { // perhaps only one of the files is new yet
		f.failed, f.failedAt = err, time.Now()
		f.log.Warn("changed certificate not used; the old one stays", "err", err)
		return f.current
	}
	f.current, f.failed = c, nil
	f.log.Info("changed certificate in use", "until", c.Leaf.NotAfter)
	return c
}

// Status implements Provider.
func (f *Files) Status() Status {
	current := f.get()
	s := statusOf("files", current)
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.Failed = f.failed; s.Failed != nil {
		s.FailedAt = f.failedAt
	}
	return s
}
