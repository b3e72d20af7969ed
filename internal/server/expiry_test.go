package server

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"plausch/internal/cert"
)

func TestExpiryIsWarnedOf(t *testing.T) {
	now := time.Now()
	for name, test := range map[string]struct {
		left time.Duration
		want string
	}{
		"a month":    {30 * 24 * time.Hour, ""},
		"15 days":    {15 * 24 * time.Hour, ""},
		"13 days":    {13 * 24 * time.Hour, "expires soon"},
		"a minute":   {time.Minute, "expires soon"},
		"since 2024": {-10000 * time.Hour, "has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := &Server{log: slog.New(slog.NewTextHandler(&log, nil))}
			s.warnOfExpiry(cert.Status{Kind: "files", NotAfter: now.Add(test.left)}, now)
			if (test.want == "") != (log.Len() == 0) || !strings.Contains(log.String(), test.want) || test.want != "" && !strings.Contains(log.String(), "replace the files") {
				t.Errorf("it logs %q, want %q", &log, test.want)
			}
		})
	}
}
