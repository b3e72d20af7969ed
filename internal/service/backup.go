package service

import (
	"fmt"
	"path/filepath"
	"strings"
)

const (
	// BackupDir is where backups go if nobody says it.
	BackupDir = "/var/backups/" + Name

	// BackupTimer is the unit that has backups made.
	BackupTimer   = Name + "-backup.timer"
	backupService = Name + "-backup.service"
)

// BackupUnit returns the text of plausch-backup.service, which makes one backup. It
// runs as root, since it reads the data of one user, and writes where nobody else
// can read; what it writes into the data folder it gives to the owner of that.
func (o Options) BackupUnit() string {
	data := StateDir
	if o.Data != "" {
		data = o.Data
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n[Unit]\nDescription=Backup of Plausch\nRequiresMountsFor=%s %s\n", readMe, quote(data), quote(o.Backup))
	fmt.Fprintf(&b, "\n[Service]\nType=oneshot\nExecStart=%s backup --keep %d %s --data %s\n", quote(o.Binary), o.Keep, quote(o.Backup), quote(data))
	b.WriteString("UMask=0077\nNice=10\nIOSchedulingClass=idle\n")
	// With -, a folder that is missing is told by plausch backup, and noted.
	fmt.Fprintf(&b, "ReadWritePaths=%s %s\n", quote("-"+data), quote("-"+o.Backup))
	b.WriteString(strings.NewReplacer(
		"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK\n", "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\n",
		"SystemCallFilter=~@privileged @resources\n", "SystemCallFilter=~@resources\nSystemCallFilter=@chown\n",
	).Replace(walls))
	b.WriteString("CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER\n")
	return b.String()
}

// BackupTimerUnit returns the text of plausch-backup.timer.
func (o Options) BackupTimerUnit() string {
	return readMe + "\n[Unit]\nDescription=Backup of Plausch, every night\n\n" +
		"[Timer]\nOnCalendar=daily\nRandomizedDelaySec=1h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
}

// checkBackup reports what cannot be had a backup made to.
func (o Options) checkBackup() error {
	switch {
	case o.Backup == "":
		return nil
	case !filepath.IsAbs(o.Backup):
		return fmt.Errorf("the folder for backups %q does not begin with /; name another with --backup-to, or off", o.Backup)
	case o.Keep < 1:
		return fmt.Errorf("at least one backup has to be kept; --backup-keep takes a number from 1, not %d", o.Keep)
	}
	for _, hidden := range hiddenFolders {
		if strings.HasPrefix(o.Backup+"/", hidden) {
			return fmt.Errorf("a service cannot see %s, because %s is hidden from it; name a folder elsewhere with --backup-to, best on another disk",
				o.Backup, strings.TrimSuffix(hidden, "/"))
		}
	}
	return nil
}

// backupFiles returns the units of backups by their paths, none without backups.
func (h Host) backupFiles(o Options) map[string]string {
	if o.Backup == "" {
		return nil
	}
	return map[string]string{h.unitPath(backupService): o.BackupUnit(), h.unitPath(BackupTimer): o.BackupTimerUnit()}
}
