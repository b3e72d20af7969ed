package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fakeSystemctl does of systemd what the way of docs/admin.md needs, where none runs:
// it starts the service as its unit says, and waits until it is ready.
const fakeSystemctl = `#!/bin/sh
line() { sed -n 's/^ExecStart=//p' "/etc/systemd/system/$1"; }
case "$*" in
"restart plausch.service"|"start plausch.service")
	[ ! -f /run/pid ] || { kill "$(cat /run/pid)"; while [ -e /var/lib/plausch/plausch.run ]; do sleep 0.05; done; }
	STATE_DIRECTORY=/var/lib/plausch sh -c "echo \$\$ >/run/pid; exec $(line plausch.service)" >/run/log 2>&1 &
	until [ -e /var/lib/plausch/plausch.run ]; do kill -0 $! || { cat /run/log; exit 1; }; sleep 0.05; done ;;
"start plausch-backup") sh -c "$(line plausch-backup.service)" ;;
"stop plausch") kill "$(cat /run/pid)"; while [ -e /var/lib/plausch/plausch.run ]; do sleep 0.05; done; rm /run/pid ;;
"is-active plausch-backup.service") echo inactive; exit 3 ;;
"is-enabled "*) echo enabled ;;
"is-active "*) echo active ;;
esac
`

// The way of docs/admin.md, from the installation on, works as it is written: its
// commands are taken out of the page and run by root on a bare system. Only the
// domain is another place, since none leads here.
func TestTheWayOfTheAdminPage(t *testing.T) {
	page, err := os.ReadFile("../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	_, way, _ := strings.Cut(string(page), "```sh\nsudo install plausch /usr/local/bin/\n")
	way, _, found := strings.Cut(way, "### Later")
	if !found {
		t.Fatal("the page has no such way any more")
	}
	commands := []string{"sudo install plausch /usr/local/bin/"}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(way, -1) {
		commands = append(commands, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	address := freeAddress(t)
	script := `set -eu
for folder in /run /etc/systemd /var/lib /var/backups /usr/local /mnt; do mkdir -p $folder; mount -t tmpfs none $folder; done
mkdir -p /run/systemd/system /usr/local/bin /mnt/disk
printf '#!/bin/sh\nexec "$@"\n' >/usr/local/bin/sudo
cp "$SYSTEMCTL" /usr/local/bin/systemctl
chmod +x /usr/local/bin/*
trap 'kill $(cat /run/pid)' EXIT
`
	for _, command := range commands {
		if strings.Contains(command, "--map-port") || strings.Contains(command, "doctor") {
			continue // another router, and findings of another machine
		}
		command = strings.Replace(command, "--domain chat.example.org", "--listen "+address+" --tls self-signed --metrics-listen off", 1)
		script += "echo '$ " + strings.ReplaceAll(command, "'", "") + "'\n" + command + "\n"
	}
	dir := t.TempDir()
	systemctl := filepath.Join(dir, "systemctl")
	if err := os.WriteFile(systemctl, []byte(fakeSystemctl), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program(t), filepath.Join(dir, "plausch")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nowhere", "SYSTEMCTL=" + systemctl}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the way ends with %v", err)
	}
	for _, want := range []string{"https://" + address + "/claim#", "https://" + address + "/invite#", "wrote    /etc/systemd/system/plausch-backup.timer", "Backed up /var/lib/plausch to /mnt/disk/plausch/plausch-", "last backup"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in its output", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
