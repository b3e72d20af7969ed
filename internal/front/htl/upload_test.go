package htl

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
)

// piped is a connection in memory as a decoder reads it.
type piped struct{ net.Conn }

func (p piped) ReadBy(t time.Time) { _ = p.SetReadDeadline(t) }

// reader is who reads requests from a client until the first error.
type reader struct {
	conn  net.Conn // the client's
	kinds chan string
	err   error // once kinds is closed
}

// read reads what comes from an address, until the client ends it.
func read(all *uploads, source string, framed bool, ended <-chan struct{}) *reader {
	client, server := net.Pipe()
	r := &reader{conn: client, kinds: make(chan string, 100)}
	d := newDecoder(piped{server}, framed, all.newUpload(netip.MustParseAddr(source), ended))
	go func() {
		defer close(r.kinds)
		defer server.Close()
		defer d.endUpload()
		for {
			var next request
			if next, r.err = d.next(8 << 20); r.err != nil {
				return
			}
			r.kinds <- next.kind
		}
	}()
	return r
}

// large is a request of so many bytes.
func large(framed bool, size int) []byte {
	d := doc("type", "image", "content", []byte(strings.Repeat("x", size)))
	if framed {
		return frame(d)
	}
	return d
}

// TestStalledUploads begins as many uploads of a source as may be, of which no more
// comes: they hold little more than what has come and end soon, and nobody of another source waits.
func TestStalledUploads(t *testing.T) {
	for _, framed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var all uploads
			upload := large(framed, 4<<20)
			var stalled []*reader
			for range maxSourceUploads {
				r := read(&all, "198.51.100.7", framed, nil)
				_, _ = r.conn.Write(upload[:100<<10])
				stalled = append(stalled, r)
			}
			synctest.Wait()
			held := 0
			for _, u := range all.active {
				held += u.bytes
			}
			if len(all.active) != maxSourceUploads || held > maxSourceUploads*300<<10 {
				t.Errorf("%d uploads hold %d bytes", len(all.active), held)
			}

			begun := time.Now()
			for _, source := range []string{"198.51.100.8", "2001:db8::1", "198.51.100.7"} {
				r := read(&all, source, framed, nil)
				_, _ = r.conn.Write(upload)
				_, _ = r.conn.Write(upload) // another one, whose place the first gives back
				for range 2 {
					if kind := <-r.kinds; kind != "image" {
						t.Errorf("%s: an upload ends with %v", source, r.err)
					}
				}
				if took := time.Since(begun); source != "198.51.100.7" && took > 0 || took > stallTimeout {
					t.Errorf("%s: it took %v", source, took)
				}
				r.conn.Close()
			}
			for _, r := range stalled {
				if _, open := <-r.kinds; open || plausch.CodeOf(r.err) != plausch.Unavailable || !strings.Contains(r.err.Error(), "did not come in time") {
					t.Errorf("a stalled upload ends with %v", r.err)
				}
			}
			synctest.Wait()
			if len(all.active) > 0 {
				t.Errorf("%d uploads are left", len(all.active))
			}
		})
	}
}

// TestSlowUploads get as long as something comes, up to a bound.
func TestSlowUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all uploads
		slow := read(&all, "198.51.100.7", true, nil)
		begun := time.Now()
		rest := large(true, 100<<10*(int(uploadTimeout/stallTimeout)-1))
		for len(rest) > 0 {
			n := min(len(rest), 100<<10)
			_, _ = slow.conn.Write(rest[:n])
			rest = rest[n:]
			time.Sleep(stallTimeout - time.Second)
		}
		if kind := <-slow.kinds; kind != "image" {
			t.Errorf("a slow upload ends with %v after %v", slow.err, time.Since(begun))
		}
		slow.conn.Close()

		rest = large(true, 8<<20-100)
		never := read(&all, "198.51.100.7", true, nil)
		begun = time.Now()
		_, _ = never.conn.Write(rest[:100<<10])
		for i := 100 << 10; ; i++ {
			if _, err := never.conn.Write(rest[i : i+1]); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(begun); took < uploadTimeout || took > uploadTimeout+time.Second {
			t.Errorf("an upload that goes on for ever ends after %v", took)
		}
	})
}

// TestUploadsComplete has far more uploads at once than fit: they all come to their
// end, and never is more held than is allowed beside the oldest one.
func TestUploadsComplete(t *testing.T) {
	const size, sources = 34 << 20, 20
	synctest.Test(t, func(t *testing.T) {
		var all uploads
		var running sync.WaitGroup
		for i := range sources * maxSourceUploads {
			u := all.newUpload(netip.MustParseAddr(fmt.Sprintf("198.51.100.%d", i%sources)), nil)
			running.Go(func() {
				for bytes := 100 << 10; bytes < size; bytes += bytes / 2 {
					if err := u.grow(bytes); err != nil {
						t.Errorf("upload %d: %v", i, err)
						break
					}
					time.Sleep(time.Millisecond)
					check(t, &all)
				}
				u.end()
			})
		}
		running.Wait()
	})
}

func check(t *testing.T, all *uploads) {
	t.Helper()
	all.mu.Lock()
	defer all.mu.Unlock()
	held, bySource, oldest := 0, map[netip.Prefix]int{}, map[netip.Prefix]bool{}
	for i, u := range all.active {
		if i > 0 {
			held += u.bytes
		}
		if oldest[u.source] {
			bySource[u.source] += u.bytes
		}
		oldest[u.source] = true
	}
	if held > maxUploadBytes {
		t.Errorf("%d bytes are held beside the oldest upload", held)
	}
	for source, bytes := range bySource {
		if bytes > maxSourceBytes {
			t.Errorf("%v holds %d bytes beside its oldest upload", source, bytes)
		}
	}
}

// TestWaitingUploadEnds when the server ends its connection.
func TestWaitingUploadEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all uploads
		for range maxSourceUploads {
			if err := all.newUpload(netip.Addr{}, nil).grow(1 << 20); err != nil {
				t.Fatal(err)
			}
		}
		ended := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(ended) })
		begun := time.Now()
		err := all.newUpload(netip.Addr{}, ended).grow(1 << 20)
		if took := time.Since(begun); plausch.CodeOf(err) != plausch.Unavailable || took != time.Second {
			t.Errorf("waiting ended after %v with %v", took, err)
		}
		begun = time.Now()
		err = all.newUpload(netip.Addr{}, nil).grow(1 << 20)
		if took := time.Since(begun); plausch.CodeOf(err) != plausch.Unavailable || took != uploadTimeout {
			t.Errorf("waiting ended after %v with %v", took, err)
		}
	})
}
