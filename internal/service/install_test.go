package service

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeHost is a machine in a folder. It notes what systemctl is told.
type fakeHost struct {
	Host
	told    []string
	fail    string // the command that fails
	answers map[string]string
}

func newFakeHost(t *testing.T) *fakeHost {
	t.Helper()
	h := &fakeHost{answers: map[string]string{}}
	h.Host = Host{Root: t.TempDir(), Systemctl: func(_ context.Context, args ...string) (string, error) {
		line := strings.Join(args, " ")
		h.told = append(h.told, line)
		if line == h.fail {
			return "", errors.New("systemd says no")
		}
		return h.answers[line], nil
	}}
	return h
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestInstallAndUninstall(t *testing.T) {
	h := newFakeHost(t)
	o := Options{Binary: "/usr/bin/plausch", Listen: []string{":7528"}}
	report, err := Install(t.Context(), h.Host, o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(h.UnitPath())
	if err != nil || string(text) != o.Unit() || !slices.Equal(report.Wrote, []string{h.UnitPath()}) {
		t.Errorf("it wrote %v (%v):\n%s", report.Wrote, err, text)
	}
	h.wantTold(t, "daemon-reload", "enable plausch.service", "restart plausch.service")

	o.Socket = true
	if _, err := Install(t.Context(), h.Host, o); err != nil {
		t.Fatal(err)
	}
	h.wantTold(t, "daemon-reload", "enable plausch.socket plausch.service", "stop plausch.service", "restart plausch.socket", "start plausch.service")
	if !exists(h.socketPath()) {
		t.Error("there is no socket unit")
	}

	o.Socket = false
	if report, err = Install(t.Context(), h.Host, o); err != nil {
		t.Fatal(err)
	}
	h.wantTold(t, "disable --now plausch.socket", "daemon-reload", "enable plausch.service", "restart plausch.service")
	if exists(h.socketPath()) || !slices.Equal(report.Removed, []string{h.socketPath()}) {
		t.Errorf("the socket unit is still there; removed: %v", report.Removed)
	}

	if _, err := Uninstall(t.Context(), h.Host); err != nil {
		t.Fatal(err)
	}
	h.wantTold(t, "disable --now plausch.service", "daemon-reload")
	if exists(h.UnitPath()) {
		t.Error("the unit is still there")
	}
	if _, err := Uninstall(t.Context(), h.Host); err == nil || !strings.Contains(err.Error(), "no service") {
		t.Errorf("a second uninstall says %v", err)
	}
}

func (h *fakeHost) wantTold(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(h.told, want) {
		t.Errorf("systemctl was told %q, want %q", h.told, want)
	}
	h.told = nil
}

func TestInstallInAnImage(t *testing.T) {
	h := Host{Root: t.TempDir()}
	report, err := Install(t.Context(), h, Options{Binary: "/usr/bin/plausch", User: "somebody-of-the-image"})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.ToRun) != 1 || strings.Join(report.ToRun[0], " ") != "--root="+h.Root+" enable plausch.service" {
		t.Errorf("it asks to run %q", report.ToRun)
	}
}

func TestInstallSaysWhatIsLeft(t *testing.T) {
	h := newFakeHost(t)
	h.fail = "enable plausch.service"
	report, err := Install(t.Context(), h.Host, Options{Binary: "/usr/bin/plausch"})
	if err == nil || !strings.Contains(err.Error(), "systemd says no") {
		t.Errorf("the error is %v", err)
	}
	if len(report.Ran) != 1 || len(report.ToRun) != 2 {
		t.Errorf("it ran %q and leaves %q", report.Ran, report.ToRun)
	}
}

func TestInstallLeavesOtherUnitsAlone(t *testing.T) {
	h := newFakeHost(t)
	if err := os.MkdirAll(filepath.Dir(h.UnitPath()), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, h.UnitPath(), "[Service]\nExecStart=/bin/true\n")
	for name, act := range map[string]func() error{
		"install":   func() error { _, err := Install(t.Context(), h.Host, Options{Binary: "/usr/bin/plausch"}); return err },
		"uninstall": func() error { _, err := Uninstall(t.Context(), h.Host); return err },
	} {
		if err := act(); err == nil || !strings.Contains(err.Error(), h.UnitPath()) {
			t.Errorf("%s says %v", name, err)
		}
	}
	h.wantTold(t)
}

func TestInstallForAMissingUser(t *testing.T) {
	_, err := Install(t.Context(), Host{}, Options{Binary: "/usr/bin/plausch", User: "no-such-user-here"})
	if err == nil || !strings.Contains(err.Error(), "useradd") {
		t.Errorf("the error is %v", err)
	}
}

func TestInspect(t *testing.T) {
	h := newFakeHost(t)
	inspect := func() Status {
		t.Helper()
		s, err := Inspect(t.Context(), h.Host)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := inspect(); s.Installed {
		t.Errorf("nothing is installed, but %+v", s)
	}
	o := Options{Binary: "/usr/bin/plausch", Socket: true, Listen: []string{":7528"}}
	if _, err := Install(t.Context(), h.Host, o); err != nil {
		t.Fatal(err)
	}
	h.answers = map[string]string{"is-enabled plausch.service": "enabled", "is-active plausch.service": "failed"}
	if s := inspect(); !s.Installed || !s.Ours || !s.Current || s.Enabled != "enabled" || s.Active != "failed" {
		t.Errorf("after the installation: %+v", s)
	}
	for _, path := range []string{h.socketPath(), h.UnitPath()} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, string(text)+"# a change\n")
		if s := inspect(); s.Current {
			t.Errorf("%s was changed, but %+v", path, s)
		}
		writeFile(t, path, string(text))
	}
	writeFile(t, h.UnitPath(), "[Service]\n")
	if s := inspect(); s.Ours || s.Current {
		t.Errorf("of somebody else's unit it says %+v", s)
	}
}

