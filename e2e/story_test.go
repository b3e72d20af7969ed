package e2e

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/cert/certtest"
	"plausch/protocol"
)

// story is a server as a host sets it up: with a domain, and invites.
type story struct {
	*serverProcess
	t         *testing.T
	authority *certtest.Authority
	ktnPlace  string // where only KTN is spoken, without TLS
	home      string // of those who use the command line
}

const (
	storyDomain   = "chat.example.org"
	storyPassword = "mole tractor window sea"
)

// newStory starts a server for a domain and waits for its certificate.
func newStory(t *testing.T) *story {
	t.Helper()
	s := &story{serverProcess: newServer(t), t: t, ktnPlace: freeAddress(t), home: t.TempDir()}
	_, port, _ := net.SplitHostPort(s.address)
	tlsPort, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	s.authority = certtest.New(t, certtest.Options{TLSPort: tlsPort, Validity: 90 * 24 * time.Hour})
	s.authority.Up()
	s.flags = []string{
		storyDomain, "--acme-ca", s.authority.Directory, "--acme-ca-root", s.authority.RootFile,
		"--http-listen", "off", "--listen", "ktn://" + s.ktnPlace,
	}
	s.start()
	s.awaitMetric("plausch_certificate_expires_timestamp_seconds", func(until float64) bool { return until > 0 })
	return s
}

// run is a command of the binary that has to succeed.
func (s *story) run(input string, args ...string) string {
	s.t.Helper()
	cmd := s.command(args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("plausch %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// command is one of plausch, of somebody who lives in this story.
func (s *story) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Env = append(os.Environ(), "HOME="+s.home, "XDG_STATE_HOME="+filepath.Join(s.home, "state"))
	return cmd
}

// secret returns the code of the link that a command has printed.
func (s *story) secret(out, page string) string {
	s.t.Helper()
	link := regexp.MustCompile(`https://` + storyDomain + page + `#(\S+)`).FindStringSubmatch(out)
	if link == nil {
		s.t.Fatalf("there is no link to %s in\n%s", page, out)
	}
	return link[1]
}

// dialing says how clients of the library get to the domain, and whom they trust.
func (s *story) dialing() client.DialOptions {
	return client.DialOptions{
		TLS: &tls.Config{RootCAs: s.authority.Roots()},
		NetDial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.address)
		},
	}
}

