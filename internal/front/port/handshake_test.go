package port

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestHandshakes tries each version, cipher suite and curve that crypto/tls has,
// as a checker from outside does: only those that are meant to be spoken are.
func TestHandshakes(t *testing.T) {
	_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates()}, nil, speakers...)
	try := func(t *testing.T, config *tls.Config, want bool) {
		t.Helper()
		answer, err := saying(t, address, "a", config)
		if spoken := err == nil && strings.HasPrefix(answer, "aaa"); spoken != want {
			t.Errorf("spoken: %v, want %v (the answer is %q, %v)", spoken, want, answer, err)
		}
	}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			try(t, &tls.Config{MinVersion: version, MaxVersion: version}, version >= tls.VersionTLS12)
		})
	}
	spoken := map[string]bool{}
	for _, id := range suites {
		spoken[tls.CipherSuiteName(id)] = true
	}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if !slices.Contains(suite.SupportedVersions, tls.VersionTLS12) {
			continue // those of TLS 1.3 are all good, and cannot be chosen
		}
		t.Run(suite.Name, func(t *testing.T) {
			want := strings.HasPrefix(suite.Name, "TLS_ECDHE_") &&
				(strings.Contains(suite.Name, "_GCM_") || strings.Contains(suite.Name, "_CHACHA20_POLY1305_"))
			if spoken[suite.Name] != want {
				t.Fatalf("on the list: %v, want %v", spoken[suite.Name], want)
			}
			try(t, &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}}, want)
		})
	}
	for curve, want := range map[tls.CurveID]bool{
		tls.X25519MLKEM768: true, tls.X25519: true, tls.CurveP256: true, tls.CurveP384: true, tls.CurveP521: false,
	} {
		t.Run(curve.String(), func(t *testing.T) {
			try(t, &tls.Config{CurvePreferences: []tls.CurveID{curve}}, want)
		})
	}
}

// TestTheBestIsSpoken has somebody who leaves the choice to the server.
func TestTheBestIsSpoken(t *testing.T) {
	_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates()}, nil, speakers...)
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"bbb/1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	state := conn.ConnectionState()
	if state.Version != tls.VersionTLS13 || state.CurveID != tls.X25519MLKEM768 || state.NegotiatedProtocol != "bbb/1" {
		t.Errorf("%s, %v and %q are spoken", tls.VersionName(state.Version), state.CurveID, state.NegotiatedProtocol)
	}
}

// TestNothingIsResumed has a client that would take up where its last connection
// ended: each has keys of its own.
func TestNothingIsResumed(t *testing.T) {
	_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates()}, nil, speakers...)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			config := &tls.Config{
				MinVersion: version, MaxVersion: version, InsecureSkipVerify: true, ServerName: "x",
				ClientSessionCache: tls.NewLRUClientSessionCache(1),
			}
			for range 2 {
				conn := tls.Client(dial(t, address, ""), config)
				if _, err := conn.Write([]byte("a")); err != nil {
					t.Fatal(err)
				}
				if _, err := conn.Read(make([]byte, 1)); err != nil { // tickets come before
					t.Fatal(err)
				}
				if conn.ConnectionState().DidResume {
					t.Error("the connection goes on with the keys of another")
				}
			}
		})
	}
}
