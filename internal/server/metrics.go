package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"plausch"
	"plausch/internal/front/web"
)

// metrics serves Prometheus metrics at /metrics and profiles at /debug/pprof/,
// on a listener of its own that config keeps on the loopback.
type metrics struct {
	ln   net.Listener
	http *http.Server
}

func newMetrics(ln net.Listener, s *Server, hosts *web.Hosts) *metrics {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "plausch", Name: name, Help: help}, value))
	}
	counter := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "plausch", Name: name, Help: help}, value))
	}
	gauge("connections", "Open connections.", func() float64 { return float64(s.port.Stats().Open) })
	gauge("connections_before_sign_in", "Open connections on which nobody has signed in.",
		func() float64 { return float64(s.port.Stats().BeforeSignIn) })
	counter("connections_refused_total", "Connections refused for being too many.",
		func() float64 { return float64(s.port.Stats().Refused) })
	counter("connections_evicted_total", "Connections before sign-in closed to make room for others.",
		func() float64 { return float64(s.port.Stats().Evicted) })
	gauge("sessions", "Sessions that get events.", func() float64 { return float64(s.hub.Stats().Sessions) })
	gauge("accounts_here", "Accounts with a session that gets events.", func() float64 { return float64(s.hub.Stats().Accounts) })
	gauge("rooms_in_use", "Rooms that a session gets events of.", func() float64 { return float64(s.hub.Stats().Rooms) })
	counter("events_total", "Events committed.", func() float64 { return float64(s.core.Stats().Events) })
	counter("commits_total", "Commits of events.", func() float64 { return float64(s.core.Stats().Commits) })
	counter("slow_readers_total", "Sessions cut off for not reading.", func() float64 { return float64(s.sessions.Stats().Cut) })
	counter("pushes_total", "Notifications and posts to webhooks that were taken.", func() float64 { return float64(s.pushes.taken.Load()) })
	counter("pushes_failed_total", "Notifications and posts to webhooks that were not, at one try.", func() float64 { return float64(s.pushes.failed.Load()) })
	gauge("certificate_expires_timestamp_seconds", "When the TLS certificate expires, in Unix time; 0 while there is none.", func() float64 {
		if status, _ := s.Certificate(); !status.NotAfter.IsZero() {
			return float64(status.NotAfter.Unix())
		}
		return 0
	})
	version := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "plausch", Name: "info", Help: "1, with the version as a label.",
		ConstLabels: prometheus.Labels{"version": plausch.Version},
	})
	version.Set(1)
	reg.MustRegister(version)

	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /certificate", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.writeCertificate()) // whoever asked has gone
	})
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return &metrics{ln: ln, http: &http.Server{Handler: hosts.Guard(mux), ReadHeaderTimeout: 10 * time.Second}}
}

func (m *metrics) serve() { _ = m.http.Serve(m.ln) } // ends with close

func (m *metrics) close() error { return m.http.Close() }
