package doctor

import (
	"context"
	"net/http"
	"time"

	"plausch"
)

const (
	oddClock   = 5 * time.Second
	wrongClock = time.Minute // certificates and sign-ins begin to suffer
)

// clock checks the time of day, against the Date of a web server if one is named.
type clock struct {
	url  string
	now  func() time.Time
	date func(ctx context.Context, url string) (time.Time, error)
}

func (clock) Name() string { return "clock" }

func (c clock) Run(ctx context.Context) []Finding {
	const todo = "switch time synchronisation on: timedatectl set-ntp true"
	now := c.now()
	if now.Before(plausch.ClockRight) {
		return one(Problem, todo, "the clock says %s, which is before this program was made", now.UTC().Format(time.DateTime))
	}
	if c.url == "" {
		return one(OK, "", "the clock says %s UTC, which can be; --time-url compares it with a web server's", now.UTC().Format(time.DateTime))
	}
	theirs, err := c.date(ctx, c.url)
	if err != nil {
		return one(Unknown, "name another web server with --time-url", "the clock cannot be compared: %v", err)
	}
	off := c.now().Sub(theirs).Round(time.Second)
	switch away := off.Abs(); {
	case away > wrongClock:
		return one(Problem, todo, "the clock is off by %s", off)
	case away > oddClock:
		return one(Warning, todo, "the clock is off by %s", off)
	}
	return one(OK, "", "the clock agrees with %s to a few seconds", c.url)
}

// httpDate returns the Date of a web server's answer (RFC 9110, section 6.6.1).
func httpDate(ctx context.Context, url string) (time.Time, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return time.Time{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return time.Time{}, err
	}
	defer resp.Body.Close()
	return http.ParseTime(resp.Header.Get("Date"))
}
