package rest

import (
	"io"
	"net/http"
	"time"
)

const (
	// drainTime is how long a body that was refused is read on, so that its sender
	// gets to the answer: on data that nobody has read, the system resets the
	// connection, and the answer is lost.
	drainTime = 10 * time.Second
	// smallBody is what net/http reads of a body by itself, in bytes.
	smallBody = 256 << 10
)

// body knows whether it was read to its end, or until it failed.
type body struct {
	io.ReadCloser
	ended bool
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err != nil
	return n, err
}

// withBody returns a copy of r with such a body: net/http looks at its own again.
func withBody(r *http.Request) *http.Request {
	r = r.WithContext(r.Context())
	r.Body = &body{ReadCloser: r.Body}
	return r
}

// writeBefore answers by write to a request whose body may not have come whole.
func (s *Server) writeBefore(w http.ResponseWriter, r *http.Request, write func()) {
	b, ok := r.Body.(*body)
	if !ok || b.ended || r.ContentLength >= 0 && r.ContentLength <= smallBody {
		write()
		return
	}
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // or the answer would wait for the body
	w.Header().Set("Connection", "close")
	write()
	if control.Flush() != nil {
		return
	}
	_ = control.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.Copy(io.Discard, b) // of which nobody is told any more
}