// A timer has backups made, until somebody wants none.
func TestInstallBackups(t *testing.T) {
	h := newFakeHost(t)
	o := Options{Binary: "/usr/bin/plausch", Listen: []string{":7528"}, Backup: BackupDir, Keep: 14}
	if _, err := Install(t.Context(), h.Host, o); err != nil {
		t.Fatal(err)
	}
	h.wantTold(t, "daemon-reload", "enable plausch.service", "restart plausch.service", "enable --now plausch-backup.timer")
	text, err := os.ReadFile(h.unitPath(backupService))
	if want := "\nExecStart=/usr/bin/plausch backup --keep 14 /var/backups/plausch --data /var/lib/plausch\n"; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%q is not in (%v)\n%s", want, err, text)
	}
	if info, err := os.Stat(filepath.Join(h.Root, BackupDir)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v (%v)", info, err)
	}
	h.answers = map[string]string{"is-active plausch-backup.timer": "active"}
	if s, err := Inspect(t.Context(), h.Host); err != nil || !s.Current || s.Timer != "active" {
		t.Errorf("it stands as %+v (%v)", s, err)
	}
	h.told = nil
	writeFile(t, h.unitPath(backupService), string(text)+"Nice=1\n")
	if s, err := Inspect(t.Context(), h.Host); err != nil || s.Current {
		t.Errorf("a changed unit stands as %+v (%v)", s, err)
	}
	h.told = nil

	o.Backup, o.Keep = "", 0
	report, err := Install(t.Context(), h.Host, o)
	if err != nil || exists(h.unitPath(BackupTimer)) || exists(h.unitPath(backupService)) || len(report.Removed) != 2 {
		t.Errorf("without backups it has removed %v (%v)", report.Removed, err)
	}
	h.wantTold(t, "disable --now plausch-backup.timer", "daemon-reload", "enable plausch.service", "restart plausch.service")

	o.Backup, o.Keep = "/mnt/disk/plausch", 3
	if _, err := Install(t.Context(), h.Host, o); err == nil || !strings.Contains(err.Error(), "mount") || exists(h.unitPath(BackupTimer)) {
		t.Errorf("onto a disk that is not mounted: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(h.Root, "mnt/disk"), 0o755); err != nil {
		t.Fatal(err)
	}
	h.told = nil
	if _, err := Install(t.Context(), h.Host, o); err != nil {
		t.Fatal(err)
	}
	h.told = nil
	if _, err := Uninstall(t.Context(), h.Host); err != nil || exists(h.unitPath(BackupTimer)) || exists(h.unitPath(backupService)) {
		t.Errorf("after an uninstall the timer is left (%v)", err)
	}
	h.wantTold(t, "disable --now plausch.service plausch-backup.timer", "daemon-reload")
	if !exists(filepath.Join(h.Root, "mnt/disk/plausch")) {
		t.Error("the backups are gone")
	}
}
