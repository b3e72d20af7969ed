package main

import (
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/link"
	"plausch/internal/server"
)

func TestLinksLeadToTheServer(t *testing.T) {
	for _, c := range []struct {
		change func(*config.Config)
		said   string
		want   string
	}{
		{func(*config.Config) {}, "", "http://127.0.0.1:7528"},
		{func(*config.Config) {}, "chat.example.org", "https://chat.example.org"},
		{func(*config.Config) {}, "http://10.0.0.1:7528", "http://10.0.0.1:7528"},
		{func(c *config.Config) { c.Domain = "chat.example.org" }, "", "https://chat.example.org"},
		{func(c *config.Config) { c.PublicURL = "https://chat.example.org" }, "", "https://chat.example.org"},
		{func(c *config.Config) { c.Listen = []string{"192.168.1.5:7528"} }, "", ""},
		{func(c *config.Config) { c.Listen, c.Plaintext = []string{"192.168.1.5:7528"}, "lan" }, "", "http://192.168.1.5:7528"},
		{func(c *config.Config) { c.Listen, c.TLS = []string{"192.168.1.5:7528"}, config.TLSSelfSigned }, "", "https://192.168.1.5:7528"},
	} {
		cfg := config.Default(t.TempDir())
		c.change(cfg)
		if got := linkBase(cfg, c.said); got.URL != c.want {
			t.Errorf("links begin with %s, want %s", got.URL, c.want)
		}
	}
}

// What is printed of a server without TLS, such as that of docs/admin.md, leads
// somewhere: each link is opened.
func TestPrintedLinksLeadSomewhere(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string // what is told besides the link
	}{
		{"as it comes", nil, "--tls self-signed"},
		{"all addresses without TLS", []string{"--listen=:0"}, "--tls self-signed"},
		{"another address without TLS", []string{"--listen=[::]:0"}, "own machine only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			startServer(t, append(tt.args, "--data", data)...)
			for _, args := range [][]string{{"claim"}, {"invite"}} {
				o := plauschRun(t, "", append(args, "--data", data)...)
				if text := strings.Join(strings.Fields(o.stdout), " "); o.code != connect.ExitOK || !strings.Contains(text, tt.want) {
					t.Errorf("%q is not in %s%s", tt.want, o.stdout, o.stderr)
				}
				printed := regexp.MustCompile(`\S+#\S+`).FindString(o.stdout)
				resp, err := http.Get(printed)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusServiceUnavailable { // not set up yet
					t.Errorf("%s answers %s", printed, resp.Status)
				}
				for line := range strings.Lines(o.stdout) {
					if len(line) > 81 {
						t.Errorf("a line is wider than 80: %s", line)
					}
				}
			}
		})
	}
}

// Nobody is answered at an address without TLS, so nobody is sent there.
func TestNoLinkToWhereNobodyIsAnswered(t *testing.T) {
	base := server.PublicAddress(&config.Config{TLS: config.Off, Plaintext: "loopback"}, []string{"192.168.1.5:7528"}).Base()
	var out strings.Builder
	if err := printLink(&out, base, link.Claim, "CODE"); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "192.168.1.5") || !strings.Contains(text, "/claim#CODE") || !strings.Contains(text, "--listen :7528") {
		t.Errorf("it says\n%s", text)
	}
}

func TestTalk(t *testing.T) {
	addr := &net.TCPAddr{IP: net.IPv6unspecified, Port: 7528}
	for _, tt := range []struct {
		name   string
		change func(*config.Config)
		want   string
	}{
		{"as it comes", func(*config.Config) {}, "Browse: http://127.0.0.1:7528/\nTalk:   plausch chat tcp://127.0.0.1:7528 --name YOU\n"},
		{"self-signed", func(c *config.Config) { c.TLS = config.TLSSelfSigned },
			"Browse: https://127.0.0.1:7528/, others https://192.168.1.5:7528/\nTalk:   plausch chat tls://127.0.0.1:7528 --name YOU\nOthers: plausch chat tls://192.168.1.5:7528 --name THEM\n"},
		{"a trusted network", func(c *config.Config) { c.Plaintext = "lan" },
			"Browse: http://127.0.0.1:7528/, others http://192.168.1.5:7528/\nTalk:   plausch chat tcp://127.0.0.1:7528 --name YOU\nOthers: plausch chat tcp://192.168.1.5:7528 --name THEM\n"},
		{"a domain", func(c *config.Config) { c.Domain = "chat.example.org" }, "Browse: https://chat.example.org/\nTalk:   plausch chat chat.example.org --name YOU\n"},
		{"a proxy", func(c *config.Config) { c.PublicURL = "https://chat.example.org" }, "Browse: https://chat.example.org/\nTalk:   plausch chat wss://chat.example.org --name YOU\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config.Default(t.TempDir())
			tt.change(cfg)
			reach := server.PublicAddress(cfg, []string{addr.String()})
			reach.Own = func() netip.Addr { return netip.MustParseAddr("192.168.1.5") }
			if got := connectText(cfg, reach, addr); got != tt.want {
				t.Errorf("it says\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// What a router forwards is told to those only who are answered there.
func TestFromOutside(t *testing.T) {
	outside := netip.MustParseAddrPort("203.0.113.7:443")
	for want, change := range map[string]func(*config.Config){
		"nobody from outside is answered":  func(*config.Config) {},
		"chat tcp://203.0.113.7:443 ":      func(c *config.Config) { c.Plaintext = "any" },
		"chat tls://203.0.113.7:443 ":      func(c *config.Config) { c.TLS = config.TLSSelfSigned },
		"chat chat.example.org --name YOU": func(c *config.Config) { c.Domain = "chat.example.org" },
	} {
		cfg := config.Default(t.TempDir())
		change(cfg)
		if got := outsideText(cfg, outside); !strings.Contains(got, want) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
