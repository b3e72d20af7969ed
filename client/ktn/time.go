package ktn

import (
	"strconv"
	"strings"
	"time"
)

// The ways in which servers write the time. Those without a zone are local.
var dateForms = []struct {
	layout string
	exact  bool // to the second
}{
	{"2006-01-02 15:04:05", true}, // fractions are taken, too
	{"2006-01-02T15:04:05Z07:00", true},
	{"2006-01-02T15:04:05", true},
	{"2006-01-02 15:04:05Z07:00", true},
	{"2006/01/02 15:04:05", true},
	{"02.01.2006 15:04:05", true},
	{"02.01.06 15:04:05", true},
	{"02/01/2006 15:04:05", true},
	{"02-01-2006 15:04:05", true},
	{"Mon Jan _2 15:04:05 2006", true}, // ctime, and so Python's time.asctime
	{"Mon, 02 Jan 2006 15:04:05 MST", true},
	{"Mon Jan _2 15:04:05 MST 2006", true}, // Java's Date.toString
	{"2006-01-02 15:04", false},
	{"02.01.2006 15:04", false},
	{"02/01/2006 15:04", false},
}

var clockForms = []struct {
	layout string
	exact  bool
}{
	{"15:04:05", true},
	{"15:04", false},
}

// parseTime reads a timestamp in any of the usual forms: text, or a number of
// seconds or milliseconds since 1970. What it cannot read is now.
func parseTime(stamp string, now time.Time) (t time.Time, exact bool) {
	stamp = strings.Trim(strings.TrimSpace(stamp), "[]()")
	if f, err := strconv.ParseFloat(stamp, 64); err == nil {
		const year3000 = 32503680000
		if f >= year3000 {
			f /= 1000
		}
		if f > 0 && f < year3000 {
			return time.UnixMilli(int64(f * 1000)), true
		}
		return now, false
	}
	for _, form := range dateForms {
		if t, err := time.ParseInLocation(form.layout, stamp, now.Location()); err == nil && t.Year() >= 1970 && t.Year() < 3000 {
			return t, form.exact
		}
	}
	for _, form := range clockForms {
		if c, err := time.ParseInLocation(form.layout, stamp, now.Location()); err == nil {
			t := time.Date(now.Year(), now.Month(), now.Day(), c.Hour(), c.Minute(), c.Second(), 0, now.Location())
			if t.Sub(now) > time.Hour { // said before midnight
				t = t.AddDate(0, 0, -1)
			}
			return t, form.exact
		}
	}
	return now, false
}
