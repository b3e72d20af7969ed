package main

import (
	"testing"
	"time"
)

func TestParseWhen(t *testing.T) {
	now := time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"45m": "2026-11-28 20:45", "8h": "2026-11-29 04:00", "20:30": "2026-11-28 20:30", "18:30": "2026-11-29 18:30", "20:00": "2026-11-29 20:00",
		"2026-12-24 18:30": "2026-12-24 18:30", "2026-12-24T18:30": "2026-12-24 18:30", "2026-12-24T18:30:00+01:00": "2026-12-24 17:30",
		"-5m": "", "tomorrow": "", "2026-01-01 00:00": "", "2036-01-01 00:00": "", "25:00": "",
	} {
		at, err := parseWhen(text, now)
		got := ""
		if err == nil {
			got = at.UTC().Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%s is %q (%v), want %q", text, got, err, want)
		}
	}
}
