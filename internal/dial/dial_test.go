package dial_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"plausch/internal/dial"
)

// server is a TLS server on the loopback, which a client may call as far as it is
// allowed.
func server(t *testing.T, h http.HandlerFunc) (place string, o dial.Options) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	o.Roots = x509.NewCertPool()
	o.Roots.AddCert(s.Certificate())
	place = s.Listener.Addr().String()
	o.Allow = []string{place}
	return place, o
}

func newClient(t *testing.T, o dial.Options) *dial.Client {
	t.Helper()
	c, err := dial.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, c *dial.Client, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}

// resolver resolves each name to the next of the answers: of several at once, if they
// stand in one string.
func resolver(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	asked := map[uint16]int{}
	srv := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		mu.Lock()
		defer mu.Unlock()
		m := new(dns.Msg).SetReply(q)
		m.RecursionAvailable = true
		kind := q.Question[0].Qtype
		for addr := range strings.FieldsSeq(answers[min(asked[kind], len(answers)-1)]) {
			header := dns.RR_Header{Name: q.Question[0].Name, Class: dns.ClassINET, Rrtype: kind}
			switch ip := net.ParseIP(addr); {
			case ip.To4() != nil && kind == dns.TypeA:
				m.Answer = append(m.Answer, &dns.A{Hdr: header, A: ip})
			case ip.To4() == nil && kind == dns.TypeAAAA:
				m.Answer = append(m.Answer, &dns.AAAA{Hdr: header, AAAA: ip})
			}
		}
		asked[kind]++
		_ = w.WriteMsg(m)
	})}
	served := make(chan error, 1)
	go func() { served <- srv.ActivateAndServe() }()
	t.Cleanup(func() {
		_ = conn.Close()
		<-served
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// dialled notes what is dialled, and lets nothing out.
type dialled struct {
	mu    sync.Mutex
	addrs []string
}

var errNotInTests = errors.New("nothing leaves this test")

func (d *dialled) note(to netip.AddrPort) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addrs = append(d.addrs, to.String())
	return errNotInTests
}

func (d *dialled) sorted() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(slices.Values(d.addrs))
}

// TestAddressesAreCheckedWhenDialled: whatever a name resolves to, only global unicast
// is dialled.
func TestAddressesAreCheckedWhenDialled(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"global":                 {"9.9.9.9", "9.9.9.9:443"},
		"global, both families":  {"9.9.9.9 2606:4700::1111", "9.9.9.9:443 [2606:4700::1111]:443"},
		"loopback":               {"127.0.0.1", ""},
		"IPv6 loopback":          {"::1", ""},
		"private":                {"10.0.0.1 192.168.1.1 172.16.0.1", ""},
		"cloud metadata":         {"169.254.169.254", ""},
		"carrier-grade NAT":      {"100.64.0.1", ""},
		"this host":              {"0.0.0.0 ::", ""},
		"unique local":           {"fd00:ec2::254", ""},
		"link-local":             {"fe80::1", ""},
		"NAT64 of loopback":      {"64:ff9b::7f00:1", ""},
		"local-use NAT64":        {"64:ff9b:1::a00:1", ""},
		"6to4 of loopback":       {"2002:7f00:1::1", ""},
		"Teredo":                 {"2001:0:4136:e378:8000:63bf:3fff:fdd2", ""},
		"one bad among good":     {"127.0.0.1 9.9.9.9 10.0.0.1", "9.9.9.9:443"},
		"compatible to loopback": {"::7f00:1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out dialled
			client := newClient(t, dial.Options{Resolver: resolver(t, c.answer), ToBeDialled: out.note})
			_, err := get(t, client, "https://push.example.org/x")
			if err == nil {
				t.Fatal("the call went out")
			}
			if got := strings.Join(out.sorted(), " "); got != c.want {
				t.Errorf("%q was dialled, want %q (%v)", got, c.want, err)
			}
			if c.want == "" && !errors.Is(err, dial.ErrNotGlobal) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestRebinding: a name that is good the first time and bad the second.
func TestRebinding(t *testing.T) {
	var out dialled
	client := newClient(t, dial.Options{Resolver: resolver(t, "9.9.9.9", "127.0.0.1"), ToBeDialled: out.note})
	if _, err := get(t, client, "https://rebind.example.org/"); !errors.Is(err, errNotInTests) {
		t.Fatalf("the first call: %v", err)
	}
	if _, err := get(t, client, "https://rebind.example.org/"); !errors.Is(err, dial.ErrNotGlobal) {
		t.Errorf("the second call: %v", err)
	}
	if got := out.sorted(); len(got) != 1 || got[0] != "9.9.9.9:443" {
		t.Errorf("%v were dialled", got)
	}
}

// TestAllowedPlaces: what the host allows is called wherever it is, at that port and
// name alone.
func TestAllowedPlaces(t *testing.T) {
	place, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, r.Header.Get("User-Agent"))
	})
	client := newClient(t, o)
	answer, err := get(t, client, "https://"+place+"/x")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusCreated || string(body) != "Plausch" {
		t.Errorf("the answer is %d %q (%v)", answer.StatusCode, body, err)
	}
	o.Allow = []string{"127.0.0.1:1"}
	other := newClient(t, o)
	if _, err := get(t, other, "https://"+place+"/x"); err == nil || !strings.Contains(err.Error(), "does not allow") {
		t.Errorf("a place that is not allowed: %v", err)
	}
	_, port, _ := net.SplitHostPort(place)
	o.Allow, o.Resolver = []string{"ntfy.home.test:" + port}, resolver(t, "127.0.0.1")
	named := newClient(t, o)
	if _, err := get(t, named, "https://ntfy.home.test:"+port+"/"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an allowed name is dialled, and its certificate checked: %v", err)
	}
}

