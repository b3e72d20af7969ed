package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch"
	"plausch/protocol"
)

// TestLogsHaveNoSecrets has a server log all that it can while people come in in
// every way, say, send and mistype things: neither what they said nor what lets
// them in is in the log.
func TestLogsHaveNoSecrets(t *testing.T) {
	s := startServer(t, append([]string{"--log-level=debug", "--log-format=json", "--tls=self-signed", "--limits-sign-in-deadline=5s"}, noSendLimits...)...)
	l := &leaks{t: t, s: s, secrets: map[string]string{}}
	l.signIns()
	l.messages()
	l.inherited()
	l.nonsense()

	stuck := dialWire(t, s.address, protocol.Format{}).enterAnew() // is there at the end
	stuck.must(protocol.MethodSubscribe, &protocol.Empty{}, &protocol.Empty{})
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("the server ended with code %d", code)
	}
	log := s.output.String()
	if n := strings.Count(log, `"level":"DEBUG"`); n < 5 {
		t.Errorf("the log has only %d lines of the level debug:\n%s", n, log)
	}
	for what, secret := range l.secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %s, %q:\n%s", what, secret, log)
		}
	}
}

// leaks notes what a log must not have.
type leaks struct {
	t       *testing.T
	s       *serverProcess
	secrets map[string]string
}

// secret is something that must not be in the log.
func (l *leaks) secret(what, text string) string {
	l.t.Helper()
	if len(text) < 8 {
		l.t.Fatalf("%s is %q", what, text)
	}
	l.secrets[what] = text
	return text
}

var linkCode = regexp.MustCompile(`#(\S+)`)

// code returns the code of the link that a command prints.
func (l *leaks) code(args ...string) string {
	l.t.Helper()
	out, err := exec.Command(l.s.binary, append(args, "--data", l.s.data)...).CombinedOutput()
	m := linkCode.FindSubmatch(out)
	if err != nil || m == nil {
		l.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return l.secret("the code of "+strings.Join(args, " "), string(m[1]))
}

// signIns comes in by password, token, claim, invite and a new password, and
// fails with each.
func (l *leaks) signIns() {
	fresh := func() *wire { return dialWire(l.t, l.s.address, protocol.Format{Codec: protocol.JSON}).hello() }
	claim := l.code("claim")
	var owner protocol.SignedIn
	password := l.secret("the owner's password", "seven green herons wade")
	fresh().must(protocol.MethodClaim, &protocol.Claim{Code: claim, ServerName: "home", Name: "olga", Password: password}, &owner)
	l.secret("the owner's token", owner.Token)
	var member protocol.SignedIn
	l.secret("the member's password", "three blue plums fall")
	fresh().must(protocol.MethodInviteRedeem, &protocol.InviteRedeem{Code: l.code("invite"), Name: "mona", Password: "three blue plums fall"}, &member)
	l.secret("the member's token", member.Token)
	fresh().must(protocol.MethodResetRedeem, &protocol.ResetRedeem{
		Code: l.code("user", "passwd", "mona", "--link"), Password: l.secret("the new password", "four red foxes doze"),
	}, &protocol.SignedIn{})
	again := fresh()
	again.must(protocol.MethodSignIn, &protocol.SignIn{Token: owner.Token}, &protocol.SignedIn{})
	again.must(protocol.MethodPasswordChange, &protocol.PasswordChange{Old: password, Password: l.secret("the changed password", "nine tall cranes rest")}, &protocol.Empty{})

	wrong := l.secret("a wrong password", "eight grey geese honk")
	for method, params := range map[string]protocol.Body{
		protocol.MethodSignIn:       &protocol.SignIn{Name: "olga", Password: wrong},
		protocol.MethodClaim:        &protocol.Claim{Code: claim, ServerName: "home", Name: "eve", Password: wrong},
		protocol.MethodInviteRedeem: &protocol.InviteRedeem{Code: l.secret("a wrong code", "2345672345672345672345672A"), Name: "eve", Password: wrong},
		protocol.MethodResetRedeem:  &protocol.ResetRedeem{Code: l.secrets["a wrong code"], Password: wrong},
	} {
		if err := fresh().call(method, params, &protocol.SignedIn{}); err == nil {
			l.t.Errorf("%s is answered without an error", method)
		}
	}
	if err := fresh().call(protocol.MethodSignIn, &protocol.SignIn{Token: l.secret("a wrong token", "plausch_"+strings.Repeat("Zq7", 14)+"Q")}, &protocol.SignedIn{}); err == nil {
		l.t.Error("a wrong token is good")
	}
}

// messages says things in every format, over TLS and not, and breaks off.
func (l *leaks) messages() {
	for name, f := range formats {
		for _, dial := range []func(*testing.T, string, protocol.Format) *wire{dialWire, dialTLS} {
			w := dial(l.t, l.s.address, f).enterAnew()
			room := protocol.Room{}
			w.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: l.secret("a room of "+name, fmt.Sprintf("hideout-%d", guests.Load())), Kind: string(plausch.RoomPrivate)}, &room)
			text := l.secret("a message of "+name, fmt.Sprintf("the treasure %d is below the oak", guests.Load()))
			w.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: room.ID, Text: text}, &protocol.MessageSent{})
			whole := w.frame(w.request(protocol.MethodMessageSend, &protocol.MessageSend{Room: room.ID, Text: text}))
			w.write(whole[:len(whole)-2])
			if tcp, ok := w.conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			w.conn.Close()
		}
	}
}

