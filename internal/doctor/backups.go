package doctor

import (
	"context"
	"strings"
	"time"

	"plausch/internal/backup"
	"plausch/internal/service"
)

// backups checks when the last good backup was made.
type backups struct {
	data    string
	last    func(data string) (*backup.Last, error)
	inspect func(context.Context) (service.Status, error)
	// same reports whether two paths are on one file system.
	same func(a, b string) bool
	now  func() time.Time
}

func (backups) Name() string { return "backup" }

func (c backups) Run(ctx context.Context) []Finding {
	last, err := c.last(c.data)
	if err != nil {
		return one(Unknown, "run plausch doctor with sudo", "when the last backup was made cannot be seen: %v", err)
	}
	if last == nil {
		last = new(backup.Last)
	}
	unit, err := c.inspect(ctx)
	nightly := err == nil && unit.Ours && unit.Options.Backup != ""
	text := last.Describe(c.now())
	switch {
	case last.Failed != "" && last.Time.IsZero():
		return one(Problem, "fix that, then try: sudo plausch backup --keep 14 FOLDER", "%s", text)
	case last.Failed != "":
		return one(Warning, "fix that, then try: sudo plausch backup --keep 14 FOLDER", "%s", text)
	case nightly && unit.Known && unit.Timer != "active":
		return one(Warning, "systemctl enable --now "+service.BackupTimer, "no backups are made at night, since the timer does not run; the last: %s", text)
	case last.Time.IsZero() && nightly:
		return one(OK, "", "none yet; the first is made this night, in %s. Now: sudo systemctl start plausch-backup", unit.Options.Backup)
	case last.Time.IsZero():
		return one(Warning, "sudo plausch backup --keep 14 FOLDER, best on another disk, or plausch service install, which has it done every night", "%s", text)
	case last.Old(c.now()):
		return one(Warning, "sudo plausch backup --keep 14 FOLDER, and see why none was made since", "%s", text)
	case strings.HasPrefix(last.File, "/") && c.same(c.data, last.File):
		return one(OK, "", "%s. It is on the same disk as the data; take a copy elsewhere now and then", text)
	}
	return one(OK, "", "%s", text)
}
