package client

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// PinStore keeps the fingerprints of certificates that somebody has confirmed.
// A server, HOST:PORT, that has one must show that certificate, and needs
// nobody to vouch for it. A store is safe for concurrent use.
type PinStore interface {
	// LoadPin returns the fingerprint of server, "" if none is known.
	LoadPin(server string) (string, error)
	// SavePin replaces it; "" forgets it.
	SavePin(server, fingerprint string) error
}

// PinFile is a [PinStore] in a file of JSON.
type PinFile struct{ path string }

// NewPinFile returns the store in the file at path, which need not exist yet.
func NewPinFile(path string) *PinFile { return &PinFile{path} }

// DefaultPins returns the store pins.json in [StateFolder].
func DefaultPins() (*PinFile, error) {
	dir, err := StateFolder()
	if err != nil {
		return nil, err
	}
	return NewPinFile(filepath.Join(dir, "pins.json")), nil
}

// LoadPin implements PinStore.
func (f *PinFile) LoadPin(server string) (string, error) {
	all, err := readJSON[map[string]string](f.path)
	if err != nil {
		return "", fmt.Errorf("known certificates %s: %w", f.path, err)
	}
	return all[server], nil
}

// SavePin implements PinStore.
func (f *PinFile) SavePin(server, fingerprint string) error {
	err := changeJSON(f.path, func(all map[string]string) {
		if all[server] = fingerprint; fingerprint == "" {
			delete(all, server)
		}
	})
	if err != nil {
		return fmt.Errorf("known certificates %s: %w", f.path, err)
	}
	return nil
}

// ParseFingerprint reads the SHA-256 of a certificate in hexadecimal, with
// colons or without, in capitals or not, and returns it as [PinStore] has it.
func ParseFingerprint(s string) (string, error) {
	plain := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
	if b, err := hex.DecodeString(plain); err != nil || len(b) != sha256.Size {
		return "", fmt.Errorf("%q is no fingerprint: the SHA-256 of a certificate has 64 digits from 0 to 9 and a to f", s)
	}
	return plain, nil
}

// CertificateError is the error of a server whose certificate is not trusted: it may be
// another server.
type CertificateError struct {
	Server      string // HOST:PORT
	Fingerprint string // of the certificate that it shows
	// Expected is the fingerprint that it should have; empty if none is known.
	Expected string
	// Err is why nobody vouches for the certificate, if Expected is empty.
	Err error
}

func (e *CertificateError) Error() string {
	if e.Expected != "" {
		return fmt.Sprintf("the certificate of %s is not the one that is known: its SHA-256 is %s, not %s", e.Server, e.Fingerprint, e.Expected)
	}
	return fmt.Sprintf("nobody vouches for the certificate of %s, with the SHA-256 %s: %v", e.Server, e.Fingerprint, e.Err)
}

func (e *CertificateError) Unwrap() error { return e.Err }

// pinCertificate returns config with the certificate of the server verified by the
// fingerprint that o gives or has kept, and only without one by its authorities.
func pinCertificate(config *tls.Config, server string, o DialOptions) (*tls.Config, error) {
	if config.InsecureSkipVerify || o.Fingerprint == "" && o.Pins == nil {
		return config, nil
	}
	expected := o.Fingerprint
	var err error
	if expected == "" {
		expected, err = o.Pins.LoadPin(server)
	} else {
		expected, err = ParseFingerprint(expected)
	}
	if err != nil {
		return nil, err
	}
	config.InsecureSkipVerify = true // what follows does it
	config.VerifyConnection = func(state tls.ConnectionState) error {
		leaf := state.PeerCertificates[0]
		sum := sha256.Sum256(leaf.Raw)
		shown := hex.EncodeToString(sum[:])
		if shown == expected {
			return nil
		}
		err := &CertificateError{Server: server, Fingerprint: shown, Expected: expected}
		if expected == "" {
			if err.Err = verifyChain(state, config); err.Err == nil {
				return nil
			}
		}
		return err
	}
	return config, nil
}

// verifyChain verifies the chain as crypto/tls does by itself without a fingerprint.
func verifyChain(state tls.ConnectionState, config *tls.Config) error {
	o := x509.VerifyOptions{DNSName: config.ServerName, Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
	if config.Time != nil {
		o.CurrentTime = config.Time()
	}
	for _, c := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	if _, err := state.PeerCertificates[0].Verify(o); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return nil
}

// savePin saves the fingerprint that o gave, now that a server has shown it.
func savePin(server string, o DialOptions) error {
	if o.Fingerprint == "" || o.Pins == nil {
		return nil
	}
	expected, err := ParseFingerprint(o.Fingerprint)
	if err != nil {
		return err
	}
	if known, err := o.Pins.LoadPin(server); err != nil || known == expected {
		return err
	}
	return o.Pins.SavePin(server, expected)
}

// certificateError reports whether err is about a certificate.
func certificateError(err error) (*CertificateError, bool) {
	var e *CertificateError
	return e, errors.As(err, &e)
}
