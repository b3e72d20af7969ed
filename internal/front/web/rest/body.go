package rest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/protocol"
)

// maxBody is the largest body that is read, but for webhooks and files.
const maxBody = protocol.MaxFrame

// body reads the whole body, of at most limit bytes.
func (q *request) body(limit int64) ([]byte, error) {
	control := http.NewResponseController(q.w)
	_ = control.SetReadDeadline(time.Now().Add(q.server.opts.BodyDeadline))
	b, err := io.ReadAll(http.MaxBytesReader(q.w, q.Body, limit))
	switch {
	case err == nil:
		_ = control.SetReadDeadline(time.Time{}) // or the request would be taken for given up
		return b, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, plausch.Errorf(plausch.TooLarge, "the body has more than %d bytes, the maximum here", limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		q.w.Header().Set("Connection", "close")
		return nil, &failure{http.StatusRequestTimeout, plausch.Errorf(plausch.Invalid, "the body did not arrive completely in time")}
	default:
		return nil, plausch.Errorf(plausch.Invalid, "the body did not arrive completely")
	}
}

// jsonBody reads a body of JSON into v. It is strict, so that a slip of the pen
// is told rather than ignored.
func (q *request) jsonBody(v any) error {
	if media, err := q.mediaType(); err != nil {
		return err
	} else if media != "application/json" {
		return unsupportedMedia("send JSON, and say so with the header Content-Type: application/json")
	}
	b, err := q.body(maxBody)
	if err != nil {
		return err
	}
	return decode(b, v)
}

func decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true)); err != nil {
		return plausch.Errorf(plausch.Invalid, "the body is not what is taken here: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// mediaType returns the type of the body, empty if the request does not say.
func (q *request) mediaType() (string, error) {
	header := q.Header.Get("Content-Type")
	if header == "" {
		return "", nil
	}
	media, params, err := mime.ParseMediaType(header)
	charset := strings.ToLower(params["charset"])
	if err != nil || charset != "" && charset != "utf-8" && charset != "us-ascii" {
		return "", unsupportedMedia("the header Content-Type cannot be read, or says a charset other than UTF-8")
	}
	return media, nil
}

func unsupportedMedia(text string) error {
	return &failure{http.StatusUnsupportedMediaType, plausch.Errorf(plausch.Invalid, "%s", text)}
}

// checkQuery refuses parameters that nobody reads: a slip of the pen in limit or
// since would be noticed late.
func (q *request) checkQuery(known []string) error {
	for name := range q.URL.Query() {
		if !slices.Contains(known, name) && !slices.Contains(known, "*") {
			return plausch.Errorf(plausch.Invalid, "there is no parameter %q here", name)
		}
	}
	return nil
}

// number returns a parameter of the query that is a number, 0 if it is absent.
func (q *request) number(name string) (int64, error) {
	value := q.URL.Query().Get(name)
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return 0, plausch.Errorf(plausch.Invalid, "%s has to be a number, not %q", name, value)
	}
	return n, nil
}

// numbers returns several of them.
func (q *request) numbers(names ...string) ([]int64, error) {
	all := make([]int64, len(names))
	for i, name := range names {
		n, err := q.number(name)
		if err != nil {
			return nil, err
		}
		all[i] = n
	}
	return all, nil
}

// flag returns a parameter that is true or false; absent it is false.
func (q *request) flag(name string) (bool, error) {
	switch value := q.URL.Query().Get(name); value {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, plausch.Errorf(plausch.Invalid, "%s has to be true or false, not %q", name, value)
	}
}

// id returns the number of something in the path.
func (q *request) id(what string) (int64, error) {
	id, err := strconv.ParseInt(q.PathValue("id"), 10, 64)
	if err != nil {
		return 0, plausch.Errorf(plausch.NotFound, "there is no %s %q", what, q.PathValue("id"))
	}
	return id, nil
}
