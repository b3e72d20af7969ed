package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
)

// Host is the machine, or the image of one, that gets the service.
type Host struct {
	// Root is the folder that stands for /, empty for this machine itself.
	Root string
	// Systemctl runs systemctl with args and returns what it printed. It is nil
	// where no systemd runs; then nobody but a person can.
	Systemctl func(ctx context.Context, args ...string) (string, error)
}

// ThisHost returns the machine we run on, or the image at root if it is not
// empty.
func ThisHost(root string) Host {
	h := Host{Root: root}
	// sd_booted(3) looks at the same folder.
	if _, err := os.Stat("/run/systemd/system"); root == "" && err == nil {
		h.Systemctl = runSystemctl
	}
	return h
}

func runSystemctl(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return text, fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, text)
	}
	return text, nil
}

// UnitPath returns where plausch.service belongs.
func (h Host) UnitPath() string { return h.unitPath(serviceEnd) }

func (h Host) socketPath() string { return h.unitPath(socketEnd) }

func (h Host) unitPath(name string) string { return filepath.Join(h.Root, unitDir, name) }

// allPaths returns where units of ours can be, in the order of writing.
func (h Host) allPaths() []string {
	return []string{h.UnitPath(), h.socketPath(), h.unitPath(backupService), h.unitPath(BackupTimer)}
}

// Report says what was done and what is left to do.
type Report struct {
	Wrote, Removed []string   // paths of files
	Ran            [][]string // systemctl's arguments
	ToRun          [][]string // the same, for a person
}

// Install writes the units and has systemd start them. It replaces units that it
// wrote before, and no others.
func Install(ctx context.Context, h Host, o Options) (Report, error) {
	var r Report
	if err := o.check(); err != nil {
		return r, err
	}
	if o.User != "" && h.Root == "" {
		if _, err := user.Lookup(o.User); err != nil {
			return r, fmt.Errorf("there is no user %s; make one first: useradd --system --user-group --no-create-home %[1]s", o.User)
		}
	}
	files := map[string]string{h.UnitPath(): o.Unit()}
	if o.Socket {
		files[h.socketPath()] = o.SocketUnit()
	}
	maps.Copy(files, h.backupFiles(o))
	for path := range files {
		if err := ours(path); err != nil {
			return r, err
		}
	}
	if err := h.makeBackupFolder(o); err != nil {
		return r, err
	}
	for _, path := range h.allPaths() {
		text, wanted := files[path]
		if !wanted {
			continue
		}
		if err := write(path, text); err != nil {
			return r, fmt.Errorf("the unit cannot be written; run this as root: %w", err)
		}
		r.Wrote = append(r.Wrote, path)
	}
	commands := [][]string{{"daemon-reload"}}
	if !o.Socket {
		if err := h.drop(ctx, &r, socketEnd); err != nil {
			return r, err
		}
	}
	if o.Backup == "" {
		if err := h.drop(ctx, &r, BackupTimer, backupService); err != nil {
			return r, err
		}
	}
	commands = append(commands, append([]string{"enable"}, o.units()...))
	if o.Socket {
		// systemd refuses to open a socket while its service runs.
		commands = append(commands, []string{"stop", serviceEnd}, []string{"restart", socketEnd}, []string{"start", serviceEnd})
	} else {
		commands = append(commands, []string{"restart", serviceEnd})
	}
	if o.Backup != "" {
		commands = append(commands, []string{"enable", "--now", BackupTimer})
	}
	return r, h.do(ctx, &r, commands)
}

// makeBackupFolder makes the folder of the backups. Of one that was chosen only the
// last part may be missing: the rest may be a disk that is not mounted.
func (h Host) makeBackupFolder(o Options) error {
	if o.Backup == "" {
		return nil
	}
	folder := filepath.Join(h.Root, o.Backup)
	if o.Backup == BackupDir {
		if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
			return fmt.Errorf("the folder for backups cannot be made; run this as root, or choose another with --backup-to: %w", err)
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the folder for backups cannot be made; run this as root, mount its disk, or choose another with --backup-to (or off): %w", err)
	}
	return nil
}

