package client_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/internal/config"
	"plausch/internal/server/servertest"
)

// openAs opens a client and waits until it is online.
func openAs(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	c, err := client.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.WaitOnline(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// TestFilesOverEveryScheme uploads and downloads over plain HTTP and over TLS, whose
// certificate is known by its fingerprint alone, from all kinds of addresses.
func TestFilesOverEveryScheme(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.TLS = config.TLSSelfSigned })
	pins := client.NewPinFile(filepath.Join(t.TempDir(), "pins.json"))
	_, err := client.Dial(t.Context(), "tls://"+s.Address, client.DialOptions{Pins: pins})
	var unknown *client.CertificateError
	if !errors.As(err, &unknown) {
		t.Fatalf("a certificate that nobody has confirmed: %v", err)
	}
	if err := pins.SavePin(unknown.Server, unknown.Fingerprint); err != nil {
		t.Fatal(err)
	}
	content := randomBytes(300_000)
	for _, scheme := range []string{"tcp", "ws", "tls", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			c := openAs(t, client.Options{Address: scheme + "://" + s.Address, Name: "anna-" + scheme, Dial: client.DialOptions{Pins: pins}})
			var sent []int64
			file, err := c.Upload(t.Context(), client.Upload{
				Name: "notes & more.bin", Body: bytes.NewReader(content), Size: int64(len(content)),
				Progress: func(n int64) { sent = append(sent, n) },
			})
			if err != nil {
				t.Fatal(err)
			}
			if file.Name != "notes & more.bin" || file.Size != int64(len(content)) {
				t.Errorf("the file is %+v", file)
			}
			if len(sent) < 2 || sent[len(sent)-1] != file.Size {
				t.Errorf("the progress was %v, want steps to %d", sent, file.Size)
			}
			var got bytes.Buffer
			var last, total int64
			n, err := c.Download(t.Context(), file.ID, client.Download{To: &got, Progress: func(n, size int64) { last, total = n, size }})
			if err != nil || n != file.Size || !bytes.Equal(got.Bytes(), content) {
				t.Errorf("%d bytes came, %v", n, err)
			}
			if last != file.Size || total != file.Size {
				t.Errorf("the last progress was %d of %d", last, total)
			}
		})
	}
	t.Run("another certificate", func(t *testing.T) {
		if err := pins.SavePin(unknown.Server, strings.Repeat("0", 64)); err != nil {
			t.Fatal(err)
		}
		err := client.PostWebhook(t.Context(), "wss://"+s.Address, client.DialOptions{Pins: pins}, client.WebhookPost{Token: "secret", Text: "x"})
		if !errors.As(err, &unknown) || strings.Contains(err.Error(), "secret") {
			t.Errorf("the error is %v, want one of the certificate", err)
		}
	})
}

// cutter is a connection that is cut off after a number of bytes that were read.
type cutter struct {
	net.Conn
	left int
}

func (c *cutter) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// writeCutter is a connection that is cut off after a number of bytes that were written.
type writeCutter struct {
	net.Conn
	left int
}

func (c *writeCutter) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), c.left)])
	if c.left -= n; err == nil && n < len(p) {
		c.Close()
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// TestTransfersThatEnd ends transfers in the middle in every way.
func TestTransfersThatEnd(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.Limits.FileBytes = 1 << 20 })
	tokens := client.NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
	c := openAs(t, client.Options{Address: "tcp://" + s.Address, Name: "anna", Tokens: tokens})
	content := randomBytes(1 << 20)
	file, err := c.Upload(t.Context(), client.Upload{Name: "a", Body: bytes.NewReader(content), Size: int64(len(content))})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("an upload that is too large", func(t *testing.T) {
		for name, size := range map[string]int64{"of known size": 64 << 20, "of unknown size": 0} {
			for range 10 {
				var sent int64
				_, err := c.Upload(t.Context(), client.Upload{
					Name: "b", Body: io.LimitReader(rand.Reader, 64<<20), Size: size, Progress: func(n int64) { sent = n },
				})
				if plausch.CodeOf(err) != plausch.TooLarge || !strings.Contains(err.Error(), "1048576 bytes") {
					t.Fatalf("%s: %v, want the limit", name, err)
				}
				if size > 0 && sent > 0 {
					t.Errorf("%s: %d bytes went, though it was to be refused", name, sent)
				}
			}
		}
	})
	t.Run("an upload whose context is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		never, _ := io.Pipe()
		body := io.MultiReader(bytes.NewReader(content[:1000]), never)
		defer never.Close()
		_, err := c.Upload(ctx, client.Upload{Name: "c", Body: body, Progress: func(int64) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("an upload whose file cannot be read", func(t *testing.T) {
		broken := errors.New("the disk is broken")
		r, w := io.Pipe()
		w.CloseWithError(broken)
		_, err := c.Upload(t.Context(), client.Upload{Name: "d", Body: r})
		if !errors.Is(err, broken) {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("a download that is too large", func(t *testing.T) {
		var got bytes.Buffer
		_, err := c.Download(t.Context(), file.ID, client.Download{To: &got, Max: file.Size - 1})
		if plausch.CodeOf(err) != plausch.TooLarge || got.Len() > 0 {
			t.Errorf("%d bytes came, %v", got.Len(), err)
		}
	})
	t.Run("a download of nothing", func(t *testing.T) {
		for _, id := range []string{"01NOSUCHFILE", "", "..", "a/b"} {
			_, err := c.Download(t.Context(), id, client.Download{To: io.Discard})
			if code := plausch.CodeOf(err); code != plausch.NotFound && code != plausch.Invalid {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
	t.Run("transfers over connections that are cut off go on", func(t *testing.T) {
		for name, cut := range map[string]func(net.Conn) net.Conn{
			"reading": func(nc net.Conn) net.Conn { return &cutter{Conn: nc, left: 300_000} },
			"writing": func(nc net.Conn) net.Conn { return &writeCutter{Conn: nc, left: 300_000} },
		} {
			var dials atomic.Int64
			c := openAs(t, client.Options{Address: "tcp://" + s.Address, Name: "anna", Tokens: tokens, Dial: client.DialOptions{
				NetDial: func(ctx context.Context, network, address string) (net.Conn, error) {
					nc, err := new(net.Dialer).DialContext(ctx, network, address)
					if err != nil {
						return nil, err
					}
					dials.Add(1)
					return cut(nc), nil
				},
			}})
			sent, err := c.Upload(t.Context(), client.Upload{Name: name, Body: bytes.NewReader(content), Size: int64(len(content))})
			if err != nil || sent.Size != int64(len(content)) || sent.Name != name {
				t.Fatalf("%s: uploaded as %+v, %v", name, sent, err)
			}
			var got bytes.Buffer
			if n, err := c.Download(t.Context(), sent.ID, client.Download{To: &got}); err != nil || n != sent.Size || !bytes.Equal(got.Bytes(), content) {
				t.Fatalf("%s: %d bytes came, %v", name, n, err)
			}
			if n := dials.Load(); n < 4 {
				t.Errorf("%s: there were %d connections", name, n)
			}
		}
	})
	t.Run("a transient guest", func(t *testing.T) {
		guest := openAs(t, client.Options{Address: "tcp://" + s.Address, Name: "gus", Transient: true})
		_, err := guest.Upload(t.Context(), client.Upload{Name: "a", Body: strings.NewReader("x")})
		if plausch.CodeOf(err) != plausch.Unsupported {
			t.Errorf("the error is %v", err)
		}
	})
}
