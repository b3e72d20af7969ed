package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// SelfSigned is a certificate that nobody vouches for: who connects first
// compares its fingerprint.
type SelfSigned struct{ certificate tls.Certificate }

const (
	selfSignedFile = "self-signed.pem" // the certificate, and its key
	// selfSignedYears is how long it is good. Clients that know its fingerprint
	// do not ask; a new one would alarm all of them.
	selfSignedYears = 30
)

// NewSelfSigned returns the certificate that is kept in folder, which is made
// if it is missing, as the certificate is. New ones bear the name.
func NewSelfSigned(folder, name string) (*SelfSigned, error) {
	path := filepath.Join(folder, selfSignedFile)
	both, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		both, err = makeSelfSigned(path, name)
	}
	if err != nil {
		return nil, fmt.Errorf("the self-signed certificate: %w", err)
	}
	c, err := tls.X509KeyPair(both, both)
	if err != nil {
		return nil, fmt.Errorf("the self-signed certificate %s cannot be used; if it is removed, a new one is made, "+
			"which everybody has to confirm: %w", path, err)
	}
	return &SelfSigned{c}, nil
}

// makeSelfSigned writes a new certificate to path, whole or not at all.
func makeSelfSigned(path, name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)),
		Subject:               pkix.Name{CommonName: name},
		DNSNames:              []string{name},
		NotBefore:             now.Add(-24 * time.Hour), // for clocks that are slow
		NotAfter:              now.AddDate(selfSignedYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	both := append(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...)
	return both, writeWhole(path, both)
}

// writeWhole writes a file that only its owner can read.
func writeWhole(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Config implements Provider.
func (s *SelfSigned) Config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{s.certificate}}
}

// Status implements Provider.
func (s *SelfSigned) Status() Status { return statusOf("self-signed", &s.certificate) }
