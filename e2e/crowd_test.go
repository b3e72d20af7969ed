package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

// A class is behind one address, as the router of a school has it.
const (
	classSize    = 40
	classAddress = "198.51.100.7"
)

// anyClient are the flags of a server whose clients come from anywhere, by the
// word of a proxy.
var anyClient = []string{"--behind-proxy=127.0.0.1", "--plaintext=any"}

// dialFrom connects as somebody at a public address: over TCP by the PROXY protocol,
// over WebSocket by X-Forwarded-For.
func dialFrom(t *testing.T, s *serverProcess, client string, f protocol.Format) *wire {
	t.Helper()
	if f.Framing == protocol.LengthPrefix {
		w := dialWire(t, s.address, f)
		w.write(proxyHeader(client))
		return w
	}
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := ws.Dialer{Protocols: []string{"plausch.v1." + f.Codec.String()}, Header: ws.HandshakeHeaderHTTP{"X-Forwarded-For": {client}}}
	w := &wire{t: t, conn: conn, format: f}
	if w.in, _, err = d.Upgrade(conn, &url.URL{Scheme: "ws", Host: s.address, Path: "/ws"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func proxyHeader(client string) []byte {
	return fmt.Appendf(nil, "PROXY TCP4 %s 127.0.0.1 4711 7528\r\n", client)
}

// classFormat has a class speak all that there is.
func classFormat(i int) protocol.Format {
	names := slices.Sorted(maps.Keys(formats))
	return formats[names[i%len(names)]]
}

// addAccounts makes accounts name0 and so on before a server runs, with a password
// and a token each. To check one costs a part of what it should: the order of those
// who wait for that is under test, not the machine. It returns the tokens.
func addAccounts(t *testing.T, s *serverProcess, name, password string, n int) (tokens []string) {
	t.Helper()
	hasher := auth.NewHasherOf(auth.Cost{Memory: 64 << 10, Passes: 1, Threads: 1})
	hash, err := hasher.Hash(t.Context(), auth.Source{}, password)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Open(t.Context(), filepath.Join(s.data, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for i := range n {
		token := auth.NewToken()
		account := store.NewAccount{Name: fmt.Sprint(name, i), Role: plausch.RoleMember, PasswordHash: hash, Token: token.Hash(), At: time.Now()}
		if _, err := st.CreateAccount(t.Context(), account); err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token.Text())
	}
	return tokens
}

// TestAClassSignsInBesideAttackers: 40 people behind one address sign in at once
// while others guess passwords from 40 networks. All get in, and all can stay.
func TestAClassSignsInBesideAttackers(t *testing.T) {
	s := newServer(t, anyClient...)
	const password = "mole tractor window"
	addAccounts(t, s, "pupil", password, classSize)
	networks, tries := pick(10, 40), 12 // it is refused before the twelfth
	addAccounts(t, s, "target", "engine pillow cactus", networks*tries)
	s.start()
	var attackers, class sync.WaitGroup
	begun := make(chan struct{}, networks)
	ended := make(chan struct{})
	for i := range networks {
		attackers.Go(func() {
			for try := range tries {
				if !guess(t, s, fmt.Sprintf("203.0.%d.1", i), fmt.Sprint("target", i*tries+try), begun, ended) {
					return
				}
			}
			t.Errorf("network %d may guess %d times", i, tries)
		})
	}
	for range networks {
		<-begun
	}
	wires := make([]*wire, classSize)
	for i := range wires {
		wires[i] = dialFrom(t, s, classAddress, classFormat(i)).hello()
		wires[i].wait = 2 * patience // as long as the server has them wait
	}
	for i, w := range wires {
		class.Go(func() {
			params := &protocol.SignIn{Name: fmt.Sprint("pupil", i), Password: password}
			if err := w.call(protocol.MethodSignIn, params, &protocol.SignedIn{}); err != nil {
				t.Errorf("pupil %d: %v", i, err)
			}
		})
	}
	class.Wait()
	close(ended)
	attackers.Wait()
	for _, w := range wires {
		w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
	}
}

// TestAClassStaysBehindOneAddress whose places are fewer: whoever has signed in counts
// for the account.
func TestAClassStaysBehindOneAddress(t *testing.T) {
	s := newServer(t, append(anyClient, "--limits-connections-per-address=4", "--limits-connections-per-address-before-sign-in=2")...)
	tokens := addAccounts(t, s, "pupil", "mole tractor window", classSize)
	s.start()
	var wires []*wire
	for i, token := range tokens {
		w := dialFrom(t, s, classAddress, classFormat(i)).hello()
		w.must(protocol.MethodSignIn, &protocol.SignIn{Token: token}, &protocol.SignedIn{})
		wires = append(wires, w)
	}
	for _, w := range wires {
		w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
	}
	for range 2 {
		dialFrom(t, s, classAddress, protocol.Format{}).hello()
	}
	third := dialFrom(t, s, classAddress, protocol.Format{})
	third.write(third.frame(third.request(protocol.MethodHello, &protocol.Hello{Version: 1})))
	if code := third.ending(); code != plausch.RateLimited {
		t.Errorf("a third stranger hears %q, want that there are too many", code)
	}
}

// TestAnAccountWithTooManyConnectionsIsTold, in every protocol that it comes by.
func TestAnAccountWithTooManyConnectionsIsTold(t *testing.T) {
	s := newServer(t, append(anyClient, "--limits-connections-per-account=4")...)
	tokens := addAccounts(t, s, "pupil", "mole tractor window", 2)
	s.start()
	signIn := func(client string, f protocol.Format, token string) (*wire, error) {
		w := dialFrom(t, s, client, f).hello()
		return w, w.call(protocol.MethodSignIn, &protocol.SignIn{Token: token}, &protocol.SignedIn{})
	}
	var wires []*wire
	for name, f := range formats {
		w, err := signIn(classAddress, f, tokens[0])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wires = append(wires, w)
	}
	refused := func(name string, err error) {
		var e *plausch.Error
		if !errors.As(err, &e) || e.Code != plausch.RateLimited || e.RetryAfter <= 0 || !strings.Contains(e.Message, "too many connections") {
			t.Errorf("%s: a fifth connection hears %v", name, err)
		}
	}
	for name, f := range formats { // wherever it comes from
		over, err := signIn("203.0.113.9", f, tokens[0])
		refused(name, err)
		over.must(protocol.MethodSignIn, &protocol.SignIn{Token: tokens[1]}, &protocol.SignedIn{}) // another account may
		over.conn.Close()
	}
	request, err := http.NewRequest("GET", "http://"+s.address+"/api/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tokens[0])
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(proxyHeader(classAddress)); err != nil {
		t.Fatal(err)
	}
	if err := request.Write(conn); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Errorf("over HTTP it hears %s", answer.Status)
	}
	if n := strings.Count(s.output.String(), "too many connections of one account"); n != 1 {
		t.Errorf("it was logged %d times, want once", n)
	}
	wires[0].conn.Close()
	s.awaitMetric("plausch_connections", func(n float64) bool { return n <= 4 }) // with that of HTTP
	if _, err := signIn(classAddress, protocol.Format{}, tokens[0]); err != nil {
		t.Errorf("when one has gone: %v", err)
	}
}

// TestAClassOfGuestsGetsInAndTalks behind one address, with the limits that a server
// has.
func TestAClassOfGuestsGetsInAndTalks(t *testing.T) {
	s := startServer(t, anyClient...)
	const says = 5
	var class sync.WaitGroup
	for i := range classSize {
		w := dialFrom(t, s, classAddress, classFormat(i))
		class.Go(func() {
			if err := w.hello().call(protocol.MethodSignIn, &protocol.SignIn{Name: fmt.Sprint("guest", i)}, &protocol.SignedIn{}); err != nil {
				t.Errorf("guest %d: %v", i, err)
				return
			}
			for n := range says {
				send := &protocol.MessageSend{Room: int64(plausch.PublicRoom), Text: "hi", ClientID: fmt.Sprint(n)}
				if err := w.call(protocol.MethodMessageSend, send, &protocol.MessageSent{}); err != nil {
					t.Errorf("guest %d says: %v", i, err)
				}
			}
		})
	}
	class.Wait()
	reader := dialWire(t, s.address, protocol.Format{}).enterAnew()
	var room protocol.Room
	reader.must(protocol.MethodRoomGet, &protocol.RoomRef{Room: int64(plausch.PublicRoom)}, &room)
	if room.Seq != classSize*says {
		t.Errorf("%d messages are kept, want %d", room.Seq, classSize*says)
	}
}

// guess tries a wrong password from a network, tells asked that it has, and returns
// whether it may go on.
func guess(t *testing.T, s *serverProcess, from, name string, asked chan<- struct{}, ended <-chan struct{}) bool {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return false
	}
	defer conn.Close()
	w := &wire{t: t, conn: conn, format: protocol.Format{Codec: protocol.JSON}}
	request := append(proxyHeader(from), w.frame(w.request(protocol.MethodHello, &protocol.Hello{Version: 1}))...)
	request = append(request, w.frame(w.request(protocol.MethodSignIn, &protocol.SignIn{Name: name, Password: "not this one"}))...)
	if _, err := conn.Write(request); err != nil {
		return false
	}
	select {
	case asked <- struct{}{}:
	default:
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ended:
			conn.Close()
		case <-done:
		}
	}()
	for {
		f, err := w.read()
		if err != nil || f.Bye != nil {
			return false
		}
		if f.ID == w.id {
			return f.Error != nil && plausch.Code(f.Error.Code) == plausch.SignInFailed
		}
	}
}
