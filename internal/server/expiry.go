package server

import (
	"context"
	"time"

	"plausch/internal/cert"
)

const (
	// expirySoon is how long before its end a certificate of the host's is warned of.
	expirySoon = 14 * 24 * time.Hour
	// expiryEvery is how often.
	expiryEvery = 24 * time.Hour
)

// watchCertificate warns, at once and then daily until ctx ends, of a certificate
// of the host's that has ended or soon will. The others are renewed by themselves,
// which logs when it fails.
func (s *Server) watchCertificate(ctx context.Context) {
	status, ok := s.Certificate()
	if !ok || status.Kind != "files" {
		return
	}
	tick := time.NewTicker(expiryEvery)
	defer tick.Stop()
	for {
		s.warnOfExpiry(status, time.Now())
		select {
		case <-tick.C:
			status, _ = s.Certificate()
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) warnOfExpiry(status cert.Status, now time.Time) {
	const todo = "replace the files of tls_cert and tls_key; they are read again by themselves"
	switch left := status.NotAfter.Sub(now); {
	case left <= 0:
		s.log.Error("the TLS certificate has expired, and clients refuse it", "since", status.NotAfter, "todo", todo)
	case left < expirySoon:
		s.log.Warn("the TLS certificate expires soon", "until", status.NotAfter, "todo", todo)
	}
}
