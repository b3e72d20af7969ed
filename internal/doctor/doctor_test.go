package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch/internal/service"
	"plausch/internal/store/sqlite"
)

var noon = time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)

// look makes the check of a folder that is as good as can be, but for change.
func look(change func(*Folder)) data {
	return data{"/chat", 512 << 20, func(string) (Folder, error) {
		f := Folder{Mode: fs.ModeDir | 0o700, Owner: 7, Me: 7, Free: 5 << 30, FreeKnown: true, Kind: "ext4"}
		change(&f)
		return f, nil
	}}
}

func lookFails(err error) data {
	return data{"/chat", 512 << 20, func(string) (Folder, error) { return Folder{}, err }}
}

func syncTakes(d time.Duration, err error) disk {
	return disk{"/chat", func(string) (time.Duration, error) { return d, err }}
}

func databaseIs(h sqlite.Health, err error) database {
	return database{"/chat/plausch.db", func(context.Context, string) (sqlite.Health, error) { return h, err }}
}

func namesAre(all ...sqlite.Named) namesCheck {
	return namesCheck{"/chat/plausch.db", func(context.Context, string) ([]sqlite.Named, error) { return all, nil }}
}

func clockIs(now time.Time, theirs time.Time, err error) clock {
	return clock{"https://time.example", func() time.Time { return now }, func(context.Context, string) (time.Time, error) { return theirs, err }}
}

func portIs(who Listener, err error) port {
	return port{[]string{":7528"}, func(context.Context, string) (Listener, error) { return who, err }, false}
}

func addressesAre(a Addresses, err error) func(context.Context) (Addresses, error) {
	return func(context.Context) (Addresses, error) { return a, err }
}

// domainIs makes the check of a name with the given addresses, on a machine with
// a private address, a public IPv6 one, and a router.
func domainIs(router string, err error, records ...string) domain {
	here := Addresses{Own: addrs("192.168.1.5", "2a01:4f8::5")}
	if router != "" {
		here.Router = netip.MustParseAddr(router)
	}
	return domain{"chat.example", func(context.Context, string) ([]netip.Addr, error) { return addrs(records...), err }, addressesAre(here, nil)}
}

