package server_test

import (
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/tinylib/msgp/msgp"

	"plausch/internal/config"
	"plausch/internal/server/servertest"
	"plausch/internal/tcp"
	"plausch/internal/tcp/tcptest"
)

// speaker is somebody who speaks one of the protocols, and reads nothing.
type speaker struct {
	signIn func(t *testing.T, s *servertest.Server, name string) net.Conn
	say    func(conn net.Conn, text string) error
}

var speakers = map[string]speaker{
	"ktn": {
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			return ktnSignIn(t, dialTCP(t, s.KTN), name)
		},
		ktnSay,
	},
	"ktntls": {
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			return ktnSignIn(t, tls.Client(dialTCP(t, s.Address), &tls.Config{InsecureSkipVerify: true}), name)
		},
		ktnSay,
	},
	"htl": {
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			conn := dialTCP(t, s.HTL)
			if err := htlWrite(conn, "type", "auth", "user", name); err != nil {
				t.Fatal(err)
			}
			return conn
		},
		func(conn net.Conn, text string) error { return htlWrite(conn, "type", "text", "content", text) },
	},
	"htlbare": { // without lengths, so at a pace
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			conn := dialTCP(t, s.HTL)
			if _, err := conn.Write(htlDocument("type", "auth", "user", name)); err != nil {
				t.Fatal(err)
			}
			return conn
		},
		func(conn net.Conn, text string) error {
			_, err := conn.Write(htlDocument("type", "text", "content", text))
			return err
		},
	},
	"native": {
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			conn := dialTCP(t, s.Address)
			for _, request := range nativeSignIn(name) {
				if err := nativeWrite(conn, request); err != nil {
					t.Fatal(err)
				}
			}
			return conn
		},
		func(conn net.Conn, text string) error { return nativeWrite(conn, nativeMessage(text)) },
	},
	"websocket": {
		func(t *testing.T, s *servertest.Server, name string) net.Conn {
			conn, _, _, err := ws.Dialer{Protocols: []string{"plausch.json"}}.Dial(t.Context(), "ws://"+s.Address+"/ws")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			for _, request := range nativeSignIn(name) {
				if err := wsutil.WriteClientText(conn, []byte(request)); err != nil {
					t.Fatal(err)
				}
			}
			return conn
		},
		func(conn net.Conn, text string) error {
			return wsutil.WriteClientText(conn, []byte(nativeMessage(text)))
		},
	},
}

func dialTCP(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func ktnSignIn(t *testing.T, conn net.Conn, name string) net.Conn {
	t.Helper()
	if _, err := fmt.Fprintf(conn, `{"request": "login", "content": %q}`, name); err != nil {
		t.Fatal(err)
	}
	return conn
}

func ktnSay(conn net.Conn, text string) error {
	_, err := fmt.Fprintf(conn, `{"request": "msg", "content": %q}`, text)
	return err
}

// htlDocument is a document of keys and values.
func htlDocument(texts ...string) []byte {
	b := msgp.AppendMapHeader(nil, uint32(len(texts)/2))
	for _, text := range texts {
		b = msgp.AppendString(b, text)
	}
	return b
}

// htlWrite writes one with its length.
func htlWrite(conn net.Conn, texts ...string) error {
	b := htlDocument(texts...)
	_, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
	return err
}

func nativeWrite(conn net.Conn, request string) error {
	_, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(request))), request...))
	return err
}

func nativeSignIn(name string) []string {
	return []string{
		`{"id": 1, "method": "hello", "params": {"version": 1, "client": "test"}}`,
		fmt.Sprintf(`{"id": 2, "method": "sign_in", "params": {"name": %q, "transient": true}}`, name),
		`{"id": 3, "method": "subscribe"}`,
	}
}

func nativeMessage(text string) string {
	return fmt.Sprintf(`{"id": 4, "method": "message.send", "params": {"room": 1, "client_id": %q, "text": %q}}`, strings.ReplaceAll(text, " ", "-"), text)
}

// observe signs an observer in and returns what awaits responses of
// these contents, in any order.
func observe(t *testing.T, s *servertest.Server) (conn net.Conn, await func(t *testing.T, contents ...string)) {
	t.Helper()
	conn = dialTCP(t, s.KTN)
	_ = conn.SetDeadline(time.Now().Add(2 * servertest.Patience))
	responses := json.NewDecoder(conn)
	await = func(t *testing.T, contents ...string) {
		t.Helper()
		for len(contents) > 0 {
			var r struct{ Content string }
			if err := responses.Decode(&r); err != nil {
				t.Fatalf("awaiting %q: %v", contents, err)
			}
			contents = slices.DeleteFunc(contents, func(content string) bool { return r.Content == content })
		}
	}
	ktnSignIn(t, conn, "observer")
	await(t, "Login successful")
	return conn, await
}

// TestWhoVanishes cuts the link of clients of every protocol, once while nothing
// is said and once while others talk: their names are free soon.
func TestWhoVanishes(t *testing.T) {
	t.Parallel()
	tcptest.Run(t, func(network *tcptest.Network) {
		s := servertest.Start(t, func(c *config.Config) {
			c.TLS, c.KTN.Joins, c.KTN.Pace = "self-signed", true, 0
			c.Limits.DeadPeerTimeout = 3 * time.Second
		})
		observer, await := observe(t, s)
		for _, talk := range []bool{false, true} {
			var joined, left []string
			var ports []int
			for protocol, speaker := range speakers {
				name := fmt.Sprintf("%s%v", protocol, talk)
				ports = append(ports, speaker.signIn(t, s, name).LocalAddr().(*net.TCPAddr).Port)
				joined, left = append(joined, name+" joined"), append(left, name+" left")
			}
			await(t, joined...)
			for _, port := range ports {
				network.Cut(port)
			}
			if talk {
				_ = ktnSay(observer, "Are you there?")
			}
			await(t, left...)
		}
	})
}

// TestWhoLeavesAtOnce has clients of every protocol say something and close the
// connection without reading the answers, so that their system resets it: all
// that they said is heard.
func TestWhoLeavesAtOnce(t *testing.T) {
	const leaving = 40
	s := servertest.Start(t, func(c *config.Config) {
		c.TLS, c.KTN.Pace, c.Limits.OutboxBytes = "self-signed", 0, 1<<20
	})
	_, await := observe(t, s)
	for protocol, speaker := range speakers {
		t.Run(protocol, func(t *testing.T) {
			var said []string
			for i := range leaving {
				conn := speaker.signIn(t, s, fmt.Sprintf("%s%d", protocol, i))
				awaitUnread(t, conn)
				for k := range 3 {
					text := fmt.Sprintf("%s %d %d", protocol, i, k)
					if err := speaker.say(conn, text); err != nil {
						t.Fatal(err)
					}
					said = append(said, text)
				}
				_ = tcp.Conn(conn).Close()
			}
			await(t, said...)
		})
	}
}

// awaitUnread returns when there is something to read on conn, and leaves it there.
func awaitUnread(t *testing.T, conn net.Conn) {
	t.Helper()
	raw, err := tcp.Conn(conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		return err != syscall.EAGAIN
	})
	if err != nil {
		t.Fatal(err)
	}
}
