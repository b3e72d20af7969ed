package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
)

// recorder keeps what its connections have written. JSON can be read in it.
type recorder struct {
	mu    sync.Mutex
	conns []*recorded
}

type recorded struct {
	net.Conn
	by  *recorder
	out bytes.Buffer
}

// dial is a NetDial.
func (r *recorder) dial(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &recorded{Conn: nc, by: r}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
	return c, nil
}

func (c *recorded) Write(p []byte) (int, error) {
	c.by.mu.Lock()
	c.out.Write(p)
	c.by.mu.Unlock()
	return c.Conn.Write(p)
}

// requests returns the methods that were called, and of what was asked for over HTTP
// the verb and the path.
func (r *recorder) requests(t *testing.T) map[string]bool {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[string]bool{}
	for _, c := range r.conns {
		out := c.out.Bytes()
		for len(out) > 0 {
			var body []byte
			switch {
			case out[0] == 0: // the length of a frame, which is less than 1<<24
				n := int(out[1])<<16 | int(out[2])<<8 | int(out[3])
				body, out = out[4:4+n], out[4+n:]
			case bytes.HasPrefix(out, []byte("GET /ws")):
				_, frames, _ := bytes.Cut(out, []byte("\r\n\r\n"))
				in := bytes.NewReader(frames)
				frame, err := ws.ReadFrame(in)
				if err != nil {
					out = nil
					continue
				}
				body = ws.UnmaskFrame(frame).Payload
				out = append([]byte("GET /ws\r\n\r\n"), frames[len(frames)-in.Len():]...)
			default: // HTTP, one request a connection or several
				for line := range strings.Lines(string(out)) {
					if before, isRequest := strings.CutSuffix(strings.TrimSpace(line), " HTTP/1.1"); isRequest {
						path, _, _ := strings.Cut(before, "?")
						seen[path] = true
					}
				}
				out = nil
			}
			var request struct{ Method string }
			if json.Unmarshal(body, &request) == nil {
				seen[request.Method] = true
			}
		}
	}
	return seen
}
