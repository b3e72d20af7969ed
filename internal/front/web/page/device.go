package page

import (
	"net/http"
	"time"

	"plausch/internal/api"
	"plausch/protocol"
)

// A browser is linked by a code that it shows: it waits with a token in a cookie of its own,
// which becomes that of its sign-in when the account's owner has confirmed the code.

// linkCookie is the name of that cookie.
func (q *request) linkCookie() string { return cookieName(q.arrival.Encrypted) + "-link" }

// linkBegun is the answer to a begin.
type linkBegun struct {
	Code    string `json:"code"`
	Expires int64  `json:"expires"` // milliseconds since 1970-01-01 UTC
}

func (q *request) beginLink() error {
	token := q.linkToken()
	if token == "" {
		token = api.NewToken()
	}
	begun, err := ask[protocol.DeviceLinkBegun](q, protocol.MethodDeviceLinkBegin, protocol.DeviceLinkBegin{NewToken: token})
	if err != nil {
		q.forgetLink() // the next one begins with another token
		return err
	}
	http.SetCookie(q.w, q.cookieNamed(q.linkCookie(), token, int(time.Until(time.UnixMilli(begun.Expires)).Seconds())))
	return q.answer(http.StatusOK, linkBegun{begun.Code, begun.Expires})
}

func (q *request) linkToken() string {
	c, err := q.Cookie(q.linkCookie())
	if err != nil {
		return ""
	}
	return c.Value
}

func (q *request) forgetLink() { http.SetCookie(q.w, q.cookieNamed(q.linkCookie(), "", -1)) }

// signInLink signs the browser in if its code was confirmed.
func (q *request) signInLink() error {
	token := q.linkToken()
	state, err := ask[protocol.DeviceLinkState](q, protocol.MethodDeviceLinkState, protocol.DeviceLinkBegin{NewToken: token})
	if err != nil || !state.Linked {
		if err != nil {
			q.forgetLink()
			return err
		}
		return q.answer(http.StatusOK, state)
	}
	q.forgetLink()
	q.remember(token)
	if q.me.ID != 0 { // its token would stay good, and nobody would have it
		if err := do(q, protocol.MethodSignOut, protocol.Empty{}); err != nil {
			return err
		}
	}
	return q.answer(http.StatusOK, state)
}
