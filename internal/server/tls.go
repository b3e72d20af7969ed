package server

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"plausch/internal/cert"
	"plausch/internal/config"
	"plausch/internal/front/port"
	"plausch/internal/front/web"
)

// openCertificate finds where the certificate of TLS comes from. The listeners
// are open: a certificate authority comes to one of them.
func (s *Server) openCertificate(cfg *config.Config) (err error) {
	switch folder := cfg.CertificatesPath(); cfg.Certificates() {
	case config.ACMECertificate:
		s.acme, err = s.newACME(cfg, folder)
		s.certificate = s.acme
	case config.OwnCertificate:
		s.certificate, err = cert.NewFiles(cfg.TLSCert, cfg.TLSKey, s.log)
	case config.SelfSigned:
		s.certificate, err = cert.NewSelfSigned(folder, cmp.Or(cfg.Domain, "plausch"))
	default:
		s.warnOfPlaintext(cfg)
	}
	return err
}

func (s *Server) newACME(cfg *config.Config, folder string) (*cert.ACME, error) {
	place, err := s.tlsPlace(cfg)
	if err != nil {
		return nil, err
	}
	o := cert.ACMEOptions{
		Domain: cfg.Domain, Folder: folder, Directory: cfg.ACMECA, Email: cfg.ACMEEmail,
		TLSPort: place.Port, Log: s.log,
	}
	if !place.IP.IsUnspecified() {
		o.Host = place.IP.String()
	}
	if s.httpListener != nil {
		o.HTTPPort = s.httpListener.Addr().(*net.TCPAddr).Port
	}
	if cfg.ACMECARoot != "" {
		roots, err := os.ReadFile(cfg.ACMECARoot)
		if err != nil {
			return nil, fmt.Errorf("acme_ca_root: %w", err)
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(roots) {
			return nil, fmt.Errorf("acme_ca_root: %s has no certificate in PEM form", cfg.ACMECARoot)
		}
	}
	return cert.NewACME(o), nil
}

// tlsPlace returns where TLS is spoken: at port 443, or the first place of the
// one port.
func (s *Server) tlsPlace(cfg *config.Config) (*net.TCPAddr, error) {
	var place *net.TCPAddr
	for _, ln := range s.listeners {
		addr, ok := ln.Addr().(*net.TCPAddr)
		if ok && schemeAt(cfg.Listen, addr) == config.TCP && (place == nil || addr.Port == 443) {
			place = addr
		}
	}
	if place == nil {
		return nil, fmt.Errorf("TLS has no place; add one to --listen that is neither %s:// nor %s://", config.KTN, config.HTL)
	}
	return place, nil
}

// listenHTTP opens the port that browsers come to first, if it is free: the
// rest works without it.
func (s *Server) listenHTTP(cfg *config.Config) {
	if cfg.Domain == "" || cfg.Certificates() == config.NoCertificate || cfg.HTTPListen == config.Off {
		return
	}
	ln, err := net.Listen("tcp", cfg.HTTPListen)
	if err != nil {
		s.log.Info("no plain HTTP, so http:// leads nowhere; certificates need it not", "listen", cfg.HTTPListen, "err", err)
		return
	}
	s.httpListener = ln
}

// warnOfPlaintext tells if nobody is answered at a place where others could come.
func (s *Server) warnOfPlaintext(cfg *config.Config) {
	if cfg.Plaintext != "loopback" || len(cfg.BehindProxy) > 0 {
		return
	}
	for _, ln := range s.listeners {
		if addr, ok := ln.Addr().(*net.TCPAddr); ok && !addr.IP.IsLoopback() {
			s.log.Warn("other machines are not answered without TLS; see --domain, --tls self-signed and --plaintext lan", "listen", addr)
			return
		}
	}
}

// tlsConfig is what the port needs of the certificate, nil without one.
func (s *Server) tlsConfig() *tls.Config {
	if s.certificate == nil {
		return nil
	}
	return s.certificate.Config()
}

// webTLS is what the HTTP side needs to know.
func (s *Server) webTLS(cfg *config.Config) web.TLS {
	t := web.TLS{
		Spoken: s.certificate != nil,
		Strict: cfg.Certificates() == config.ACMECertificate || cfg.Certificates() == config.OwnCertificate,
		Domain: cfg.Domain,
	}
	if s.acme != nil {
		t.Challenge = s.acme.Challenge
	}
	return t
}

// hosts are the names that are answered in plain text.
func hosts(cfg *config.Config) []string {
	names := append([]string{cfg.Domain}, cfg.Hosts...)
	if u, err := url.Parse(cfg.PublicURL); err == nil && u.Host != "" {
		names = append(names, strings.ToLower(u.Hostname()))
	}
	return names
}

// Certificate tells how it is about the certificate of TLS; false if there is
// no TLS.
func (s *Server) Certificate() (cert.Status, bool) {
	if s.certificate == nil {
		return cert.Status{}, false
	}
	return s.certificate.Status(), true
}

// certificatePEM returns the certificate, nil if there is none.
func (s *Server) certificatePEM() []byte {
	status, ok := s.Certificate()
	if !ok || status.DER == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: status.DER})
}

func plaintext(cfg *config.Config) port.Plaintext {
	p, _ := port.ParsePlaintext(cfg.Plaintext) // config lets only these through
	return p
}
