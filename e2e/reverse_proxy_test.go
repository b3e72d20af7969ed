package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// A reverseProxy is one for which docs/admin.md has a sample.
type reverseProxy struct {
	language string // of the sample
	file     string
	// wrap makes a whole configuration of the sample.
	wrap func(sample string, p places) string
	// run starts it, in the foreground, in the folder of its configuration.
	run []string
}

// places are where a sample's places are in a test.
type places struct{ proxy, server, certificate, key, folder string }

var reverseProxies = map[string]reverseProxy{
	"nginx": {
		language: "nginx", file: "nginx.conf",
		wrap: func(sample string, p places) string {
			return fmt.Sprintf("daemon off; worker_processes 1; pid %[4]s/pid; error_log stderr;\nevents {}\nhttp { access_log off; %[5]s\n"+
				"server { listen %[1]s ssl; ssl_certificate %[2]s; ssl_certificate_key %[3]s;\n%[6]s\n} }\n",
				p.proxy, p.certificate, p.key, p.folder, temporaryOfNginx(p.folder), strings.ReplaceAll(sample, "127.0.0.1:7528", p.server))
		},
		run: []string{"nginx", "-c", "nginx.conf", "-p"},
	},
	"Caddy": {
		language: "caddyfile", file: "Caddyfile",
		wrap: func(sample string, p places) string {
			_, port, _ := net.SplitHostPort(p.proxy)
			sample = strings.ReplaceAll(sample, "127.0.0.1:7528", p.server)
			return "{\nadmin off\nauto_https disable_redirects\n}\n" + strings.Replace(sample, "chat.example.org {",
				fmt.Sprintf("https://chat.example.org:%s {\nbind 127.0.0.1\ntls %s %s", port, p.certificate, p.key), 1)
		},
		run: []string{"caddy", "run", "--config", "Caddyfile"},
	},
	"HAProxy": {
		language: "haproxy", file: "haproxy.cfg",
		wrap: func(sample string, p places) string {
			sample = strings.NewReplacer("127.0.0.1:7528", p.server, ":443", p.proxy, "/etc/haproxy/chat.pem", p.certificate).Replace(sample)
			return "defaults\n timeout connect 10s\n timeout client 60s\n timeout server 60s\n" + sample
		},
		run: []string{"haproxy", "-db", "-f", "haproxy.cfg"},
	},
}

func temporaryOfNginx(folder string) string {
	var b strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "%s_temp_path %s/%s; ", kind, folder, kind)
	}
	return b.String()
}

// sampleOf returns the sample of docs/admin.md in a language.
func sampleOf(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(text, -1)
	if len(found) != 1 {
		t.Fatalf("docs/admin.md has %d samples for %s, want one", len(found), language)
	}
	return string(found[0][1])
}

// TestReverseProxies puts each proxy, as docs/admin.md configures it, before a
// server, and does through it what people do.
func TestReverseProxies(t *testing.T) {
	for name, proxy := range reverseProxies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, "--behind-proxy", "127.0.0.1", "--log-level", "debug")
			b := behindProxy{t: t, server: server, address: proxy.start(t, server.address)}
			b.token = b.addBot()
			b.testAddresses()
			b.testWebSocket()
			b.testUpload()
			b.testStream()
		})
	}
}

// start runs a proxy before a server, and returns where it listens.
func (rp reverseProxy) start(t *testing.T, server string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	p := places{proxy: freeAddress(t), server: server, folder: folder}
	p.certificate, p.key = writeCertificate(t, folder, time.Now().Add(time.Hour))
	if err := os.WriteFile(filepath.Join(folder, rp.file), []byte(rp.wrap(sampleOf(t, rp.language), p)), 0o644); err != nil {
		t.Fatal(err)
	}
	args := rp.run[1:]
	if rp.run[0] == "nginx" {
		args = append(args, folder)
	}
	cmd := exec.Command(rp.run[0], args...)
	said := &output{listens: make(chan struct{})}
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, said, said
	cmd.Env = append(os.Environ(), "HOME="+folder, "PATH="+os.Getenv("PATH")+":/usr/sbin")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with its workers
	if path, err := exec.LookPath("/usr/sbin/" + rp.run[0]); err == nil {
		cmd.Path, cmd.Err = path, nil
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("the proxy said last:\n%s", said.tail())
		}
	})
	await(t, func() bool {
		conn, err := net.Dial("tcp", p.proxy)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, said.tail)
	return p.proxy
}

// writeCertificate writes one for chat.example.org and its key, each file with
// both, as HAProxy wants it.
func writeCertificate(t *testing.T, folder string, until time.Time) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"chat.example.org"}, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})...)
	file := filepath.Join(folder, "both.pem")
	if err := os.WriteFile(file, both, 0o600); err != nil {
		t.Fatal(err)
	}
	return file, file
}

// behindProxy is a server and a proxy before it.
type behindProxy struct {
	t       *testing.T
	server  *serverProcess
	address string // of the proxy
	token   string // of an account
}

const clientOfProxy = "127.0.0.5"

// dial connects to the proxy from an address that is none of a proxy.
func (b behindProxy) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	d := tls.Dialer{
		NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientOfProxy)}},
		Config:    &tls.Config{InsecureSkipVerify: true, ServerName: "chat.example.org", NextProtos: []string{"http/1.1"}},
	}
	return d.DialContext(ctx, "tcp", b.address)
}

// host is what browsers ask the proxy for.
func (b behindProxy) host() string {
	_, port, _ := net.SplitHostPort(b.address)
	return "chat.example.org:" + port
}