// inherited logs in, talks and uploads by the inherited protocols.
func (l *leaks) inherited() {
	password := l.secret("the password of a KTN login", addAccount(l.t, l.s, "karl"))
	for _, given := range []string{password, l.secret("the wrong password of a KTN login", "not the otters again")} {
		conn, err := net.Dial("tcp", l.s.address)
		if err != nil {
			l.t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = fmt.Fprintf(conn, `{"request": "login", "content": %q}`, "karl "+given)
		in := json.NewDecoder(conn)
		if err := in.Decode(&struct{}{}); err != nil {
			l.t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, `{"request": "msg", "content": %q}{"request": "%s`, l.secret("a message of KTN", "the key is below the mat"), l.secret("what is no request of KTN", "ladder-at-window"))
		_, _ = fmt.Fprintf(conn, "\"}\x00{{{")
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
	u := newHTLUploader(l.t, l.s, "hugo")
	u.htl.uuid = l.secret("the secret of htl", "uuid-of-hugos-machine")
	u = newHTLUploader(l.t, l.s, "hugo2")
	u.upload(map[string]any{"type": "file", "content": "plan", "filename": l.secret("the name of a file", "plan-of-the-vault.txt"),
		"file": []byte(l.secret("the bytes of a file", "the vault is behind the picture"))})
	_ = u.htl.send(u.conn, "", l.secret("a message of htl", "we meet at the third bridge"))
	_ = u.htl.ask(u.conn)
	_, _ = u.conn.Write([]byte("\x00\x00\x00\x05\xc1\xc1\xc1\xc1\xc1"))
	_ = u.conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, u.conn)
}

// nonsense sends secrets to where they do not belong.
func (l *leaks) nonsense() {
	misplaced := l.secret("what is misplaced", "swordfish-at-midnight")
	for _, text := range []string{
		misplaced, "\x16\x03\x01\x02\x00" + misplaced, "\x00\x00\x00\x40{" + misplaced + "}" + strings.Repeat(" ", 64),
		"GET /" + misplaced + " HTTP/1.1\r\nHost: " + misplaced + "\r\nAuthorization: Bearer " + misplaced + "\r\nConnection: close\r\n\r\n",
		"GET /" + misplaced + " HTTP/9.9\r\n" + misplaced + "\r\n\r\n", "POST /ws?token=" + misplaced + " HTTP/1.1\r\n: " + misplaced + "\r\n\r\n",
		"GET /ws?token=" + misplaced + " HTTP/1.1\r\nHost: x\r\nUpgrade: " + misplaced + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", l.s.address)
		if err != nil {
			l.t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(conn, text)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		conn.Close()
	}
	req, err := http.NewRequest(http.MethodGet, "http://"+l.s.address+"/ws?token="+misplaced, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Origin", "https://"+misplaced)
	req.Close = true
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if bytes.Contains(body, []byte(misplaced)) {
		l.t.Errorf("the answer repeats it: %s", body)
	}
}