// drop removes units of an earlier installation; the first is stopped before.
func (h Host) drop(ctx context.Context, r *Report, names ...string) error {
	for i, name := range names {
		path := h.unitPath(name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := ours(path); err != nil {
			return err
		}
		if i == 0 {
			if err := h.do(ctx, r, [][]string{{"disable", "--now", name}}); err != nil {
				return err
			}
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		r.Removed = append(r.Removed, path)
	}
	return nil
}

// Uninstall stops the service and removes its units. The data stays.
func Uninstall(ctx context.Context, h Host) (Report, error) {
	var r Report
	text, err := os.ReadFile(h.UnitPath())
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("there is no service to remove: %s does not exist", h.UnitPath())
	}
	if err != nil {
		return r, err
	}
	o, ok := ParseOptions(string(text))
	if !ok {
		return r, foreign(h.UnitPath())
	}
	units := o.units()
	if o.Backup != "" {
		units = append(units, BackupTimer)
	}
	if err := h.do(ctx, &r, [][]string{append([]string{"disable", "--now"}, units...)}); err != nil {
		return r, err
	}
	paths := h.allPaths()
	slices.Reverse(paths)
	for _, path := range paths {
		if path != h.UnitPath() && ours(path) != nil {
			continue // somebody else's
		}
		switch err := os.Remove(path); {
		case err == nil:
			r.Removed = append(r.Removed, path)
		case !errors.Is(err, fs.ErrNotExist):
			return r, fmt.Errorf("the unit cannot be removed; run this as root: %w", err)
		}
	}
	return r, h.do(ctx, &r, [][]string{{"daemon-reload"}})
}

// do runs commands, or notes them for a person where no systemd runs.
func (h Host) do(ctx context.Context, r *Report, commands [][]string) error {
	for i, args := range commands {
		switch {
		case h.Systemctl != nil:
			if _, err := h.Systemctl(ctx, args...); err != nil {
				r.ToRun = append(r.ToRun, commands[i:]...)
				return err
			}
			r.Ran = append(r.Ran, args)
		case h.Root == "":
			r.ToRun = append(r.ToRun, args)
		case args[0] == "enable":
			// In an image nothing runs; all that can be done is to enable.
			r.ToRun = append(r.ToRun, append([]string{"--root=" + h.Root}, args...))
		}
	}
	return nil
}

// Status is how the service stands.
type Status struct {
	Path      string  // of the unit
	Installed bool    // there is a unit
	Ours      bool    // and plausch service install wrote it
	Current   bool    // and it is what this version would write
	Options   Options // if it is ours
	Known     bool    // systemd runs and told the rest
	Enabled   string  // systemctl is-enabled
	Active    string  // systemctl is-active
	Timer     string  // systemctl is-active of the timer of backups
	Backup    string  // systemctl is-active of its service: failed, if the last one has
}

// Inspect returns how the service stands.
func Inspect(ctx context.Context, h Host) (Status, error) {
	s := Status{Path: h.UnitPath()}
	text, err := os.ReadFile(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Installed = true
	if s.Options, s.Ours = ParseOptions(string(text)); s.Ours {
		s.Current = s.Options.Unit() == string(text)
		if s.Options.Socket && s.Current {
			socket, err := os.ReadFile(h.socketPath())
			s.Current = err == nil && s.Options.check() == nil && s.Options.SocketUnit() == string(socket)
		}
		for path, want := range h.backupFiles(s.Options) {
			text, err := os.ReadFile(path)
			s.Current = s.Current && err == nil && string(text) == want
		}
	}
	if h.Systemctl != nil {
		s.Known = true
		// Both end with a failure unless the answer is yes.
		s.Enabled, _ = h.Systemctl(ctx, "is-enabled", serviceEnd)
		s.Active, _ = h.Systemctl(ctx, "is-active", serviceEnd)
		if s.Options.Backup != "" {
			s.Timer, _ = h.Systemctl(ctx, "is-active", BackupTimer)
			s.Backup, _ = h.Systemctl(ctx, "is-active", backupService)
		}
	}
	return s, nil
}

// ours reports an error if there is a file at path that we did not write.
func ours(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), readMe) {
		return foreign(path)
	}
	return nil
}

func foreign(path string) error {
	return fmt.Errorf("%s was not written by plausch service install; move it away first", path)
}

// write puts text into the file at path, whole or not at all.
func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".plausch-unit-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Preview writes the units that Install would put in place.
func Preview(w io.Writer, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	text := o.Unit()
	if o.Socket {
		text = fmt.Sprintf("# %s\n%s\n# %s\n%s", filepath.Join(unitDir, socketEnd), o.SocketUnit(), filepath.Join(unitDir, serviceEnd), text)
	}
	if o.Backup != "" {
		text += fmt.Sprintf("\n# %s\n%s\n# %s\n%s", filepath.Join(unitDir, backupService), o.BackupUnit(), filepath.Join(unitDir, BackupTimer), o.BackupTimerUnit())
	}
	_, err := io.WriteString(w, text)
	return err
}
