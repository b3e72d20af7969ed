package session

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"plausch/internal/cert"
)

// pair returns the two ends of a connection over the loopback, over TLS if
// encrypted.
func pair(t *testing.T, encrypted bool) (near, far net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if far, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if near, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	if !encrypted {
		return near, far
	}
	source, err := cert.NewSelfSigned(t.TempDir(), "test")
	if err != nil {
		t.Fatal(err)
	}
	server, client := tls.Server(near, source.Config()), tls.Client(far, &tls.Config{InsecureSkipVerify: true})
	shaken := make(chan error, 1)
	go func() { shaken <- server.Handshake() }()
	if err := errors.Join(client.Handshake(), <-shaken); err != nil {
		t.Fatal(err)
	}
	return server, client
}

// TestTheLastFrameIsHeard has the other side send what is never read: the last
// frame comes all the same, whether or not somebody waits for input at the time.
func TestTheLastFrameIsHeard(t *testing.T) {
	for name, test := range map[string]struct{ encrypted, reading, woken bool }{
		"nobody reads":           {},
		"somebody reads":         {reading: true},
		"deadlines are set":      {reading: true, woken: true},
		"nobody reads, TLS":      {encrypted: true},
		"deadlines are set, TLS": {encrypted: true, reading: true, woken: true},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t, test.encrypted)
			var cuts atomic.Uint64
			o := new(Outbox)
			o.init(near, 100, 10*time.Second, &cuts)
			// What comes in fills the buffers of the system, and more is on its way.
			full := make(chan struct{})
			sent := make(chan error, 1)
			go func() {
				for i := range 64 {
					if i == 8 {
						close(full)
					}
					if _, err := far.Write(make([]byte, 64<<10)); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			select {
			case <-full:
			case <-time.After(time.Second): // the buffers are small
			}
			if test.reading {
				go func() { _, _ = near.Read(make([]byte, 1)) }()
			}
			o.Finish([]byte("bye"))
			if test.woken {
				done := make(chan struct{})
				defer close(done)
				go func() {
					for tick := time.NewTicker(time.Millisecond); ; {
						select {
						case <-done:
							return
						case <-tick.C:
							_ = near.SetReadDeadline(past)
						}
					}
				}()
			}
			// Some systems drop what they have received when a reset comes, and none
			// sends what was lost on the way again; here it shows in our writes.
			if err := <-sent; err != nil {
				t.Errorf("the connection was reset: %v", err)
			}
			heard, err := io.ReadAll(far)
			if string(heard) != "bye" || err != nil {
				t.Errorf("the other side heard %q, %v", heard, err)
			}
			_ = far.Close()
			o.Wait()
			if n := cuts.Load(); n != 0 {
				t.Errorf("%d connections were cut off for not reading", n)
			}
		})
	}
}

// TestLingeringEnds has the other side neither read nor end.
func TestLingeringEnds(t *testing.T) {
	near, _ := pair(t, false)
	o := new(Outbox)
	o.init(near, 100, 10*time.Second, new(atomic.Uint64))
	reading := make(chan error, 1)
	go func() {
		_, err := near.Read(make([]byte, 1))
		reading <- err
	}()
	o.Finish([]byte("bye"))
	o.Wait()
	if err := <-reading; !errors.Is(err, net.ErrClosed) {
		t.Errorf("who read ends with %v", err)
	}
}
