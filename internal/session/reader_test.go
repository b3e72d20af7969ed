package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
)

// chunkConn gives its bytes in pieces of given sizes, again and again.
type chunkConn struct {
	net.Conn
	data     []byte
	sizes    []byte // 0 counts as 1
	next     int
	deadline time.Time
	set      bool // a deadline was, ever
}

func (c *chunkConn) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := len(c.data)
	if len(c.sizes) > 0 {
		n = min(n, max(1, int(c.sizes[c.next%len(c.sizes)])))
		c.next++
	}
	n = copy(p, c.data[:n])
	c.data = c.data[n:]
	return n, nil
}

func (c *chunkConn) SetReadDeadline(at time.Time) error {
	c.deadline, c.set = at, true
	return nil
}

// readFrames reads frames of a 2-byte length and a body until an error.
func readFrames(r *Reader, patience time.Duration) (frames [][]byte, err error) {
	for {
		head, err := r.Head(2, patience)
		if err != nil {
			return frames, err
		}
		body, err := r.Body(int(binary.BigEndian.Uint16(head)), patience)
		if err != nil {
			return frames, err
		}
		frames = append(frames, bytes.Clone(body))
	}
}

// FuzzReader reads the same bytes in different pieces: the frames are the same.
func FuzzReader(f *testing.F) {
	frame := func(n int) []byte {
		return append(binary.BigEndian.AppendUint16(nil, uint16(n)), bytes.Repeat([]byte("x"), n)...)
	}
	f.Add([]byte(nil), []byte(nil), 0)
	f.Add(frame(3), []byte{1}, 0)
	f.Add(append(frame(0), frame(5)...), []byte{2, 1, 9}, 4)
	f.Add(append(frame(smallBuffer-2), frame(smallBuffer)...), []byte{255, 1}, 3)
	f.Add(append(append(frame(10), frame(5000)...), frame(1)...), []byte{200, 3, 0}, 12)
	f.Add(frame(9)[:7], []byte{3}, 1)
	f.Fuzz(func(t *testing.T, data, sizes []byte, prefix int) {
		prefix = min(max(prefix, 0), len(data), smallBuffer)
		var want [][]byte
		rest := data
		for len(rest) >= 2 && len(rest)-2 >= int(binary.BigEndian.Uint16(rest)) {
			n := 2 + int(binary.BigEndian.Uint16(rest))
			want, rest = append(want, rest[2:n]), rest[n:]
		}
		wantErr := io.EOF
		if len(rest) > 0 {
			wantErr = io.ErrUnexpectedEOF
		}
		for _, patience := range []time.Duration{0, time.Second} {
			conn := &chunkConn{data: data[prefix:], sizes: sizes}
			got, err := readFrames(NewReader(conn, bytes.Clone(data[:prefix])), patience)
			if len(got) != len(want) {
				t.Fatalf("read %d frames, want %d", len(got), len(want))
			}
			for i := range got {
				if !bytes.Equal(got[i], want[i]) {
					t.Errorf("frame %d is %q, want %q", i, got[i], want[i])
				}
			}
			if !errors.Is(err, wantErr) {
				t.Errorf("ended with %v, want %v", err, wantErr)
			}
			if !conn.deadline.IsZero() {
				t.Error("a read deadline is left")
			}
			if patience == 0 && conn.set {
				t.Error("the read deadline of somebody else was changed")
			}
		}
	})
}

func TestReaderPatience(t *testing.T) {
	const patience = 10 * time.Second
	tests := map[string]struct {
		prefix, sent string
		waits        bool // for a frame that may take long
	}{
		"nothing":                      {waits: true},
		"a whole frame":                {sent: "\x00\x01a", waits: true},
		"half a head":                  {sent: "\x00"},
		"a head":                       {sent: "\x00\x05"},
		"half a body":                  {sent: "\x00\x05ab"},
		"half a head behind a frame":   {sent: "\x00\x01a\x00"},
		"half a head in the prefix":    {prefix: "\x00"},
		"half a body behind a prefix":  {prefix: "\x00\x05", sent: "abc"},
		"a frame behind half a prefix": {prefix: "\x00", sent: "\x01a", waits: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				go func() {
					if test.sent != "" {
						_, _ = far.Write([]byte(test.sent))
					}
					time.Sleep(time.Hour)
					far.Close()
				}()
				began := time.Now()
				_, err := readFrames(NewReader(near, []byte(test.prefix)), patience)
				switch took := time.Since(began); {
				case test.waits && (!errors.Is(err, io.EOF) || took != time.Hour):
					t.Errorf("ended after %v with %v, want io.EOF after 1h", took, err)
				case !test.waits && (plausch.CodeOf(err) != plausch.Invalid || took != patience):
					t.Errorf("ended after %v with %v, want an error of code invalid after %v", took, err, patience)
				}
				near.Close()
				time.Sleep(2 * time.Hour) // the writer ends
			})
		})
	}
}

// TestReaderWoken wakes a reader in the middle of a frame, as is done to a quiet
// session once, and to one that is to end again and again.
func TestReaderWoken(t *testing.T) {
	tests := map[string]struct {
		times int
		want  error
	}{
		"once":  {1, io.ErrUnexpectedEOF},
		"twice": {2, os.ErrDeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				go func() {
					_, _ = far.Write([]byte("\x00\x05ab"))
					for range test.times {
						synctest.Wait()
						_ = near.SetReadDeadline(past)
					}
					synctest.Wait()
					far.Close()
				}()
				if _, err := readFrames(NewReader(near, nil), time.Minute); !errors.Is(err, test.want) {
					t.Errorf("ended with %v, want %v", err, test.want)
				}
			})
		})
	}
}

func TestIdleReaderHasNoBuffer(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	r := NewReader(near, []byte("\x00\x01a"))
	done := make(chan error, 1)
	go func() {
		_, err := readFrames(r, 0)
		done <- err
	}()
	if _, err := far.Write([]byte("\x00")); err != nil { // is read, so the first frame is done
		t.Fatal(err)
	}
	far.Close()
	if err := <-done; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if r.buf != nil || r.prefix != nil {
		t.Error("a reader that waits for a frame holds a buffer")
	}
}
