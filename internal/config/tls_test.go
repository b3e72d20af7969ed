package config

import (
	"fmt"
	"slices"
	"testing"
)

func TestCertificates(t *testing.T) {
	files := []string{"--tls-cert=/c", "--tls-key=/k"}
	for name, tt := range map[string]struct {
		args   []string
		want   Certificates
		listen string
	}{
		"nothing":                   {nil, NoCertificate, "127.0.0.1:7528"},
		"a domain":                  {[]string{"--domain=chat.example.org"}, ACMECertificate, ":443"},
		"a domain at another place": {[]string{"--domain=chat.example.org", "--listen=:7528"}, ACMECertificate, ":7528"},
		"files":                     {files, OwnCertificate, "127.0.0.1:7528"},
		"files and a domain":        {append(files, "--domain=chat.example.org"), OwnCertificate, ":443"},
		"self-signed":               {[]string{"--tls=self-signed"}, SelfSigned, "127.0.0.1:7528"},
		"self-signed with a domain": {[]string{"--tls=self-signed", "--domain=chat.example.org"}, SelfSigned, ":443"},
		"off with a domain":         {[]string{"--tls=off", "--domain=chat.example.org"}, NoCertificate, "127.0.0.1:7528"},
	} {
		c, _, err := given{args: tt.args}.load(t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Certificates() != tt.want || !slices.Equal(c.Listen, []string{tt.listen}) {
			t.Errorf("%s: the certificate is %d and the place %v, want %d and %s", name, c.Certificates(), c.Listen, tt.want, tt.listen)
		}
	}
}

func TestFilesStartAtTheFilesFolder(t *testing.T) {
	c, dir, err := given{file: "tls_cert = 'a/cert.pem'\ntls_key = '/abs/key.pem'\nacme_ca_root = 'root.pem'", args: []string{"--config=TMP/FILE"}}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(c.TLSCert, c.TLSKey, c.ACMECARoot), fmt.Sprint(dir+"/a/cert.pem", "/abs/key.pem", dir+"/root.pem"); got != want {
		t.Errorf("the files are %s, want %s", got, want)
	}
}

func TestProxies(t *testing.T) {
	c, _, err := given{args: []string{"--behind-proxy=192.0.2.1,10.1.2.3/8", "--behind-proxy=2001:db8::1", "--behind-proxy=::ffff:192.0.2.9"}}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(c.Proxies()), "[192.0.2.1/32 10.0.0.0/8 2001:db8::1/128 192.0.2.9/32]"; got != want {
		t.Errorf("the proxies are %s, want %s", got, want)
	}
}

func TestWrongTLSSettings(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"--tls-cert=/c"}, []string{"tls_cert", "tls_key", "both"}},
		{[]string{"--tls-cert=/c", "--tls-key=/k", "--tls=self-signed"}, []string{"tls_cert", "self-signed", "remove one"}},
		{[]string{"--tls=yes"}, []string{"auto, self-signed, off"}},
		{[]string{"--domain=https://chat.example.org"}, []string{"no domain", "without https://"}},
		{[]string{"--domain=chat.example.org:443"}, []string{"no domain", "port"}},
		{[]string{"--domain=-x.example.org"}, []string{"no domain"}},
		{[]string{"--domain=start"}, []string{"no domain"}},
		{[]string{"--domain=a..b"}, []string{"no domain"}},
		{[]string{"--domain=2001:db8::1"}, []string{"is an address", "self-signed"}},
		{[]string{"--acme-ca=http://ca.example"}, []string{"--acme-ca", "https://"}},
		{[]string{"--http-listen=80"}, []string{"--http-listen", "HOST:PORT", "off"}},
		{[]string{"--plaintext=some"}, []string{"loopback, lan, any"}},
		{[]string{"--behind-proxy=proxy.example.org"}, []string{"--behind-proxy", "no address", "10.0.0.0/8"}},
		{[]string{"--behind-proxy=10.0.0.0/99"}, []string{"no address"}},
		{[]string{"--outgoing-allow=ntfy.home"}, []string{"--outgoing-allow", "HOST:PORT"}},
		{[]string{"--outgoing-allow=:8443"}, []string{"HOST:PORT"}},
		{[]string{"--outgoing-allow=ntfy.home:0"}, []string{"HOST:PORT"}},
		{[]string{"--push-contact=me@example.org"}, []string{"--push-contact", "mailto:"}},
		{[]string{"--push-contact=http://example.org"}, []string{"https://"}},
	} {
		_, _, err := given{args: tt.args}.load(t)
		wantErr(t, err, tt.want...)
	}
}
