package e2e

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch/protocol"
)

// dialTLS is dialWire over TLS, whose certificate it does not look at.
func dialTLS(t *testing.T, address string, f protocol.Format) *wire {
	t.Helper()
	name := protocol.ALPN
	if f.Framing == protocol.WebSocket {
		name = "http/1.1"
	}
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	w := &wire{t: t, conn: conn, format: f}
	if f.Framing == protocol.WebSocket {
		d := ws.Dialer{Protocols: []string{"plausch.v1." + f.Codec.String()}}
		if w.in, _, err = d.Upgrade(conn, &url.URL{Scheme: "wss", Host: address, Path: "/ws"}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestEveryFormatOverTLS(t *testing.T) {
	s := startServer(t, "--tls=self-signed", "--limits-sign-in-deadline=300ms")
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			in := dialTLS(t, s.address, f).enterAnew()
			// A frame that comes in pieces, each in a record of its own.
			ping := in.frame(in.request(protocol.MethodPing, &protocol.Empty{}))
			for i := range ping {
				in.write(ping[i : i+1])
			}
			if err := in.reply(in.id, &protocol.Empty{}); err != nil {
				t.Error(err)
			}
			silent := dialTLS(t, s.address, f)
			silent.ending()
			in.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{}) // the deadline was for others
		})
	}
	s.awaitMetric("plausch_connections_before_sign_in", equals(0))
}

// TestPlacesComeBackOverTLS ends connections in the middle of everything: each
// must give its place back.
func TestPlacesComeBackOverTLS(t *testing.T) {
	s := startServer(t, "--tls=self-signed", "--limits-connections-private-before-sign-in=4")
	said := map[string]string{
		"nothing": "", "half a frame": "\x00\x00\x00\x05{", "no protocol": "\xff\xff", "half a request": "GET / HT",
		"a page": "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "TLS in TLS": "\x16\x03\x01\x02\x00",
	}
	for name, text := range said {
		for _, how := range []string{"closes", "resets"} {
			t.Run(name+" and "+how, func(t *testing.T) {
				for range 6 { // more than there are places
					raw, err := net.Dial("tcp", s.address)
					if err != nil {
						t.Fatal(err)
					}
					conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
					if _, err := io.WriteString(conn, text); err != nil {
						t.Fatal(err)
					}
					if how == "resets" {
						_ = raw.(*net.TCPConn).SetLinger(0)
						_ = raw.Close()
					}
					_ = conn.Close()
					s.awaitMetric("plausch_connections", equals(0))
				}
			})
		}
	}
}

// TestSlowStrangers has many strangers be slow, in every protocol and wherever one
// can be (R12), and one who is not: that one gets in while they are there, and
// each of them is closed at the end of its time, not of a step.
func TestSlowStrangers(t *testing.T) {
	const deadline = 4 * time.Second
	each := pick(20, 200)
	s := startServer(t, "--tls=self-signed", "--limits-sign-in-deadline="+deadline.String(),
		"--limits-connections-private-before-sign-in=4000")
	var hello [5]byte // the head of a record of 512 bytes, which never comes
	copy(hello[:], "\x16\x03\x01")
	binary.BigEndian.PutUint16(hello[3:], 512)
	kinds := map[string]func(net.Conn) (net.Conn, error){
		"handshake": func(c net.Conn) (net.Conn, error) {
			_, err := c.Write(hello[:])
			return c, err
		},
		"head of a request": func(c net.Conn) (net.Conn, error) { return secretly(c, "GET / HTTP/1.1\r\nHost: ") },
		"frame":             func(c net.Conn) (net.Conn, error) { return secretly(c, "\x00\x00\x01\x00{\"id\"") },
		"nothing in TLS":    func(c net.Conn) (net.Conn, error) { return secretly(c, "") },
	}
	for kind, text := range map[string]string{
		"nothing":                   "",
		"head of a request, plain":  "GET /ws HTTP/1.1\r\nHost: ",
		"body of a request":         "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx",
		"frame, plain":              "\x00\x00\x01\x00{\"id\"",
		"KTN":                       `{"request": "login", "content": "k`,
		"htl":                       "\x00\x00\x01\x00\x82\xa4type\xa4auth\xa4user",
		"htl without lengths":       "\x82\xa4type\xa4auth\xa4user",
		"htl, an array of billions": "\x82\xa4type\xdd\x7f\xff\xff\xff",
	} {
		kinds[kind] = func(c net.Conn) (net.Conn, error) {
			_, err := io.WriteString(c, text)
			return c, err
		}
	}
	var (
		mu    sync.Mutex
		slow  []net.Conn
		began sync.WaitGroup
		start = time.Now()
	)
	for kind, begin := range kinds {
		began.Go(func() {
			for range each {
				raw, err := net.Dial("tcp", s.address)
				if err == nil {
					t.Cleanup(func() { raw.Close() })
					raw, err = begin(raw)
				}
				if err != nil {
					t.Errorf("%s: %v", kind, err)
					return
				}
				mu.Lock()
				slow = append(slow, raw)
				mu.Unlock()
			}
		})
	}
	began.Wait()
	s.awaitMetric("plausch_connections_before_sign_in", func(n float64) bool { return n > float64(each) })
	// People sign in all the while.
	signIns, slowest := 0, time.Duration(0)
	for signIns < 3 || time.Since(start) < deadline {
		signIn := time.Now()
		w := dialTLS(t, s.address, protocol.Format{}).enterAnew()
		w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
		slowest = max(slowest, time.Since(signIn))
		if signIns++; signIns == 3 {
			t.Logf("%v are slow at once", s.metric("plausch_connections_before_sign_in"))
		}
		w.conn.Close()
		time.Sleep(20 * time.Millisecond) // people, not a benchmark
	}
	t.Logf("beside them %d sign-ins take at most %v each", signIns, slowest)
	if slowest > deadline/2 {
		t.Errorf("a sign-in takes %v beside slow ones", slowest)
	}

	// One who comes last, and does nothing at all, is the last to be closed.
	last, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	awaitByte(t, last, false)
	for i, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(deadline / 2))
		_, err := io.Copy(io.Discard, conn)
		if stuck := net.Error(nil); errors.As(err, &stuck) && stuck.Timeout() {
			t.Fatalf("slow connection %d is not closed", i)
		}
	}
	t.Logf("all %d slow ones are closed %v after the first was opened", len(slow), time.Since(start))
	s.awaitMetric("plausch_connections", equals(0))
}

// secretly says text over TLS.
func secretly(c net.Conn, text string) (net.Conn, error) {
	conn := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	_, err := io.WriteString(conn, text)
	return conn, err
}