// do asks the proxy for something. The answer is closed with the test.
func (b behindProxy) do(method, path string, body io.Reader, headers ...string) *http.Response {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, "https://"+b.host()+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	transport := &http.Transport{DialTLSContext: b.dial, DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	b.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func (b behindProxy) addBot() string {
	b.t.Helper()
	out, err := exec.Command(b.server.binary, "user", "add", "bot", "--bot", "--data", b.server.data).Output()
	token := regexp.MustCompile(`plausch_\S+`).FindString(string(out))
	if err != nil || token == "" {
		b.t.Fatalf("user add: %v\n%s", err, out)
	}
	return token
}

// testAddresses: whatever a client says of itself, the server has its address,
// the host and the scheme from the proxy.
func (b behindProxy) testAddresses() {
	want := fmt.Sprintf("host=%s encrypted=true remote=%s:0", b.host(), clientOfProxy)
	for _, lie := range [][]string{
		{},
		{"X-Forwarded-For", "198.51.100.9"},
		{"X-Forwarded-For", "127.0.0.1", "X-Forwarded-For", "198.51.100.9"},
		{"X-Forwarded-Proto", "http", "X-Forwarded-Host", "evil.example", "X-Forwarded-Port", "1"},
		{"Forwarded", "for=198.51.100.9;proto=http;host=evil.example"},
		{"Forwarded", "for=127.0.0.1", "X-Real-IP", "198.51.100.9", "X-Forwarded-Server", "evil.example"},
		{"Connection", "close, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host", "X-Forwarded-For", "198.51.100.9"},
		{"x-forwarded-for", "198.51.100.9, ", "X_Forwarded_For", "198.51.100.9"},
	} {
		before := len(b.server.output.String())
		resp := b.do(http.MethodGet, "/healthz", nil, lie...)
		if resp.StatusCode != http.StatusOK {
			b.t.Errorf("with %q the answer is %s", lie, resp.Status)
		}
		await(b.t, func() bool { return strings.Contains(b.server.output.String()[before:], "msg=request") }, b.server.output.tail)
		for line := range strings.Lines(b.server.output.String()[before:]) {
			if strings.Contains(line, "msg=request") && !strings.Contains(line, want) {
				b.t.Errorf("with %q the server believes %s want %s", lie, line, want)
			}
		}
	}
}

func (b behindProxy) testWebSocket() {
	for origin, ok := range map[string]bool{"https://" + b.host(): true, "https://evil.example": false, "http://" + b.host(): false, "https://chat.example.org": false} {
		d := ws.Dialer{
			Protocols: []string{"plausch.v1.json"}, Header: ws.HandshakeHeaderHTTP{"Origin": {origin}},
			NetDial:   b.dial,
			TLSClient: func(conn net.Conn, _ string) net.Conn { return conn },
		}
		conn, _, _, err := d.Dial(b.t.Context(), "wss://"+b.host()+"/ws")
		if (err == nil) != ok {
			b.t.Errorf("a page of %s: %v", origin, err)
		}
		if err != nil || !ok {
			continue
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		for id, body := range []string{`{"id":1,"method":"hello","params":{"version":1}}`, `{"id":2,"method":"sign_in","params":{"token":"` + b.token + `"}}`} {
			if err := wsutil.WriteClientText(conn, []byte(body)); err != nil {
				b.t.Fatal(err)
			}
			reply, err := wsutil.ReadServerText(conn)
			if err != nil || !bytes.Contains(reply, fmt.Appendf(nil, `"id":%d`, id+1)) || bytes.Contains(reply, []byte(`"error"`)) {
				b.t.Fatalf("%s is answered %s (%v)", body, reply, err)
			}
		}
	}
}

func (b behindProxy) testUpload() {
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	resp := b.do(http.MethodPost, "/api/attachments?name=x.bin", bytes.NewReader(content), "Authorization", "Bearer "+b.token, "Content-Type", "application/octet-stream")
	answer, _ := io.ReadAll(resp.Body)
	var file struct{ Size int }
	if err := json.Unmarshal(answer, &file); err != nil || resp.StatusCode/100 != 2 || file.Size != len(content) {
		b.t.Errorf("20 MiB are answered %s %s", resp.Status, answer)
	}
}

// testStream reads what is said while the stream goes on.
func (b behindProxy) testStream() {
	auth := []string{"Authorization", "Bearer " + b.token}
	for _, kind := range []string{"application/x-ndjson", "text/event-stream"} {
		stream := b.do(http.MethodGet, "/api/rooms/public/stream", nil, append(auth, "Accept", kind)...)
		if stream.StatusCode != http.StatusOK {
			b.t.Fatalf("the stream is answered %s", stream.Status)
		}
		lines := bufio.NewScanner(stream.Body)
		for i := range 3 {
			word := fmt.Sprintf("word %d in %s", i, kind)
			if resp := b.do(http.MethodPost, "/api/rooms/public/messages", strings.NewReader(word), append(auth, "Content-Type", "text/plain")...); resp.StatusCode/100 != 2 {
				b.t.Fatalf("a message is answered %s", resp.Status)
			}
			heard := make(chan bool, 1)
			go func() {
				for lines.Scan() {
					if strings.Contains(lines.Text(), word) {
						heard <- true
						return
					}
				}
				heard <- false
			}()
			select {
			case ok := <-heard:
				if !ok {
					b.t.Fatalf("%s: the stream has ended: %v", kind, lines.Err())
				}
			case <-time.After(patience):
				b.t.Fatalf("%s: %q does not come while the stream is open", kind, word)
			}
		}
	}
}
