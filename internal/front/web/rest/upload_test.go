package rest_test

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
)

const tusBytes = "application/offset+octet-stream"

// begin begins an upload and returns its address.
func (w *world) begin(token string, size int, metadata ...string) string {
	w.t.Helper()
	var pairs []string
	for i := 0; i < len(metadata); i += 2 {
		pairs = append(pairs, metadata[i]+" "+base64.StdEncoding.EncodeToString([]byte(metadata[i+1])))
	}
	a := w.call(token, "POST", "/api/uploads", "", "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size), "Upload-Metadata", strings.Join(pairs, ",")).want(201)
	return a.header.Get("Location")
}

func (w *world) patch(token, at string, offset int, body string) answer {
	w.t.Helper()
	return w.call(token, "PATCH", at, body, "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset), "Content-Type", tusBytes)
}

func (a answer) offset(want string) answer {
	a.t.Helper()
	if got := a.header.Get("Upload-Offset"); got != want {
		a.t.Errorf("%s: the offset is %q, want %s", a.what, got, want)
	}
	return a
}

// tryUploads tries each operation of uploads.
func tryUploads(w *world, token string) {
	w.t.Helper()
	o := w.call(token, "OPTIONS", "/api/uploads", "").want(204)
	if o.header.Get("Tus-Version") != "1.0.0" || o.header.Get("Tus-Max-Size") == "" || !strings.Contains(o.header.Get("Tus-Extension"), "creation") {
		w.t.Errorf("the options are %v", o.header)
	}
	at := w.begin(token, 10, "filename", "a.txt")
	w.call(token, "HEAD", at, "").want(200).offset("0")
	w.patch(token, at, 0, "0123").want(204).offset("4")
	w.patch(token, at, 3, "xx").want(409)
	w.call(token, "GET", at, "").want(200).has(`"offset":4,"size":10`)
	w.patch(token, at, 4, "456789").want(204).offset("10")
	w.call(token, "HEAD", at, "").want(200).offset("10")
	id := w.call(token, "GET", at, "").want(200).has(`"name":"a.txt"`).read("attachment", "id")
	w.call(token, "GET", "/api/attachments/"+id, "").want(200).has("0123456789")
	gone := w.begin(token, 10)
	w.call(token, "DELETE", gone, "", "Tus-Resumable", "1.0.0").want(204)
	w.call(token, "HEAD", gone, "").want(404)
	w.call(token, "POST", "/api/uploads", "", "Upload-Length", "x").want(400)
	w.call(token, "POST", "/api/uploads", "", "Upload-Length", "1", "Upload-Metadata", "filename ?").want(400)
	w.call(token, "POST", "/api/uploads", "", "Upload-Length", "1", "Tus-Resumable", "2.0.0").want(412)
	w.call(token, "PATCH", gone, "x", "Upload-Offset", "0").want(415)
	over, err := http.DefaultTransport.RoundTrip(w.request(w.t.Context(), token, "POST", at, "", "X-HTTP-Method-Override", "HEAD"))
	if err != nil {
		w.t.Fatal(err)
	}
	over.Body.Close()
	if over.Header.Get("Upload-Offset") != "10" {
		w.t.Errorf("by another method: %v", over.Status)
	}
	first := w.call(token, "POST", "/api/uploads", "abc", "Upload-Length", "5", "Content-Type", tusBytes).want(201).offset("3")
	w.patch(token, first.header.Get("Location"), 3, "def").want(400) // one byte too many
	w.call(token, "HEAD", first.header.Get("Location"), "").want(200).offset("3")
}

// TestUploadsAreTheirUploaders: nobody else sees or ends them.
func TestUploadsAreTheirUploaders(t *testing.T) {
	w := newWorld(t, func(o *core.Options, _ *rest.Options) { o.MaxFile, o.MaxAccountFiles = 100, 150 })
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	w.call("", "POST", "/api/uploads", "", "Upload-Length", "1").want(401)
	w.call(ann, "POST", "/api/uploads", "", "Upload-Length", "101").want(413)
	at := w.begin(ann, 100)
	w.call(ann, "POST", "/api/uploads", "", "Upload-Length", "51").want(413) // what has begun counts
	for _, method := range []string{"GET", "HEAD", "DELETE"} {
		w.call(bob, method, at, "").want(404)
	}
	w.patch(bob, at, 0, "x").want(404)
	w.patch("", at, 0, "x").want(401)
	w.patch(ann, at, 0, "x").want(204).offset("1")
	w.call(ann, "DELETE", at, "").want(204)
	w.begin(ann, 100)
}

// TestADeadConnectionIsTakenOver: a PATCH that hangs ends when another goes on, and what came
// of it stays.
func TestADeadConnectionIsTakenOver(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	for _, method := range []string{"PATCH", "HEAD"} {
		at := w.begin(ann, 6, "client_id", rand.Text())
		r := w.request(t.Context(), ann, "PATCH", at, "", "Upload-Offset", "0", "Content-Type", tusBytes)
		body, more := io.Pipe()
		r.Body, r.ContentLength = body, 6
		ended := make(chan int, 1)
		go func() {
			a, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				ended <- 0
				return
			}
			a.Body.Close()
			ended <- a.StatusCode
		}()
		if _, err := io.WriteString(more, "abc"); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(w.call(ann, "GET", at, "").want(200).body, `"offset":3`) {
		}
		if method == "HEAD" {
			w.call(ann, "HEAD", at, "").want(200).offset("3")
		}
		w.patch(ann, at, 3, "def").want(204).offset("6")
		if status := <-ended; status == 204 {
			t.Errorf("the first request got %d", status)
		}
		more.Close()
		id := w.call(ann, "GET", at, "").want(200).read("attachment", "id")
		w.call(ann, "GET", "/api/attachments/"+id, "").want(200).has("abcdef")
	}
}

// TestABrokenUploadGoesOn where it broke, also one with a client id whose address was lost.
func TestABrokenUploadGoesOn(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	at := w.begin(ann, 6, "client_id", "c1", "filename", "x")
	r := w.request(t.Context(), ann, "PATCH", at, "", "Upload-Offset", "0", "Content-Type", tusBytes)
	body, more := io.Pipe()
	r.Body, r.ContentLength = body, 6
	go func() {
		_, _ = io.WriteString(more, "abcd")
		more.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if a, err := http.DefaultTransport.RoundTrip(r); err == nil {
		a.Body.Close()
	}
	if again := w.begin(ann, 6, "client_id", "c1"); again != at {
		t.Errorf("the upload goes on at %s, not %s", again, at)
	}
	offset := w.call(ann, "HEAD", at, "").want(200).header.Get("Upload-Offset")
	n, _ := strconv.Atoi(offset)
	if n > 4 {
		t.Fatalf("the offset is %d", n)
	}
	w.patch(ann, at, n, "abcdef"[n:]).want(204)
	done := w.begin(ann, 6, "client_id", "c1")
	id := w.call(ann, "GET", done, "").want(200).read("attachment", "id")
	w.call(ann, "GET", "/api/attachments/"+id, "").want(200).has("abcdef")
	w.call(ann, "POST", "/api/uploads", "", "Upload-Length", "7", "Upload-Metadata", "client_id "+base64.StdEncoding.EncodeToString([]byte("c1"))).want(201)
}
