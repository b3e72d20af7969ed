package server_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/tinylib/msgp/msgp"

	"plausch/internal/config"
	"plausch/internal/server/servertest"
	"plausch/internal/tcp/tcptest"
)

// signIns sign somebody in over each protocol, and return the connection.
var signIns = map[string]func(t *testing.T, s *servertest.Server, name string) net.Conn{
	"ktn": func(t *testing.T, s *servertest.Server, name string) net.Conn {
		conn := dialTCP(t, s.KTN)
		_, _ = fmt.Fprintf(conn, `{"request": "login", "content": %q}`, name)
		return conn
	},
	"htl": func(t *testing.T, s *servertest.Server, name string) net.Conn {
		conn := dialTCP(t, s.HTL)
		b := msgp.AppendMapHeader(nil, 2)
		for _, text := range []string{"type", "auth", "user", name} {
			b = msgp.AppendString(b, text)
		}
		_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
		return conn
	},
	"native": func(t *testing.T, s *servertest.Server, name string) net.Conn {
		conn := dialTCP(t, s.Address)
		for _, request := range nativeSignIn(name) {
			_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(request))), request...))
		}
		return conn
	},
	"websocket": func(t *testing.T, s *servertest.Server, name string) net.Conn {
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
}

func nativeSignIn(name string) []string {
	return []string{
		`{"id": 1, "method": "hello", "params": {"version": 1, "client": "test"}}`,
		fmt.Sprintf(`{"id": 2, "method": "sign_in", "params": {"name": %q, "transient": true}}`, name),
		`{"id": 3, "method": "subscribe"}`,
	}
}

func dialTCP(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestWhoVanishes cuts the link of clients of every protocol, once while nothing
// is said and once while others talk: their names are free soon.
func TestWhoVanishes(t *testing.T) {
	tcptest.Run(t, func(network *tcptest.Network) {
		s := servertest.Start(t, func(c *config.Config) {
			c.Limits.DeadPeerTimeout, c.KTN.Joins, c.KTN.Pace = 3*time.Second, true, 0
		})
		observer := dialTCP(t, s.KTN)
		_ = observer.SetDeadline(time.Now().Add(2 * servertest.Patience))
		responses := json.NewDecoder(observer)
		_, _ = fmt.Fprint(observer, `{"request": "login", "content": "observer"}`)
		await := func(ends ...string) {
			t.Helper()
			for len(ends) > 0 {
				var r struct{ Content string }
				if err := responses.Decode(&r); err != nil {
					t.Fatalf("awaiting %q: %v", ends, err)
				}
				ends = slices.DeleteFunc(ends, func(end string) bool { return r.Content == end })
			}
		}
		await("Login successful")
		for _, talk := range []bool{false, true} {
			var left []string
			for protocol, signIn := range signIns {
				name := fmt.Sprintf("%s%v", protocol, talk)
				conn := signIn(t, s, name)
				await(name + " joined")
				network.Cut(conn.LocalAddr().(*net.TCPAddr).Port)
				left = append(left, name+" left")
			}
			if talk {
				_, _ = fmt.Fprint(observer, `{"request": "msg", "content": "Are you there?"}`)
			}
			await(left...)
		}
	})
}
