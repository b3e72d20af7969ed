package notify

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// step is what to do after an attempt.
type step int

const (
	goOn            step = iota // it was taken, or never will be
	tryAgain                    // after a pause
	endSubscription             // the other side knows it no more
	tooLarge                    // once more, with less in it
)

// result is how an attempt ended.
type result struct {
	next   step
	after  time.Duration // what the other side wants to wait for, at least
	reason string        // why it failed, for the one whose subscription it is; empty if it has not
}

// maxReason is how many bytes of an error are kept.
const maxReason = 200

// judge returns what an answer, or its absence, means.
func judge(answer *http.Response, err error, now time.Time) result {
	if err != nil {
		return result{next: tryAgain, reason: cut(err.Error(), maxReason)}
	}
	said := fmt.Sprintf("the other side answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return result{}
	case code == http.StatusNotFound || code == http.StatusGone:
		return result{next: endSubscription, reason: said}
	case code == http.StatusRequestEntityTooLarge:
		return result{next: tooLarge, reason: said}
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return result{next: tryAgain, after: retryAfter(answer.Header.Get("Retry-After"), now), reason: said}
	default: // 4xx: it would be the same again; 3xx: redirects are not followed
		return result{reason: said}
	}
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3), at most a day; 0 if it is none.
func retryAfter(text string, now time.Time) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), keptFor)
}

const (
	firstPause   = 10 * time.Second
	longestPause = time.Hour
)

// pause is how long to wait after so many failures before: three times as long each
// time, an hour at most, and a fifth more or less, so that not all come back at once;
// but as long as the other side wants, at least.
func pause(failures int, least time.Duration) time.Duration {
	d := firstPause
	for range min(failures, 10) {
		d = min(3*d, longestPause)
	}
	d += time.Duration((rand.Float64() - 0.5) * 0.4 * float64(d))
	return max(d, least)
}