// TestTheProxyOfTheEnvironmentIsNotAsked, since it would resolve by itself. The package
// http reads the environment once, so TestMain has set it.
func TestTheProxyOfTheEnvironmentIsNotAsked(t *testing.T) {
	var out dialled
	client := newClient(t, dial.Options{Resolver: resolver(t, "9.9.9.9"), ToBeDialled: out.note})
	if _, err := get(t, client, "https://push.example.org/"); !errors.Is(err, errNotInTests) {
		t.Errorf("the call: %v", err)
	}
	if got := out.sorted(); len(got) != 1 || got[0] != "9.9.9.9:443" {
		t.Errorf("%v were dialled", got)
	}
}

func TestMain(m *testing.M) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		if err := os.Setenv(name, "http://127.0.0.1:9"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestRedirectsAreAnswers, which nobody follows.
func TestRedirectsAreAnswers(t *testing.T) {
	var followed atomic.Bool
	place, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/secret" {
			followed.Store(true)
		}
		http.Redirect(w, r, "/secret", http.StatusTemporaryRedirect)
	})
	answer, err := get(t, newClient(t, o), "https://"+place+"/")
	if err != nil || answer.StatusCode != http.StatusTemporaryRedirect || followed.Load() {
		t.Errorf("the answer is %+v (%v), followed %v", answer, err, followed.Load())
	}
}

func TestAnswersAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		write func(http.ResponseWriter)
		fails bool
		want  string // of the error
	}{
		"as long as allowed": {func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, dial.MaxAnswer)) }, false, ""},
		"a byte longer":      {func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, dial.MaxAnswer+1)) }, true, "longer than 64 KiB"},
		"without an end": {func(w http.ResponseWriter) {
			for {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, true, "longer than 64 KiB"},
		"a long header": {func(w http.ResponseWriter) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, true, ""},
		"compressed": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(make([]byte, 100))
		}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			place, o := server(t, func(w http.ResponseWriter, _ *http.Request) { c.write(w) })
			o.Timeout = time.Minute
			_, err := get(t, newClient(t, o), "https://"+place+"/")
			if c.fails != (err != nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
		})
	}
}

// TestACallEndsInTime, however slowly the other side does whatever.
func TestACallEndsInTime(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"no end of the body": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		"byte after byte": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(5 * time.Millisecond):
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			place, o := server(t, h)
			o.Timeout = 50 * time.Millisecond
			_, err := get(t, newClient(t, o), "https://"+place+"/")
			var timeout net.Error
			if !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("the error is %v", err)
			}
		})
	}
	t.Run("no TLS", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		client := newClient(t, dial.Options{Allow: []string{l.Addr().String()}, Timeout: 50 * time.Millisecond})
		if _, err := get(t, client, "https://"+l.Addr().String()+"/"); err == nil {
			t.Error("a server that says nothing is an answer")
		}
	})
}

// TestErrorsTellNothing of the address, whose path is often a secret, nor of what is in
// the network of the server.
func TestErrorsTellNothing(t *testing.T) {
	for answer, want := range map[string]string{
		"10.1.2.3": dial.ErrNotGlobal.Error(), "": `there is no host "push.example.org"`,
	} {
		client := newClient(t, dial.Options{Resolver: resolver(t, answer)})
		if _, err := get(t, client, "https://push.example.org/secret?token=secret"); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
