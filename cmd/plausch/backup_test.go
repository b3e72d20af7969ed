//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"plausch/internal/connect"
)

// newServersData makes a data folder with an account.
func newServersData(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	plauschRun(t, goodPassword, "user", "add", "anna", "--data", data).want(t, connect.ExitOK)
	return data
}

func TestBackupKeep(t *testing.T) {
	data, folder := newServersData(t), t.TempDir()
	plauschRun(t, "", "backup", "--keep=1", folder, "--data", data).want(t, connect.ExitOK, "Backed up", "checked")
	plauschRun(t, "", "backup", "--keep", "1", folder, "--data", data).want(t, connect.ExitOK, "Removed "+folder+"/plausch-")
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) != 1 {
		t.Fatalf("the folder has %v (%v)", left, err)
	}
	plauschRun(t, "", "status", "--data", data).want(t, connect.ExitOK, "last backup", left[0], "checked")
	plauschRun(t, "", "backup", "--keep=1", filepath.Join(folder, "missing"), "--data", data).want(t, connect.ExitFailure, "mounted")
	plauschRun(t, "", "status", "--data", data).want(t, connect.ExitOK, left[0], "failed", "mounted")
	for _, args := range [][]string{{"--keep=0", folder}, {"--keep=3", "-"}, {"--keep=3", "--force", folder}, {"--keep=3", "--verify", folder}} {
		plauschRun(t, "", append([]string{"backup", "--data", data}, args...)...).want(t, connect.ExitUsage)
	}
	plauschRun(t, "", "backup", folder, "--data", data).want(t, connect.ExitFailure, "is a folder", "--keep")
}

// A backup on a terminal would be binary on the screen.
func TestTmuxBackupOnATerminal(t *testing.T) {
	data := newServersData(t)
	p := newPane(t, 80, 24, "backup", "-", "--data="+data)
	p.awaitText("no text for a terminal")
}

// A data folder that is a mount point cannot be left, nor can things be renamed out of it.
func TestRestoreIntoAMountPoint(t *testing.T) {
	data := newServersData(t)
	file := filepath.Join(t.TempDir(), "b.tar.zst")
	plauschRun(t, "", "backup", file, "--data", data).want(t, connect.ExitOK)
	script := `set -e
mount -t tmpfs none "$MOUNT"
echo precious > "$MOUNT/plausch.toml.old"
"$PLAUSCH" restore "$BACKUP" --data "$MOUNT" --force
"$PLAUSCH" restore "$BACKUP" --data "$MOUNT" --force
cat "$MOUNT"/.old-*/plausch.toml.old
ls "$MOUNT"
"$PLAUSCH" user list --data "$MOUNT"
`
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script)
	cmd.Env = append(os.Environ(), runAs+"="+asPlausch, "PLAUSCH="+os.Args[0], "MOUNT="+t.TempDir(), "BACKUP="+file)
	out, err := cmd.CombinedOutput()
	if text := string(out); err != nil || !strings.Contains(text, "precious\n") || !strings.Contains(text, "\nplausch.db\n") || !strings.Contains(text, "anna") {
		t.Errorf("%v:\n%s", err, out)
	}
}
