package page

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"plausch/web"
)

// The web client is one page, at the addresses of the app: "/" and /r/ROOM/SEQ. It is the
// same for everybody and asks for what it shows over the WebSocket, in which the cookie signs
// in. What it loads stands below /app/, under names that change with what is in them.

// appPolicy is what the web client may do (docs/security.md).
const appPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types plausch"

// registerApp makes mux answer for the web client.
func registerApp(mux *http.ServeMux) {
	files := web.Files()
	names, err := fs.Glob(files, "*")
	if err != nil {
		panic(err) // the pattern is valid
	}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err) // it is in the binary
		}
		a := &asset{body: body, kind: assetKinds[path.Ext(name)], tag: etag(body), cache: "public, max-age=31536000, immutable"}
		a.zipped = sync.OnceValue(a.zip)
		if name != "index.html" {
			mux.Handle("GET /app/"+name, a)
			continue
		}
		a.cache = "no-cache"
		for _, pattern := range []string{"GET /{$}", "GET /r/{room}", "GET /r/{room}/{seq}"} {
			mux.Handle(pattern, a)
		}
	}
}

var assetKinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

// asset is a file of the web client.
type asset struct {
	body   []byte
	zipped func() []byte // nil if that is no gain
	kind   string
	tag    string
	cache  string
}

// ServeHTTP implements http.Handler.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	protect(h)
	h.Set("Content-Security-Policy", appPolicy)
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", a.cache)
	h.Set("ETag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if zipped := a.zipped(); zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = zipped
	}
	send(w, http.StatusOK, body)
}

func (a *asset) zip() []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is right
	_, _ = z.Write(a.body)                                // a buffer takes everything
	_ = z.Close()
	if b.Len() >= len(a.body) {
		return nil
	}
	return b.Bytes()
}
