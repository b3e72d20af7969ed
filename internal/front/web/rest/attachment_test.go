package rest_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
)

func TestFilesCannotRunAnything(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, query, body, media, disposition string }{
		{"a picture", "Gr%C3%BC%C3%9Fe.png", picture.String(), "image/png", `inline; filename="Gr__e.png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.png`},
		{"a page", "x.html", "<!doctype html><script>alert(1)</script>", "application/octet-stream", `attachment; filename="x.html"; filename*=UTF-8''x.html`},
		{"a drawing that could run", "x.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "application/octet-stream", `attachment; filename="x.svg"; filename*=UTF-8''x.svg`},
		{"a path with quotes", `..%2F..%2Fa%22b%5Cc%3B%0D%0AX:y.txt`, "x", "application/octet-stream", `attachment; filename="c;X:y.txt"; filename*=UTF-8''c%3BX%3Ay.txt`},
		{"no name", "", "x", "application/octet-stream", `attachment; filename="file"; filename*=UTF-8''file`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.t = t
			id := w.call(ann, "POST", "/api/attachments?name="+tt.query, tt.body, "Content-Type", "text/html").want(201).read("id")
			w.call(bob, "GET", "/api/attachments/"+id, "").want(404) // it is not sent yet
			w.call(ann, "POST", "/api/rooms/public/messages", `{"attachments":["`+id+`"]}`).want(201)
			a := w.call(bob, "GET", "/api/attachments/"+id, "").want(200)
			if a.body != tt.body {
				t.Errorf("the file has %d bytes, want %d", len(a.body), len(tt.body))
			}
			for name, want := range map[string]string{
				"Content-Type": tt.media, "Content-Disposition": tt.disposition, "X-Content-Type-Options": "nosniff",
				"Content-Security-Policy": "sandbox; default-src 'none'", "Cross-Origin-Resource-Policy": "same-origin",
				"Cache-Control": "private, no-cache", "ETag": `"` + id + `"`, "Accept-Ranges": "bytes",
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
			w.call("", "GET", "/api/attachments/"+id, "").want(401)
		})
	}
}

func TestAPartOfAFile(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	id := w.call(ann, "POST", "/api/attachments?name=x", "0123456789").want(201).read("id")
	a := w.call(ann, "GET", "/api/attachments/"+id, "", "Range", "bytes=3-5").want(206)
	if a.body != "345" || a.header.Get("Content-Range") != "bytes 3-5/10" {
		t.Errorf("the part is %q, %s", a.body, a.header.Get("Content-Range"))
	}
	w.call(ann, "GET", "/api/attachments/"+id, "", "If-None-Match", a.header.Get("ETag")).want(304)
	w.call(ann, "GET", "/api/attachments/"+id, "", "Range", "bytes=3-5", "If-Range", `"other"`).want(200).has("0123456789")
}

// TestSlowBodies are given up, and their connection with them.
func TestSlowBodies(t *testing.T) {
	w := newWorld(t, func(_ *core.Options, o *rest.Options) { o.BodyDeadline = 20 * time.Millisecond })
	ann := w.account("ann", plausch.RoleMember)
	for _, path := range []string{"/api/rooms/public/messages", "/api/attachments?name=x"} {
		r := w.request(t.Context(), ann, "POST", path, "")
		body, more := io.Pipe()
		r.Body, r.ContentLength = body, 1000
		go func() { _, _ = io.WriteString(more, "x") }() // and no more
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		more.Close()
		if response.StatusCode != http.StatusRequestTimeout || !response.Close || !strings.Contains(string(text), `"invalid"`) {
			t.Errorf("%s: status %d, %s, closed: %v", path, response.StatusCode, text, response.Close)
		}
	}
}

// What curl -F and browsers send is a form; the file in it is what is kept.
func TestAFormIsNotKeptAsTheFile(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	const kind = "multipart/form-data; boundary=XX"
	part := func(disposition, content string) string {
		return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n"
	}
	const end = "--XX--\r\n"
	for _, c := range []struct{ what, body, name string }{
		{"curl -F file=@oil.txt", part(`name="file"; filename="oil.txt"`, "a file") + end, "oil.txt"},
		{"another field", part(`name="photo"; filename="oil.txt"`, "a file") + end, "oil.txt"},
		{"fields around it", part(`name="name"`, "gas.txt") + part(`name="file"; filename="oil.txt"`, "a file") + part(`name="x"`, "y") + end, "gas.txt"},
		{"curl -F 'file=<oil.txt'", part(`name="file"`, "a file") + part(`name="name"`, "late") + end, "file"},
	} {
		got := w.call(ann, "POST", "/api/attachments", c.body, "Content-Type", kind).want(201).has(`"size":6`)
		if c.name != "file" {
			got.has(`"name":"` + c.name + `"`)
		}
		w.call(ann, "GET", "/api/attachments/"+got.read("id"), "").want(200)
		if kept := w.call(ann, "GET", "/api/attachments/"+got.read("id"), "").body; kept != "a file" {
			t.Errorf("%s: %q is kept", c.what, kept)
		}
	}
	w.call(ann, "POST", "/api/attachments?name=n.txt", part(`name="file"; filename="oil.txt"`, "a file")+end, "Content-Type", kind).want(201).has(`"name":"n.txt"`)
	for _, c := range []struct {
		what, body, kind string
		status           int
	}{
		{"no file", part(`name="x"`, "y") + end, kind, 400},
		{"cut off", part(`name="file"; filename="oil.txt"`, "a file"), kind, 400},
		{"two files", part(`name="file"; filename="a"`, "a") + part(`name="file"; filename="b"`, "b") + end, kind, 400},
		{"no form", "nothing", kind, 400},
		{"no boundary", "--XX", "multipart/form-data", 415},
		{"another multipart", "--XX", "multipart/mixed; boundary=XX", 415},
		{"a long field", part(`name="name"`, strings.Repeat("x", 2000)) + part(`name="file"; filename="a"`, "a") + end, kind, 413},
	} {
		if got := w.call(ann, "POST", "/api/attachments", c.body, "Content-Type", c.kind); got.status != c.status {
			t.Errorf("%s: %d, %s; want %d", c.what, got.status, got.body, c.status)
		}
	}
	w.call(ann, "PUT", "/api/me/avatar", "--XX", "Content-Type", "multipart/mixed; boundary=XX").want(415)
	w.call(ann, "POST", "/api/rooms", part(`name="name"`, "den")+end, "Content-Type", kind).want(415)
}
