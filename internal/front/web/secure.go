package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// TLS describes the port's TLS to the HTTP front.
type TLS struct {
	// Spoken is whether the port speaks TLS.
	Spoken bool
	// Strict asks browsers to come over TLS only from now on. With a certificate
	// that they do not trust that would lock people out.
	Strict bool
	// Domain is the name that people come by; empty means any.
	Domain string
	// Challenge answers a certificate authority, which asks over plain HTTP, and
	// reports whether it has. Nil means that none asks.
	Challenge func(http.ResponseWriter, *http.Request) bool
}

// strictTransport is for a year (RFC 6797); other services of the domain are none of
// our business.
const strictTransport = "max-age=31536000"

// checkTransport refuses requests that may not come in plain text, and passes the others
// to next.
func (s *Server) checkTransport(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 {
			// Of a body that no handler reads, the HTTP server reads the rest, without
			// an end. Handlers that read one set deadlines of their own.
			_ = control.SetReadDeadline(time.Now().Add(bodyDeadline))
		}
		// Handlers that write for long set deadlines of their own.
		_ = control.SetWriteDeadline(time.Now().Add(answerDeadline))
		switch {
		case (&conn{Conn: connOf(r)}).isOverdue(): // requests that came together are read already
			w.Header().Set("Connection", "close")
		case len(r.TransferEncoding) > 0:
			// It may have had a Content-Length, too, which net/http has dropped: then a
			// proxy could see another request behind it than we do (RFC 9112, section 6.1).
			w.Header().Set("Connection", "close")
		}
		a := arrivalOf(r)
		s.logArrival(r, a)
		switch {
		case !a.encrypted && s.tls.Challenge != nil && s.tls.Challenge(w, r):
		case !a.answered:
			s.refusePlain(w, r, a)
		case !a.encrypted && !s.hosts.Answers(a.host):
			refuseHost(w, a.host)
		default:
			if a.encrypted && s.tls.Strict {
				w.Header().Set("Strict-Transport-Security", strictTransport)
			}
			next.ServeHTTP(w, r)
		}
	})
}

// refusePlain redirects readers of a page to its encrypted address. Data that was
// sent already, such as a password, must not be sent again by itself.
func (s *Server) refusePlain(w http.ResponseWriter, r *http.Request, a arrival) {
	w.Header().Set("Connection", "close")
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch where, ok := s.encryptedHost(a.host); {
	case !s.tls.Spoken && !connOf(r).Proxied():
		http.Error(w, "This chat has no TLS, and answers plain HTTP on its own machine only. "+
			"Its host can change that: plausch serve --help, at --domain, --tls and --plaintext.", http.StatusForbidden)
	case reads && ok && r.Header.Get("Upgrade") == "":
		target := url.URL{Scheme: "https", Host: where, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, target.String(), http.StatusPermanentRedirect)
	default:
		http.Error(w, fmt.Sprintf("Come over TLS, at https://%s or wss://%s/ws.", where, where), http.StatusForbidden)
	}
}

// encryptedHost is where, instead of host, a page is read over TLS: at the same
// port, which is the one port, unless it is the usual one of HTTP. It returns
// false if host is none.
func (s *Server) encryptedHost(host string) (string, bool) {
	name, number, err := net.SplitHostPort(host)
	if err != nil {
		name, number = strings.Trim(host, "[]"), ""
	}
	if s.tls.Domain != "" && !strings.EqualFold(name, s.tls.Domain) {
		name, number = s.tls.Domain, ""
	}
	if name == "" || strings.ContainsAny(name, "/\\@?# ") {
		return "this server", false
	}
	if number == "" || number == "80" || number == "443" {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		return name, true
	}
	return net.JoinHostPort(name, number), true
}
