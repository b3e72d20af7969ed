package rest

import (
	"net/http"
	"net/url"
	"strings"
)

// CleanPath returns r with the address that it means: repeated slashes are one,
// and one at the end of an address of the API is none. So nobody has to be
// redirected, which takes the body of a POST away. It reports false if the
// address has the segments . or .., which are not resolved: what is meant by them
// is unclear. As %2e they are names like others.
func CleanPath(r *http.Request) (*http.Request, bool) {
	path := r.URL.EscapedPath()
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "":
		case ".", "..":
			return r, false
		default:
			segments = append(segments, segment)
		}
	}
	cleaned := "/" + strings.Join(segments, "/")
	api := len(segments) > 0 && segments[0] == "api"
	if len(segments) > 0 && strings.HasSuffix(path, "/") && !api || cleaned == "/api" {
		cleaned += "/"
	}
	if cleaned == path {
		return r, true
	}
	unescaped, err := url.PathUnescape(cleaned)
	if err != nil {
		return r, false
	}
	c := r.Clone(r.Context())
	c.URL.Path, c.URL.RawPath = unescaped, cleaned
	return c, true
}

// Below reports whether the API answers a request.
func Below(r *http.Request) bool {
	path := strings.TrimLeft(r.URL.EscapedPath(), "/")
	return path == "api" || strings.HasPrefix(path, "api/")
}
