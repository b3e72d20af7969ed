package page

import (
	"net/http"

	"plausch"
)

// The cookie holds the token of the browser's device. Over TLS its name makes the
// browser see to it that nobody but this very host can set it (RFC 6265bis,
// section 4.1.3.2). That takes the attribute Secure, and not all browsers keep
// such cookies of http://localhost: there it goes by another name, which is not
// looked at over TLS, so that nobody on the way can set it for there.
const (
	cookieTLS   = "__Host-plausch"
	cookiePlain = "plausch"
)

func cookieName(encrypted bool) string {
	if encrypted {
		return cookieTLS
	}
	return cookiePlain
}

// Token returns the token in the cookie of r, empty if it has none. Encrypted is
// whether r came over TLS.
func Token(r *http.Request, encrypted bool) string {
	c, err := r.Cookie(cookieName(encrypted))
	if err != nil {
		return ""
	}
	return c.Value
}

// remember sets the cookie, in the place of any other.
func (q *request) remember(token string) {
	http.SetCookie(q.w, q.cookie(token, int(plausch.DeviceLife.Seconds())))
}

// forget takes the cookie away.
func (q *request) forget() { http.SetCookie(q.w, q.cookie("", -1)) }

func (q *request) cookie(token string, age int) *http.Cookie {
	return q.cookieNamed(cookieName(q.arrival.Encrypted), token, age)
}

// cookieNamed is a cookie that only this host sets and no script sees.
func (q *request) cookieNamed(name, token string, age int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: token, Path: "/", MaxAge: age,
		Secure: q.arrival.Encrypted, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}