func addrs(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

func outsideIs(router string, own ...string) outside {
	a := Addresses{Own: addrs(own...), NoTell: errors.New("no answer")}
	if router != "" {
		a.Router = netip.MustParseAddr(router)
	}
	return outside{addressesAre(a, nil)}
}

func cert(name string, from, until time.Duration) *x509.Certificate {
	return &x509.Certificate{DNSNames: []string{name}, NotBefore: noon.Add(from), NotAfter: noon.Add(until)}
}

func certificateIs(shown *x509.Certificate, shownErr error, kept *x509.Certificate) certificate {
	return certificate{"chat.example", "127.0.0.1:7528", "", false, func() time.Time { return noon },
		func(context.Context, string, string) (*x509.Certificate, error) { return shown, shownErr },
		func(string) (*x509.Certificate, error) { return kept, nil }}
}

// certificateFails is certificateIs where the server says why it cannot get one.
func certificateFails(shown *x509.Certificate, shownErr error) certificate {
	c := certificateIs(shown, shownErr, nil)
	c.failed = "the authority cannot come here"
	return c
}

// ownCertificateIs is certificateIs where it is in files of the host's.
func ownCertificateIs(shown *x509.Certificate, name string) certificate {
	c := certificateIs(shown, nil, nil)
	c.own, c.name = true, name
	return c
}

// portAt makes the check of places for people who come by a domain.
func portAt(places ...string) port {
	return port{places, func(context.Context, string) (Listener, error) { return Us, nil }, true}
}

func probeSays(ok bool, reason string, err error) probe {
	return probe{"https://helper.example/probe", "chat.example", "443", func(context.Context, string) (bool, string, error) { return ok, reason, err }}
}

func unitIs(s service.Status, err error) unit {
	return unit{func(context.Context) (service.Status, error) { return s, err }}
}

func TestChecks(t *testing.T) {
	const day = 24 * time.Hour
	good := service.Status{Installed: true, Ours: true, Current: true, Known: true, Enabled: "enabled", Active: "active"}
	change := func(f func(*service.Status)) service.Status { s := good; f(&s); return s }
	notFound := &net.DNSError{IsNotFound: true}
	for _, tt := range []struct {
		name  string
		check Check
		want  State // the worst
		part  string
	}{
		{"settings", settings{nil, "/chat/plausch.toml"}, OK, "is valid"},
		{"no settings", settings{nil, ""}, OK, "no settings file"},
		{"wrong settings", settings{errors.New("opne: there is no such setting"), ""}, Problem, "opne"},

		{"data", look(func(*Folder) {}), OK, "5.0 GiB"},
		{"data missing", lookFails(fs.ErrNotExist), Warning, "does not exist"},
		{"data hidden", lookFails(fs.ErrPermission), Unknown, "sudo"},
		{"data broken", lookFails(syscall.EIO), Problem, "input/output"},
		{"data is a file", look(func(f *Folder) { f.Mode = 0o600 }), Problem, "no folder"},
		{"data open to others", look(func(f *Folder) { f.Mode |= 0o050 }), Warning, "chmod 700"},
		{"data of another user", look(func(f *Folder) { f.Owner = 8 }), Warning, "user 8"},
		{"root looks", look(func(f *Folder) { f.Me = 0 }), OK, "alone"},
		{"little space", look(func(f *Folder) { f.Free = 500 << 20 }), Warning, "500 MiB"},
		{"no space", look(func(f *Folder) { f.Free = 100 << 20 }), Problem, "100 MiB"},
		{"network disk", look(func(f *Folder) { f.Kind, f.Remote = "NFS", true }), Warning, "NFS"},
		{"memory disk", look(func(f *Folder) { f.Kind, f.Passing = "tmpfs", true }), Warning, "lost"},
		{"unknown disk", look(func(f *Folder) { f.Kind = "" }), Unknown, "file system"},

		{"disk", syncTakes(3*time.Millisecond, nil), OK, "3ms"},
		{"slow disk", syncTakes(300*time.Millisecond, nil), Warning, "300ms"},
		{"disk not to be written", syncTakes(0, fs.ErrPermission), Unknown, "sudo"},
		{"broken disk", syncTakes(0, syscall.EIO), Problem, "input/output"},

		{"database", databaseIs(sqlite.Health{Version: 3, Newest: 3}, nil), OK, "version 3"},
		{"names", namesAre(sqlite.Named{ID: 1, Name: "public", Room: true}, sqlite.Named{ID: 1, Name: "anna"}), OK, "told from ids"},
		{"a room called like an id", namesAre(sqlite.Named{ID: 7, Name: "12", Room: true}), Warning, `room "12" is id:7`},
		{"an account called like an option", namesAre(sqlite.Named{ID: 8, Name: "-rf"}), Warning, `account "-rf" is @id:8`},
		{"older database", databaseIs(sqlite.Health{Version: 2, Newest: 3}, nil), Warning, "makes version 3"},
		{"damaged database", databaseIs(sqlite.Health{Version: 3, Newest: 3, Damage: []string{"row 7 missing"}}, nil), Problem, "row 7"},
		{"unreadable database", databaseIs(sqlite.Health{}, errors.New("file is not a database")), Problem, "restore"},
		{"no database", databaseIs(sqlite.Health{}, fs.ErrNotExist), Warning, "no database yet"},
		{"hidden database", databaseIs(sqlite.Health{}, fs.ErrPermission), Unknown, "sudo"},

		{"clock", clockIs(noon, noon.Add(2*time.Second), nil), OK, "agrees"},
		{"clock not compared", clock{"", func() time.Time { return noon }, nil}, OK, "--time-url"},
		{"clock cannot be compared", clockIs(noon, noon, errors.New("offline")), Unknown, "offline"},
		{"clock a little off", clockIs(noon, noon.Add(20*time.Second), nil), Warning, "-20s"},
		{"clock off", clockIs(noon, noon.Add(-time.Hour), nil), Problem, "1h0m0s"},
		{"clock of 1970", clockIs(time.Unix(0, 0), noon, nil), Problem, "1970"},

		{"port", portIs(Us, nil), OK, "answers"},
		{"free port", portIs(Nobody, nil), Warning, "nobody"},
		{"taken port", portIs(Stranger, nil), Problem, "another program"},
		{"port not known", portIs(Nobody, errors.New("timeout")), Unknown, "timeout"},

		{"domain of the router", domainIs("11.22.33.7", nil, "11.22.33.7"), OK, "router's"},
		{"domain with IPv6", domainIs("11.22.33.7", nil, "11.22.33.7", "2a01:4f8::5"), OK, "this machine's 2a01:4f8::5"},
		{"old A record", domainIs("11.22.33.7", nil, "11.22.33.8"), Problem, "neither"},
		{"old AAAA record", domainIs("11.22.33.7", nil, "11.22.33.7", "2a01:4f8::6"), Problem, "AAAA"},
		{"silent router", domainIs("", nil, "11.22.33.7"), Unknown, "router's page"},
		{"no such domain", domainIs("", notFound), Problem, "A record"},
		{"no name server", domainIs("", &net.DNSError{IsTimeout: true}), Unknown, "later"},

		{"push", push{"", "me@plausch.org", "https://chat.plausch.org"}, OK, "mailto:me@plausch.org"},
		{"push without a domain", push{"", "", ""}, OK, "set domain or public_url"},
		{"push without TLS", push{"", "", "http://chat.plausch.org"}, OK, "no TLS"},
		{"push with a wrong contact", push{"mailto:root@localhost", "", "https://chat.plausch.org"}, Problem, "push_contact"},

		{"public router", outsideIs("11.22.33.7", "192.168.1.5"), OK, "11.22.33.7"},
		{"public machine", outsideIs("", "11.22.33.9"), OK, "11.22.33.9"},
		{"carrier-grade NAT", outsideIs("100.64.3.2", "192.168.1.5"), Problem, "carrier-grade"},
		{"router behind a router", outsideIs("192.168.0.2", "192.168.1.5"), Problem, "another router"},
		{"router that says nothing", outsideIs("", "192.168.1.5"), Unknown, "router's page"},
		{"machine that says nothing", outside{addressesAre(Addresses{}, errors.New("no netlink"))}, Unknown, "netlink"},

		{"certificate", certificateIs(cert("chat.example", -day, 60*day), nil, nil), OK, "2027-03-02"},
		{"certificate that ends soon", certificateIs(cert("chat.example", -80*day, 3*day), nil, nil), Warning, "renewed"},
		{"certificate that ended", certificateIs(cert("chat.example", -80*day, -day), nil, nil), Problem, "2026-12-31"},
		{"certificate of tomorrow", certificateIs(cert("chat.example", day, 60*day), nil, nil), Problem, "clock"},
		{"certificate of another", certificateIs(cert("other.example", -day, 60*day), nil, nil), Problem, "another name"},
		{"certificate kept, but old one shown", certificateIs(cert("chat.example", -day, 30*day), nil, cert("chat.example", -day, 90*day)), Warning, "restart"},
		{"certificate without a server", certificateIs(nil, syscall.ECONNREFUSED, cert("chat.example", -day, 30*day)), OK, "kept"},
		{"kept certificate that ended", certificateIs(nil, syscall.ECONNREFUSED, cert("chat.example", -9*day, -day)), Problem, "ended"},
		{"neither server nor certificate", certificateIs(nil, syscall.ECONNREFUSED, nil), Unknown, "start"},
		{"server without a certificate yet", certificateFails(nil, errNoTLS), Problem, "cannot come here"},
		{"certificate that is not renewed", certificateFails(cert("chat.example", -80*day, 3*day), nil), Warning, "cannot come here"},
		{"server without TLS", certificateIs(nil, errNoTLS, nil), Problem, "no TLS"},
		{"server not seen", certificateIs(nil, errors.New("timeout"), nil), Unknown, "timeout"},

		{"own certificate", ownCertificateIs(cert("chat.example", -day, 60*day), "chat.example"), OK, "2027-03-02"},
		{"own certificate that ends soon", ownCertificateIs(cert("chat.example", -80*day, 13*day), "chat.example"), Warning, "replace the files"},
		{"own certificate that ended", ownCertificateIs(cert("chat.example", -80*day, -day), "chat.example"), Problem, "replace the files"},
		{"own certificate without a domain", ownCertificateIs(cert("chat.example", -80*day, -day), ""), Problem, "ended"},

		{"a place for all", portAt("127.0.0.1:7528", ":443"), OK, "answers"},
		{"places for this machine alone", portAt("127.0.0.1:443", "[::1]:443", "localhost:443"), Problem, "only this machine"},

		{"domain of this machine alone", domainIs("11.22.33.7", nil, "127.0.0.1"), Problem, "nobody on the internet"},
		{"domain of a private address", domainIs("11.22.33.7", nil, "192.168.1.5"), Problem, "private"},
		{"domain of shared addresses", domainIs("11.22.33.7", nil, "100.64.0.7"), Problem, "carrier-grade"},
		{"domain of an example", domainIs("203.0.113.7", nil, "203.0.113.7"), Problem, "examples"},
		{"domain of an IPv6 example", domainIs("11.22.33.7", nil, "2001:db8::5"), Problem, "examples"},
		{"domain of a link", domainIs("11.22.33.7", nil, "fe80::5"), Problem, "nobody on the internet"},
		{"machine with an example's address", outsideIs("", "203.0.113.9"), Unknown, "router's page"},
		{"router with an example's address", outsideIs("198.51.100.9"), Problem, "examples"},

		{"reached", probeSays(true, "", nil), OK, "chat.example:443"},
		{"not reached", probeSays(false, "timeout", nil), Problem, "timeout"},
		{"silent helper", probeSays(false, "", errors.New("offline")), Unknown, "offline"},
		{"no helper", probe{}, Unknown, "telephone"},

		{"service", unitIs(good, nil), OK, "runs"},
		{"no service", unitIs(service.Status{}, nil), OK, "service install"},
		{"foreign service", unitIs(service.Status{Installed: true}, nil), Unknown, "somebody else"},
		{"old service", unitIs(change(func(s *service.Status) { s.Current = false }), nil), Warning, "install again"},
		{"failed service", unitIs(change(func(s *service.Status) { s.Active = "failed" }), nil), Problem, "journalctl"},
		{"stopped service", unitIs(change(func(s *service.Status) { s.Active = "inactive" }), nil), Warning, "systemctl start"},
		{"service not enabled", unitIs(change(func(s *service.Status) { s.Enabled = "disabled" }), nil), Warning, "systemctl enable"},
		{"service without systemd", unitIs(change(func(s *service.Status) { s.Known = false }), nil), Unknown, "does not run"},
		{"hidden service", unitIs(service.Status{}, fs.ErrPermission), Unknown, "sudo"},

		{"files", files{func() (uint64, bool) { return 65536, true }}, OK, "65536"},
		{"few files", files{func() (uint64, bool) { return 1024, true }}, Warning, "1024"},
		{"unknown files", files{func() (uint64, bool) { return 0, false }}, Unknown, "not known"},

		{"memory", memory{func() (uint64, bool) { return 1 << 30, true }}, OK, "1.0 GiB"},
		{"little memory", memory{func() (uint64, bool) { return 200 << 20, true }}, Warning, "200 MiB"},
		{"too little memory", memory{func() (uint64, bool) { return 90 << 20, true }}, Problem, "90 MiB"},
		{"unknown memory", memory{func() (uint64, bool) { return 0, false }}, Unknown, "not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			findings := Run(t.Context(), []Check{tt.check}, nil)
			var printed strings.Builder
			worst := OK
			for _, f := range findings {
				if f.Check != tt.check.Name() {
					t.Errorf("the finding is of %q", f.Check)
				}
				if rank[f.State] > rank[worst] {
					worst = f.State
				}
				if f.State == Problem && f.Todo == "" {
					t.Errorf("nobody knows what to do about %q", f.Text)
				}
				if err := Print(&printed, f); err != nil {
					t.Fatal(err)
				}
			}
			if worst != tt.want || len(findings) == 0 {
				t.Errorf("it is %q, want %q:\n%s", worst, tt.want, &printed)
			}
			if one := strings.Join(strings.Fields(printed.String()), " "); !strings.Contains(one, tt.part) {
				t.Errorf("%q is not in\n%s", tt.part, &printed)
			}
			for line := range strings.Lines(printed.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
					t.Errorf("%d characters are in the line %q", n, line)
				}
			}
		})
	}
}

var rank = map[State]int{OK: 0, Unknown: 1, Warning: 2, Problem: 3}

// The document is a promise to scripts.
func TestJSON(t *testing.T) {
	for want, findings := range map[string][]Finding{
		`{"ok":true,"checks":[{"check":"data","state":"ok","text":"fine"}]}`:                      {{"data", OK, "fine", ""}},
		`{"ok":false,"checks":[{"check":"port","state":"problem","text":"taken","todo":"stop"}]}`: {{"port", Problem, "taken", "stop"}},
	} {
		var b strings.Builder
		if err := WriteJSON(&b, findings); err != nil {
			t.Fatal(err)
		}
		if got := strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(b.String()); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}
