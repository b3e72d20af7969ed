package cert

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3"
)

// LetsEncrypt is the directory of the authority that is asked by default.
const LetsEncrypt = certmagic.LetsEncryptProductionCA

// retryAfter is how long to wait after the first, second and further failures
// to get a first certificate. Let's Encrypt lets five validations an hour fail.
var retryAfter = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// ACMEOptions say how a certificate is got from an authority (RFC 8555).
type ACMEOptions struct {
	Domain string
	Folder string // where accounts, keys and certificates are kept
	// Directory is the authority's; empty means [LetsEncrypt].
	Directory string
	// Roots are trusted for Directory; nil means the system's.
	Roots *x509.CertPool
	Email string // for the authority; may be empty
	// Host and TLSPort are where this server listens for TLS; the authority
	// comes to port 443, which has to lead there. HTTPPort is where it listens
	// for plain HTTP, which port 80 has to lead to; 0 means nowhere.
	Host              string
	TLSPort, HTTPPort int
	// RetryAfter and RenewCheck are for tests; zero means the usual times.
	RetryAfter []time.Duration
	RenewCheck time.Duration
	Log        *slog.Logger
}

// ACME is a certificate that an authority gives for a domain, and renews. While
// there is none, handshakes fail, and it goes on trying.
type ACME struct {
	opts   ACMEOptions
	cache  *certmagic.Cache
	config *certmagic.Config
	issuer *certmagic.ACMEIssuer
	stop   context.CancelFunc
	ended  chan struct{}

	closing sync.Once

	mu       sync.Mutex
	failed   error
	failedAt time.Time
}

// NewACME prepares to get a certificate. Start it when the server listens, and
// Close it.
func NewACME(o ACMEOptions) *ACME {
	if o.RetryAfter == nil {
		o.RetryAfter = retryAfter
	}
	a := &ACME{opts: o}
	log := newZap(o.Log)
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return a.config, nil },
		RenewCheckInterval: o.RenewCheck,
		Logger:             log,
	})
	a.config = certmagic.New(a.cache, certmagic.Config{
		Storage:           &certmagic.FileStorage{Path: o.Folder},
		DefaultServerName: o.Domain, // for clients that name none
		OnEvent:           a.heard,
		Logger:            log,
	})
	a.issuer = certmagic.NewACMEIssuer(a.config, certmagic.ACMEIssuer{
		CA: cmp.Or(o.Directory, LetsEncrypt), TrustedRoots: o.Roots, Email: o.Email, Agreed: true,
		ListenHost: o.Host, AltTLSALPNPort: o.TLSPort, AltHTTPPort: o.HTTPPort,
		DisableHTTPChallenge: o.HTTPPort == 0,
		Logger:               log,
	})
	a.config.Issuers = []certmagic.Issuer{quietIssuer{a.issuer}}
	return a
}

// quietIssuer never asks on the terminal.
type quietIssuer struct{ *certmagic.ACMEIssuer }

// PreCheck implements certmagic.PreChecker.
func (i quietIssuer) PreCheck(ctx context.Context, names []string, _ bool) error {
	return i.ACMEIssuer.PreCheck(ctx, names, false)
}

// Start begins to see to the certificate.
func (a *ACME) Start() {
	ctx, stop := context.WithCancel(context.Background())
	a.stop, a.ended = stop, make(chan struct{})
	go a.run(ctx)
}

// run gets, or finds in the folder, the first certificate. Renewing it is seen
// to by the cache.
func (a *ACME) run(ctx context.Context) {
	defer close(a.ended)
	for tries := 0; ; tries++ {
		err := a.config.ManageSync(ctx, []string{a.opts.Domain})
		if ctx.Err() != nil {
			return
		}
		a.note(err)
		if err == nil {
			a.opts.Log.Info("certificate in use", "domain", a.opts.Domain, "until", a.Status().NotAfter)
			return
		}
		wait := a.opts.RetryAfter[min(tries, len(a.opts.RetryAfter)-1)]
		a.opts.Log.Warn("no certificate yet; TLS works as soon as there is one", "domain", a.opts.Domain,
			"authority", a.issuer.CA, "again_in", wait, "check", a.check(), "err", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// check says what a host looks at if no certificate comes.
func (a *ACME) check() string {
	text := fmt.Sprintf("%s has to lead to this machine, and its port 443 to port %d here", a.opts.Domain, a.opts.TLSPort)
	if a.opts.HTTPPort != 0 {
		text += fmt.Sprintf(" (or its port 80 to port %d)", a.opts.HTTPPort)
	}
	return text
}

// heard takes in what becomes of renewals.
func (a *ACME) heard(_ context.Context, event string, data map[string]any) error {
	if renewal, _ := data["renewal"].(bool); !renewal {
		return nil
	}
	switch event {
	case "cert_obtained":
		a.note(nil)
		a.opts.Log.Info("certificate renewed", "domain", a.opts.Domain)
	case "cert_failed":
		err, _ := data["error"].(error)
		a.note(err)
		a.opts.Log.Warn("certificate not renewed; it is tried again", "domain", a.opts.Domain,
			"good_until", a.Status().NotAfter, "check", a.check(), "err", err)
	}
	return nil
}

func (a *ACME) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed, a.failedAt = err, time.Now()
}

// Config implements Provider.
func (a *ACME) Config() *tls.Config {
	return &tls.Config{GetCertificate: a.config.GetCertificate, NextProtos: []string{acmez.ACMETLS1Protocol}}
}

// Challenge answers the authority if r is its question over plain HTTP, and
// reports whether it has.
func (a *ACME) Challenge(w http.ResponseWriter, r *http.Request) bool {
	return a.issuer.HandleHTTPChallenge(w, r)
}

// Status implements Provider.
func (a *ACME) Status() Status {
	s := Status{Kind: "acme"}
	for _, c := range a.cache.AllMatchingCertificates(a.opts.Domain) {
		// While one is renewed there may be two.
		if c.Leaf != nil && c.Leaf.NotAfter.After(s.NotAfter) {
			s = statusOf("acme", &c.Certificate)
		}
	}
	s.Domain = a.opts.Domain
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.Failed = a.failed; s.Failed != nil {
		s.FailedAt = a.failedAt
	}
	return s
}

// Close ends getting and renewing. Closing twice does nothing.
func (a *ACME) Close() {
	a.closing.Do(func() {
		if a.stop != nil {
			a.stop()
			<-a.ended
		}
		a.cache.Stop()
	})
}
