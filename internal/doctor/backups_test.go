package doctor

import (
	"context"
	"strings"
	"testing"
	"time"

	"plausch/internal/backup"
	"plausch/internal/service"
)

func TestBackups(t *testing.T) {
	nightly := service.Status{Installed: true, Ours: true, Known: true, Timer: "active", Options: service.Options{Backup: "/var/backups/plausch", Keep: 14}}
	stopped := nightly
	stopped.Timer = "inactive"
	made := func(ago time.Duration) *backup.Last {
		return &backup.Last{Time: noon.Add(-ago), File: "/var/backups/plausch/b", Verified: true}
	}
	failed := func(l *backup.Last) *backup.Last {
		l.Failed, l.FailedAt = "no space left", noon.Add(-time.Hour)
		return l
	}
	for _, tt := range []struct {
		name string
		last *backup.Last
		unit service.Status
		same bool
		want State
		part string
	}{
		{"none, and nobody makes any", nil, service.Status{}, false, Warning, "never"},
		{"none yet, but every night", nil, nightly, false, OK, "this night"},
		{"none yet, and the timer stands still", nil, stopped, false, Warning, service.BackupTimer},
		{"one of yesterday", made(24 * time.Hour), nightly, false, OK, "checked"},
		{"one on the same disk", made(24 * time.Hour), service.Status{}, true, OK, "elsewhere"},
		{"one of last month", made(30 * 24 * time.Hour), service.Status{}, false, Warning, "30 days ago"},
		{"one, and then a failure", failed(made(24 * time.Hour)), nightly, false, Warning, "no space left"},
		{"nothing but a failure", failed(new(backup.Last)), nightly, false, Problem, "no space left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := backups{
				"/data", func(string) (*backup.Last, error) { return tt.last, nil },
				func(context.Context) (service.Status, error) { return tt.unit, nil },
				func(string, string) bool { return tt.same }, func() time.Time { return noon },
			}
			f := c.Run(t.Context())[0]
			if f.State != tt.want || !strings.Contains(f.Text+f.Todo, tt.part) {
				t.Errorf("it finds %+v, want %s with %q", f, tt.want, tt.part)
			}
		})
	}
}
