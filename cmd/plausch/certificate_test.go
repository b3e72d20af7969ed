package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plausch/internal/connect"
)

// openTLSServer starts a server with a certificate that nobody vouches for, and
// has clients of this test find it by TLS.
func openTLSServer(t *testing.T, data string) (p *process, fingerprint string) {
	t.Helper()
	clearClientEnv(t)
	p = startServer(t, "--data", data, "--open", "--tls=self-signed")
	t.Setenv(connect.ServerEnv, "tls://"+p.addr)
	found := regexp.MustCompile(`\(SHA-256\):  ([0-9a-f]{64})\n`).FindStringSubmatch(p.greet)
	if found == nil {
		t.Fatalf("there is no fingerprint in the greeting:\n%s", p.greet)
	}
	return p, found[1]
}

func TestUnknownCertificateIsRefused(t *testing.T) {
	p, fingerprint := openTLSServer(t, t.TempDir())
	for _, scheme := range []string{"tls://", "wss://"} {
		t.Setenv(connect.ServerEnv, scheme+p.addr)
		plauschRun(t, "", "send", "secret").want(t, connect.ExitOffline, fingerprint, "--fingerprint", "plausch chat")
		plauschRun(t, "", "tail", "public").want(t, connect.ExitOffline, fingerprint, "--fingerprint", "plausch chat")
	}
	wrong := strings.Repeat("0", 64)
	plauschRun(t, "", "send", "--fingerprint", wrong, "secret").want(t, connect.ExitOffline, "HAS CHANGED", fingerprint, wrong)
	plauschRun(t, "", "send", "hi").want(t, connect.ExitOffline) // the wrong one is not kept

	// Given once, in a form that other programs print, it is known.
	capitals := strings.ToUpper(regexp.MustCompile(`..`).ReplaceAllString(fingerprint, "$0:"))
	plauschRun(t, "", "send", "--fingerprint", strings.TrimSuffix(capitals, ":"), "hi").want(t, connect.ExitOK)
	plauschRun(t, "", "tail", "public").want(t, connect.ExitOK, "tester: hi")
	t.Setenv(connect.ServerEnv, "tls://"+p.addr) // another way to the same port
	plauschRun(t, "", "send", "hi").want(t, connect.ExitOK)

	plauschRun(t, "", "send", "--fingerprint=none", "hi").want(t, connect.ExitOffline, "nobody vouches")
}

func TestChangedCertificateIsRefused(t *testing.T) {
	data := t.TempDir()
	p, first := openTLSServer(t, data)
	plauschRun(t, "", "send", "--fingerprint", first, "hi").want(t, connect.ExitOK)
	state := os.Getenv("XDG_STATE_HOME")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()

	// The same folder has the same certificate.
	again := startServer(t, "--data", data, "--open", "--tls=self-signed", "--listen="+p.addr)
	if !strings.Contains(again.greet, first) {
		t.Errorf("after a restart the greeting is\n%s\nwant the certificate %s", again.greet, first)
	}
	plauschRun(t, "", "send", "hi").want(t, connect.ExitOK)
	_ = again.cmd.Process.Kill()
	_ = again.cmd.Wait()

	if err := os.Remove(filepath.Join(data, "certs", "self-signed.pem")); err != nil {
		t.Fatal(err)
	}
	other := startServer(t, "--data", data, "--open", "--tls=self-signed", "--listen="+p.addr)
	second := regexp.MustCompile(`[0-9a-f]{64}`).FindString(other.greet)
	for _, command := range [][]string{{"send", "secret"}, {"tail", "public"}, {"chat"}} {
		plauschRun(t, "", command...).want(t, connect.ExitOffline, "HAS CHANGED", first, second, "--fingerprint")
	}
	plauschRun(t, "", "tail", "public", "--fingerprint", second).want(t, connect.ExitOK, "tester: hi")
	plauschRun(t, "", "tail", "public").want(t, connect.ExitOK, "tester: hi")
	if content, err := os.ReadFile(filepath.Join(state, "plausch", "pins.json")); err != nil || strings.Contains(string(content), first) {
		t.Errorf("known are %s, %v", content, err)
	}
}

func TestFingerprintFlag(t *testing.T) {
	clearClientEnv(t)
	plauschRun(t, "", "send", "--server=tls://h", "--fingerprint=12", "x").want(t, connect.ExitUsage, "--fingerprint", "64 digits")
	plauschRun(t, "", "send", "--server=tcp://h", "--fingerprint=none", "x").want(t, connect.ExitUsage, "not encrypted")
}

func TestDomainArgument(t *testing.T) {
	plauschRun(t, "", "serve", "one.example.org", "--domain=two.example.org").want(t, connect.ExitUsage, "two domains")
	plauschRun(t, "", "serve", "https://one.example.org").want(t, connect.ExitUsage, "no domain", "without https://")
	plauschRun(t, "", "serve", "192.0.2.1").want(t, connect.ExitUsage, "address", "--tls self-signed")
}

// TestPlainTextIsRefused has a client come from elsewhere, as a proxy tells the
// server, without TLS: it is told at once what to do.
func TestPlainTextIsRefused(t *testing.T) {
	clearClientEnv(t)
	p := startServer(t, "--data", t.TempDir(), "--open", "--behind-proxy=127.0.0.1")
	proxy := startProxy(t, p.addr, "198.51.100.7")
	plauschRun(t, "", "send", "--server=tcp://"+proxy, "secret").want(t, connect.ExitSignIn, "connect over TLS", "tls://")
	plauschRun(t, "", "send", "--server=ws://"+proxy, "--timeout=1s", "secret").want(t, connect.ExitOffline, "does not answer here without TLS", "https://")
	plauschRun(t, "", "send", "--server=tcp://"+p.addr, "hello").want(t, connect.ExitOK)
}

// startProxy passes connections on to addr, and says that they are of client.
func startProxy(t *testing.T, addr, client string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", addr)
			if err != nil {
				_ = in.Close()
				continue
			}
			_, _ = fmt.Fprintf(out, "PROXY TCP4 %s 127.0.0.1 4711 7528\r\n", client)
			go func() {
				_, _ = io.Copy(out, in)
				_ = out.Close()
			}()
			go func() {
				_, _ = io.Copy(in, out)
				_ = in.Close()
			}()
		}
	}()
	return ln.Addr().String()
}
