// Package cert is where the certificates of TLS come from: a certificate
// authority (acme.go), files of the host's (files.go), or this server alone
// (selfsigned.go).
package cert

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"time"
)

// Provider gives certificates to TLS handshakes. It is safe for concurrent use.
type Provider interface {
	// Config returns what a TLS server needs of the source.
	Config() *tls.Config
	// Status tells how it is about the certificate.
	Status() Status
}

// Status is how it is about a certificate.
type Status struct {
	Kind        string // "acme", "files" or "self-signed"
	Domain      string // for acme
	NotAfter    time.Time
	Fingerprint string // see [Fingerprint]; empty while there is no certificate
	DER         []byte // the certificate itself
	// Failed is why the last try to get, renew or reload it has failed, and
	// FailedAt when; nil after a success.
	Failed   error
	FailedAt time.Time
}

// Fingerprint returns the SHA-256 of a certificate in DER, in hexadecimal, by
// which people recognise one that nobody vouches for.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// statusOf fills in what c itself says.
func statusOf(kind string, c *tls.Certificate) Status {
	s := Status{Kind: kind}
	if c != nil && c.Leaf != nil {
		s.NotAfter, s.Fingerprint, s.DER = c.Leaf.NotAfter, Fingerprint(c.Leaf.Raw), c.Leaf.Raw
	}
	return s
}
