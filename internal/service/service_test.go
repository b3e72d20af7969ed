package service

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestUnit(t *testing.T) {
	plain := Options{Binary: "/usr/local/bin/plausch", Listen: []string{"127.0.0.1:7528"}}
	for _, tt := range []struct {
		name       string
		change     func(*Options)
		want, none []string // whole lines
	}{
		{"as it comes", func(*Options) {},
			[]string{"Type=notify", "ExecStart=/usr/local/bin/plausch serve", "ExecReload=/bin/kill -HUP $MAINPID", "DynamicUser=yes", "StateDirectory=plausch", "CapabilityBoundingSet=", "PrivateUsers=yes"},
			[]string{"Requires=plausch.socket", "User=chat"}},
		{"flags", func(o *Options) { o.Args = []string{"--open", "--data", `/srv/my "chat"`, "50%", "$HOME"} },
			[]string{`ExecStart=/usr/local/bin/plausch serve --open --data "/srv/my \"chat\"" 50%% $$HOME`}, nil},
		{"a user", func(o *Options) { o.User = "chat" }, []string{"User=chat", "StateDirectory=plausch"}, []string{"DynamicUser=yes"}},
		{"a user and a folder", func(o *Options) { o.User, o.Data = "chat", "/srv/chat" },
			[]string{"User=chat", "ReadWritePaths=/srv/chat", "RequiresMountsFor=/srv/chat"}, []string{"StateDirectory=plausch"}},
		{"a low port", func(o *Options) { o.Listen = []string{":7528", "[::]:443"} },
			[]string{"CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE"}, []string{"PrivateUsers=yes"}},
		{"a low port that systemd opens", func(o *Options) { o.Listen, o.Socket = []string{":443"}, true },
			[]string{"CapabilityBoundingSet=", "Requires=plausch.socket", "After=plausch.socket"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := plain
			tt.change(&o)
			if err := o.check(); err != nil {
				t.Fatal(err)
			}
			unit := o.Unit()
			for _, line := range tt.want {
				if !strings.Contains(unit, "\n"+line+"\n") {
					t.Errorf("the line %q is not in\n%s", line, unit)
				}
			}
			for _, line := range tt.none {
				if strings.Contains(unit, "\n"+line+"\n") {
					t.Errorf("the line %q is in\n%s", line, unit)
				}
			}
			back, ok := ParseOptions(unit)
			if !ok || back.Unit() != unit {
				t.Errorf("the unit does not tell how it was written: %+v", back)
			}
		})
	}
}

func TestSocketUnit(t *testing.T) {
	o := Options{Binary: "/usr/bin/plausch", Socket: true, Listen: []string{":7528", "192.0.2.1:443", "[::1]:7528"}}
	for _, line := range []string{"ListenStream=7528", "ListenStream=192.0.2.1:443", "ListenStream=[::1]:7528"} {
		if !strings.Contains(o.SocketUnit(), "\n"+line+"\n") {
			t.Errorf("the line %q is not in\n%s", line, o.SocketUnit())
		}
	}
}

func TestWhatCannotBecomeAService(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"relative program", Options{Binary: "plausch"}, "--binary"},
		{"program in a home", Options{Binary: "/home/anna/plausch"}, "/usr/local/bin"},
		{"data in a home", Options{Binary: "/usr/bin/plausch", User: "anna", Data: "/home/anna/chat"}, "/srv/chat"},
		{"data of nobody", Options{Binary: "/usr/bin/plausch", Data: "/srv/chat"}, "--user"},
		{"a line break", Options{Binary: "/usr/bin/plausch", Args: []string{"a\nUser=root"}}, "line breaks"},
		{"a socket with a name", Options{Binary: "/usr/bin/plausch", Socket: true, Listen: []string{"localhost:7528"}}, "ADDRESS:PORT"},
		{"backups in a home", Options{Binary: "/usr/bin/plausch", Backup: "/home/anna/backups", Keep: 1}, "--backup-to"},
		{"no backup kept", Options{Binary: "/usr/bin/plausch", Backup: "/srv/backups"}, "--backup-keep"},
		{"a relative folder for backups", Options{Binary: "/usr/bin/plausch", Backup: "backups", Keep: 1}, "--backup-to"},
		{"a socket with any port", Options{Binary: "/usr/bin/plausch", Socket: true, Listen: []string{":0"}}, "port 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.o.check(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

// systemd itself is asked whether it understands the units and how open they are.
func TestSystemdAgrees(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		// the exposure that systemd-analyze security measures, 0 to 10; "OK" ends at 5
		worst float64
	}{
		{"as it comes", Options{}, 1.5},
		{"a low port", Options{Listen: []string{":443"}}, 2.5},
		{"a socket", Options{Socket: true, Listen: []string{":443"}}, 1.5},
		{"a user", Options{User: "root", Data: "/srv/my chat"}, 3},
		{"backups", Options{Backup: "/mnt/my disk", Keep: 14}, 2.5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.o.Binary = "/bin/true" // verify wants a program that exists
			path := filepath.Join(dir, serviceEnd)
			writeFile(t, path, tt.o.Unit())
			args := []string{"verify", path}
			if tt.o.Socket {
				socket := filepath.Join(dir, socketEnd)
				writeFile(t, socket, tt.o.SocketUnit())
				args = append(args, socket)
			}
			if tt.o.Backup != "" {
				path = filepath.Join(dir, backupService)
				writeFile(t, path, tt.o.BackupUnit())
				timer := filepath.Join(dir, BackupTimer)
				writeFile(t, timer, tt.o.BackupTimerUnit())
				args = append(args, path, timer)
			}
			cmd := exec.CommandContext(t.Context(), "systemd-analyze", args...)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("systemd-analyze verify: %v\n%s", err, out)
			}
			out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--no-pager", path).CombinedOutput()
			if err != nil {
				t.Fatalf("systemd-analyze security: %v\n%s", err, out)
			}
			found := regexp.MustCompile(`exposure level for \S+: ([\d.]+)`).FindSubmatch(out)
			if found == nil {
				t.Fatalf("no exposure in\n%s", out)
			}
			if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > tt.worst {
				t.Errorf("the exposure is %s, want at most %v\n%s", found[1], tt.worst, out)
			}
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
