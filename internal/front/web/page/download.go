package page

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// downloadName is a file of make release. Nothing else in the folder is given out.
var downloadName = regexp.MustCompile(`^(plausch_[A-Za-z0-9.]+_(linux|darwin|windows)_[a-z0-9]+(\.exe|\.deb)?|SHA256SUMS)$`)

// downloads is the data of a page that offers the program.
type downloads struct {
	Fits []string // for the computer that asks, empty if that cannot be told
	All  []string
}

// downloads returns what the server has of make release, in the folder that the host
// has filled.
func (q *request) downloads() downloads {
	var d downloads
	if q.server.opts.Downloads == "" {
		return d
	}
	entries, _ := os.ReadDir(q.server.opts.Downloads) // mostly there is none
	for _, e := range entries {
		if e.Type().IsRegular() && downloadName.MatchString(e.Name()) {
			d.All = append(d.All, e.Name())
		}
	}
	for _, kind := range kindsOf(q.UserAgent()) {
		for _, name := range d.All {
			if strings.HasSuffix(strings.TrimSuffix(name, ".exe"), kind) {
				d.Fits = append(d.Fits, name)
			}
		}
	}
	return d
}

// kindsOf returns how the names of programs end that run where a browser does. A
// browser on a Mac does not tell its processor.
func kindsOf(userAgent string) []string {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(userAgent, p) })
	}
	switch {
	case has("Android", "iPhone", "iPad", "CrOS"):
		return nil
	case has("Windows"):
		return []string{"_windows_amd64"}
	case has("Macintosh", "Mac OS X"):
		return []string{"_darwin_arm64", "_darwin_amd64"}
	case has("Linux") && has("aarch64", "arm64"):
		return []string{"_linux_arm64"}
	case has("Linux") && has("armv7", "armv8l"):
		return []string{"_linux_armv7"}
	case has("Linux") && has("x86_64", "amd64"):
		return []string{"_linux_amd64"}
	}
	return nil
}

func (q *request) welcome() error { return q.show(http.StatusOK, "welcome", q.downloads()) }

// download gives out a file.
func (q *request) download() error {
	name := q.PathValue("name")
	if q.server.opts.Downloads == "" || !downloadName.MatchString(name) {
		return q.notFound()
	}
	path := filepath.Join(q.server.opts.Downloads, name)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return q.notFound()
	}
	f, err := os.Open(path)
	if err != nil {
		return q.notFound()
	}
	defer f.Close()
	h := q.w.Header()
	h.Set("Cache-Control", "no-cache") // another release may have the same name
	h.Set("Content-Type", "application/octet-stream")
	if name == "SHA256SUMS" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	http.ServeContent(deadlineWriter{q.w, http.NewResponseController(q.w)}, q.Request, name, info.ModTime(), f)
	return nil
}

// deadlineWriter gives each piece of a file its own deadline: a file may take long, but
// somebody has to read it.
type deadlineWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (w deadlineWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(writeDeadline)) // an error shows in the write
	return w.ResponseWriter.Write(p)
}