func (s *story) dial() *client.Conn {
	s.t.Helper()
	conn, err := client.Dial(s.t.Context(), storyDomain, s.dialing())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

// open is a client that stays.
func (s *story) open(name string) *client.Client {
	s.t.Helper()
	c, err := client.Open(client.Options{Address: storyDomain, Name: name, Password: storyPassword, Dial: s.dialing()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if err := c.WaitOnline(ctx); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// hear reads a client's updates until all texts have come.
func (s *story) hear(c *client.Client, texts ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	missing := map[string]bool{}
	for _, text := range texts {
		missing[text] = true
	}
	for u := range c.Updates(ctx) {
		if e, ok := u.(client.Event); ok {
			delete(missing, e.Text)
		}
		if len(missing) == 0 {
			return
		}
	}
	s.t.Fatalf("not heard: %v (%v)", missing, c.Err())
}

// curl is a request with the real curl, by the domain's name.
func (s *story) curl(token, path string, more ...string) *exec.Cmd {
	_, port, _ := net.SplitHostPort(s.address)
	args := []string{
		"-sSf", "--cacert", s.authority.GivenFile, "--resolve", storyDomain + ":" + port + ":127.0.0.1",
		"https://" + storyDomain + ":" + port + path,
	}
	if token != "" {
		args = append(args, "-H", "Authorization: Bearer "+token)
	}
	return exec.CommandContext(s.t.Context(), "curl", append(args, more...)...)
}

// get is curl that answers, with JSON if answer is not nil.
func (s *story) request(answer any, token, path string, more ...string) []byte {
	s.t.Helper()
	out, err := s.curl(token, path, more...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("curl %s: %v\n%s", path, err, out)
	}
	if answer != nil {
		if err := json.Unmarshal(out, answer); err != nil {
			s.t.Fatalf("curl %s: %v in\n%s", path, err, out)
		}
	}
	return out
}

var asJSON = []string{"-H", "Content-Type: application/json", "-d"}

// TestStory is what a host and two people do, from the first start to the move
// to another machine, with everything that the house has.
func TestStory(t *testing.T) {
	s := newStory(t)
	kept := filepath.Join(t.TempDir(), "kept.tar.zst")
	texts, file := s.people(kept)

	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("the server ended with code %d", code)
	}
	s.data = filepath.Join(t.TempDir(), "moved")
	s.run("", "restore", kept, "--data", s.data)
	s.authority.Down()                  // the certificate has come along
	s.flags = append(s.flags, "--open") // htl has no passwords, so it is for guests
	s.start()
	s.awaitMetric("plausch_certificate_expires_timestamp_seconds", func(until float64) bool { return until > 0 })
	token := s.signIn("bert")
	s.wantHistory(token, texts)
	if got := s.request(nil, token, "/api/attachments/"+file); string(got) != "12 litres\n" {
		t.Errorf("the file is now %q", got)
	}
	s.sayByOld(s.secure(), &htlProtocol{name: "hans", uuid: "0b5e7c44"}, "htl inside TLS")
	s.wantHistory(token, append(texts, "htl inside TLS"))
}

// people is all until the server stops. It returns what was said in public, and
// the id of the attachment.
func (s *story) people(kept string) (texts []string, file string) {
	s.settle()
	bert := s.signIn("bert")
	conversation := s.talk(bert)
	file = s.sendFile(bert)
	hooked := s.postToWebhook()
	old := s.sayByKTN()
	s.run("", "backup", kept, "--data", s.data)
	s.run("", "backup", "--verify", kept)
	s.revoke()
	s.lookAfter(kept)
	return append(append(append(conversation, "See:"), hooked), old...), file
}

// settle has the host claim the server and invite two people, who come in.
func (s *story) settle() {
	s.t.Helper()
	code := s.secret(s.run("", "claim", "--data", s.data), "/claim")
	claim := protocol.Claim{Code: code, ServerName: "Home", Name: "anna", Password: storyPassword}
	if _, err := s.dial().Claim(s.t.Context(), claim); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.dial().Claim(s.t.Context(), claim); plausch.CodeOf(err) == "" {
		s.t.Error("the server is claimed twice")
	}
	invited, err := s.open("anna").CreateInvite(s.t.Context(), protocol.InviteCreate{})
	if err != nil {
		s.t.Fatal(err)
	}
	codes := map[string]string{"bert": invited.Code, "carol": s.secret(s.run("", "invite", "--data", s.data), "/invite")}
	for name, code := range codes {
		if _, err := s.dial().RedeemInvite(s.t.Context(), protocol.InviteRedeem{Code: code, Name: name, Password: storyPassword}); err != nil {
			s.t.Fatalf("%s does not get in: %v", name, err)
		}
	}
}

// signIn signs in with curl.
func (s *story) signIn(name string) string {
	s.t.Helper()
	var in struct{ Token string }
	s.request(&in, "", "/api/sign_in", append(asJSON, fmt.Sprintf(`{"name":%q,"password":%q}`, name, storyPassword))...)
	if in.Token == "" {
		s.t.Fatal("signing in gives no token")
	}
	return in.Token
}

// talk has the library, curl and the command line hear one another.
func (s *story) talk(bert string) []string {
	s.t.Helper()
	anna := s.open("anna")
	stream := startClient(s.t, "stream", s.home, s.curl(bert, "/api/rooms/public/stream?since=0", "-N"))
	say := func(text string) {
		s.t.Helper()
		if _, err := anna.Send(client.Outgoing{Room: plausch.PublicRoom, Text: text}); err != nil {
			s.t.Fatal(err)
		}
	}
	say("by the library")
	stream.awaitText("by the library")
	s.request(nil, bert, "/api/rooms/public/messages", "-d", "by curl")
	login := []string{"--server", "tls://" + s.address, "--name", "carol", "--fingerprint", s.fingerprint()}
	s.run(storyPassword+"\n", append([]string{"send", "--password-file", s.passwordFile(), "by the command line"}, login...)...)
	texts := []string{"by the library", "by curl", "by the command line", "typed"}
	chat := startClient(s.t, "chat", filepath.Join(s.home, "state"), exec.Command(s.binary, append([]string{"chat"}, login...)...))
	chat.say("typed\n")
	s.hear(anna, texts...)
	stream.awaitText(texts...)
	chat.awaitText("by curl")
	chat.end(0)
	_ = stream.cmd.Process.Kill()
	return texts
}

// awaitText waits until a program has printed all texts.
func (e *example) awaitText(texts ...string) {
	e.t.Helper()
	for _, text := range texts {
		await(e.t, func() bool { return strings.Contains(e.out.String(), text) },
			func() string { return fmt.Sprintf("%s has not printed %q", e.name, text) })
	}
}

func (s *story) passwordFile() string {
	s.t.Helper()
	path := filepath.Join(s.home, "password")
	if err := os.WriteFile(path, []byte(storyPassword+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// fingerprint is that of the certificate, as plausch status tells it.
func (s *story) fingerprint() string {
	s.t.Helper()
	var status struct{ Certificate struct{ Fingerprint string } }
	if err := json.Unmarshal([]byte(s.run("", "status", "--json", "--data", s.data)), &status); err != nil {
		s.t.Fatal(err)
	}
	return status.Certificate.Fingerprint
}

// sendFile sends a file and reads it back as somebody else.
func (s *story) sendFile(bert string) (id string) {
	s.t.Helper()
	var file struct{ ID string }
	s.request(&file, bert, "/api/attachments?name=oil.txt", "--data-binary", "12 litres\n")
	s.request(nil, bert, "/api/rooms/public/messages", append(asJSON, fmt.Sprintf(`{"text":"See:","attachments":[%q]}`, file.ID))...)
	if got := s.request(nil, s.signIn("carol"), "/api/attachments/"+file.ID); string(got) != "12 litres\n" {
		s.t.Errorf("the file is %q", got)
	}
	return file.ID
}

// postToWebhook has a program post that knows nothing but an address.
func (s *story) postToWebhook() string {
	s.t.Helper()
	out := s.run("", "webhook", "add", "public", "grafana", "--data", s.data)
	address := regexp.MustCompile(`https://` + storyDomain + `(/api/hooks/\S+)`).FindStringSubmatch(out)
	if address == nil {
		s.t.Fatalf("there is no address in\n%s", out)
	}
	s.request(nil, "", address[1], "-d", `{"text":"It burns"}`)
	return "It burns"
}

// secure connects to the domain over TLS.
func (s *story) secure() net.Conn {
	s.t.Helper()
	conn, err := tls.Dial("tcp", s.address, &tls.Config{RootCAs: s.authority.Roots(), ServerName: storyDomain})
	if err != nil {
		s.t.Fatal(err)
	}
	return conn
}

func (s *story) plain(address string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// sayByKTN says something with bert's old program, inside TLS and at KTN's place.
func (s *story) sayByKTN() []string {
	s.t.Helper()
	program := func() oldProtocol { return &ktnProtocol{name: "bert", password: storyPassword} }
	s.sayByOld(s.secure(), program(), "KTN inside TLS")
	s.sayByOld(s.plain(s.ktnPlace), program(), "KTN at its place")
	return []string{"KTN inside TLS", "KTN at its place"}
}

// sayByOld says something over a connection with an old protocol, and hears it.
func (s *story) sayByOld(conn net.Conn, speaks oldProtocol, text string) {
	s.t.Helper()
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := speaks.login(conn); err != nil {
		s.t.Fatal(err)
	}
	if err := speaks.send(conn, "", text); err != nil {
		s.t.Fatal(err)
	}
	for {
		h, err := speaks.next(conn)
		if err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
		if h.message != nil && h.message.text == text {
			return
		}
	}
}

// revoke ends a sign-in from another one: its connection closes within a second.
func (s *story) revoke() {
	s.t.Helper()
	lost, here := s.dial(), s.open("carol")
	in := protocol.SignIn{Name: "carol", Password: storyPassword}
	if _, err := lost.SignIn(s.t.Context(), in); err != nil {
		s.t.Fatal(err)
	}
	devices, err := here.ListDevices(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	last := devices[len(devices)-1]
	if last.Here {
		s.t.Fatalf("the devices are %+v", devices)
	}
	began := time.Now()
	if err := here.RevokeDevice(s.t.Context(), last.ID); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-lost.Done():
		s.t.Logf("the revoked connection ended after %v", time.Since(began))
	case <-time.After(patience):
		s.t.Fatal("the revoked connection lives on")
	}
}

// lookAfter asks what a host asks of a running server.
func (s *story) lookAfter(kept string) {
	s.t.Helper()
	var found struct {
		OK     bool
		Checks []struct{ Check, State, Text string }
	}
	// The server of this story listens on the loopback alone, and has a domain: that
	// is the one problem that there is.
	doctor := s.command("doctor", "--offline", "--json", "--data", s.data)
	text, err := doctor.Output()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		s.t.Fatalf("the doctor ends with %v:\n%s", err, text)
	}
	if err := json.Unmarshal(text, &found); err != nil || found.OK {
		s.t.Fatalf("the doctor says %v in\n%s", err, text)
	}
	states, problems := map[string]string{}, []string(nil)
	for _, c := range found.Checks {
		states[c.Check] = c.State
		if c.State == "problem" {
			problems = append(problems, c.Check+": "+c.Text)
		}
	}
	if want := "port: the server listens on " + s.address + ", where only this machine itself gets in"; len(problems) != 1 || problems[0] != want {
		s.t.Errorf("the problems are %q, want %q", problems, want)
	}
	for _, check := range []string{"settings", "data", "database", "port", "certificate"} {
		if states[check] != "ok" { // of the port the last word: the server answers
			s.t.Errorf("%s is %q in\n%s", check, states[check], text)
		}
	}
	status := s.run("", "status", "--data", s.data)
	for _, want := range []string{"listens on", s.address + " and ktn://" + s.ktnPlace, "acme, valid until", "1 attachment ", kept} {
		if !strings.Contains(status, want) {
			s.t.Errorf("the status does not have %q:\n%s", want, status)
		}
	}
}

// wantHistory compares what was said in public.
func (s *story) wantHistory(token string, texts []string) {
	s.t.Helper()
	var page struct{ Events []struct{ Kind, Text string } }
	s.request(&page, token, "/api/rooms/public/messages")
	var got []string
	for _, e := range page.Events {
		if e.Kind == "message" {
			got = append(got, e.Text)
		}
	}
	if strings.Join(got, "\n") != strings.Join(texts, "\n") {
		s.t.Errorf("the history is\n%s\ninstead of\n%s", strings.Join(got, "\n"), strings.Join(texts, "\n"))
	}
}
