package port

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"plausch/internal/tcp"
)

// TestTCPIsReachable finds the TCP connection beneath whatever stands between it
// and a protocol: those who pace their writes ask the system about it.
func TestTCPIsReachable(t *testing.T) {
	seeker := Protocol{
		Name:  "seeker",
		Match: func(prefix []byte) Verdict { return Yes },
		Serve: func(c *Conn) {
			defer c.Ended()
			defer c.Close()
			fmt.Fprint(c, tcp.Conn(c.Conn) != nil)
		},
	}
	opts := Options{
		SignInDeadline: time.Minute, TLS: certificates(), Plaintext: PlainAny,
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	_, address := startFrom(t, opts, nil, seeker)
	proxied := header(t, 2, strangerAddress, false)
	for name, ask := range map[string]func() (string, error){
		"plain": func() (string, error) {
			answer, err := io.ReadAll(dial(t, address, "a"))
			return string(answer), err
		},
		"behind a proxy": func() (string, error) {
			answer, err := io.ReadAll(dial(t, address, proxied+"a"))
			return string(answer), err
		},
		"TLS": func() (string, error) { return saying(t, address, "a", new(tls.Config)) },
		"TLS behind a proxy": func() (string, error) {
			conn := tls.Client(dial(t, address, proxied), &tls.Config{InsecureSkipVerify: true})
			if _, err := conn.Write([]byte("a")); err != nil {
				return "", err
			}
			answer, err := io.ReadAll(conn)
			return string(answer), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if answer, err := ask(); answer != "true" {
				t.Errorf("the answer is %q, %v", answer, err)
			}
		})
	}
}
