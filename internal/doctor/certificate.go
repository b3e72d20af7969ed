package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// soon is when a certificate ought to have been renewed: certmagic does so in the
// last third of its life, Let's Encrypt's last 90 days.
const soon = 14 * 24 * time.Hour

// errNoTLS says that the server answers, but not in TLS.
var errNoTLS = errors.New("no TLS is spoken there")

// certificate checks what the port shows to who asks for the domain, and what is
// kept.
type certificate struct {
	name    string
	address string
	failed  string // see [Subject.CertificateFailed]
	own     bool   // it is in files of the host's
	now     func() time.Time
	shown   func(ctx context.Context, address, name string) (*x509.Certificate, error)
	kept    func(name string) (*x509.Certificate, error) // nil if there is none
}

func (certificate) Name() string { return "certificate" }

func (c certificate) Run(ctx context.Context) []Finding {
	todo := "see the server's log; it renews by itself if the port can be reached from outside"
	switch {
	case c.own:
		todo = "replace the files of tls_cert and tls_key by those of a new certificate; the server reads them by itself"
		if c.failed != "" {
			todo += " (the last try has failed: " + c.failed + ")"
		}
	case c.failed != "":
		todo = "the server tries again by itself, but its last try has failed: " + c.failed
	}
	kept, err := c.kept(c.name)
	if err != nil {
		return one(Unknown, "run plausch doctor as the server's user, or with sudo", "the kept certificates cannot be read: %v", err)
	}
	shown, err := c.shown(ctx, c.address, c.name)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) && kept != nil:
		return c.age(kept, "the kept certificate", todo)
	case errors.Is(err, syscall.ECONNREFUSED):
		return one(Unknown, "start the server", "no certificate is kept for %s, and no server runs that would show one", c.name)
	case errors.Is(err, errNoTLS) && c.failed != "":
		return one(Problem, todo, "the server has no certificate for %s yet", c.name)
	case errors.Is(err, errNoTLS):
		if c.own {
			return one(Problem, "see the server's log, and its settings for TLS", "the server shows no certificate: %v", err)
		}
		return one(Problem, "see the server's log for why it got no certificate, and its settings for TLS", "the server shows no certificate for %s: %v", c.name, err)
	case err != nil:
		return one(Unknown, "", "the server's certificate cannot be seen: %v", err)
	}
	if err := shown.VerifyHostname(c.name); c.name != "" && err != nil {
		return one(Problem, todo, "the certificate is for another name: %v", err)
	}
	findings := c.age(shown, "the certificate", todo)
	if c.own {
		return findings
	}
	if kept != nil && kept.NotAfter.After(shown.NotAfter) {
		findings = append(findings, one(Warning, "restart the server", "a newer certificate is kept than the server shows")...)
	}
	return findings
}

func (c certificate) age(cert *x509.Certificate, what, todo string) []Finding {
	if c.name != "" {
		what += " of " + c.name
	}
	left := cert.NotAfter.Sub(c.now())
	day := cert.NotAfter.UTC().Format(time.DateOnly)
	switch {
	case c.now().Before(cert.NotBefore):
		return one(Problem, "set the clock right", "%s is not valid yet, but from %s on", what, cert.NotBefore.UTC().Format(time.DateTime))
	case left <= 0:
		return one(Problem, todo, "%s ended on %s", what, day)
	case left < soon:
		if c.own {
			return one(Warning, todo, "%s ends on %s", what, day)
		}
		return one(Warning, todo, "%s ends on %s and should have been renewed", what, day)
	}
	return one(OK, "", "%s is valid until %s", what, day)
}

// shownCertificate returns the certificate that a server shows who asks for name.
// Whether it is to be trusted is not judged: a test authority is fine here.
func shownCertificate(ctx context.Context, address, name string) (*x509.Certificate, error) {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: &tls.Config{ServerName: name, InsecureSkipVerify: true}}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil, err
		}
		return nil, errors.Join(errNoTLS, err)
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// keptCertificate returns the longest valid certificate for name in the folders
// below dir, nil if there is none.
func keptCertificate(dir, name string) (best *x509.Certificate, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".crt") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		block, _ := pem.Decode(text) // the first one is the server's own
		if block == nil {
			return nil
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err == nil && cert.VerifyHostname(name) == nil && (best == nil || cert.NotAfter.After(best.NotAfter)) {
			best = cert
		}
		return nil
	})
	return best, err
}
