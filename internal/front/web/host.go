package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// Hosts are the names that a server may be asked for by in plain text, besides
// addresses and names that nobody can register. A page elsewhere whose name is
// made to lead to this machine (DNS rebinding) has another name, and is not
// answered. Over TLS the certificate keeps it out.
type Hosts struct{ names atomic.Pointer[[]string] }

// NewHosts returns those of the given names.
func NewHosts(names []string) *Hosts {
	h := new(Hosts)
	h.Set(names)
	return h
}

// Set replaces the names.
func (h *Hosts) Set(names []string) { h.names.Store(&names) }

// Answers reports whether a request for host, with or without a port, is
// answered. Requests without a host come from no browser.
func (h *Hosts) Answers(host string) bool {
	name := hostName(host)
	if name == "" {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if !strings.Contains(name, ".") || slices.ContainsFunc(localSuffixes, func(s string) bool { return strings.HasSuffix(name, s) }) {
		return true
	}
	return slices.ContainsFunc(*h.names.Load(), func(ours string) bool { return ours != "" && strings.EqualFold(ours, name) })
}

// localSuffixes end names that are of this machine or network alone (RFC 6761,
// 6762, 8375), as names without a dot do.
var localSuffixes = []string{".localhost", ".local", ".lan", ".home.arpa", ".internal"}

// hostName returns the name or address in host, in small letters.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	name, _, _ := strings.Cut(strings.Trim(host, "[]"), "%")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// Guard gives next the requests for hosts that are answered, and tells the
// others what to do.
func (h *Hosts) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.Answers(r.Host) {
			refuseHost(w, r.Host)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func refuseHost(w http.ResponseWriter, host string) {
	w.Header().Set("Connection", "close")
	http.Error(w, "This server does not answer in plain text to the name "+cleanName(host)+". Ask for localhost or its address instead; "+
		"or its host can allow the name: plausch serve --hosts "+cleanName(host)+".", http.StatusMisdirectedRequest)
}

// cleanName is the name in host, without characters that no name has.
func cleanName(host string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:", r) {
			return r
		}
		return -1
	}, hostName(host))
}

// logArrival logs, at the level debug, the origin of a request as its proxy reports it,
// so that a host can check the proxy's headers. Paths, and the
// names that others ask for, can hold a secret.
func (s *Server) logArrival(r *http.Request, a arrival) {
	if !connOf(r).Proxied() {
		return
	}
	s.log.Debug("request", slog.String("method", r.Method), slog.String("host", a.host), slog.Bool("encrypted", a.encrypted), slog.Any("remote", a.client))
}
