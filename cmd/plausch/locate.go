package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/server"
	"plausch/internal/service"
)

// hostPaths are the folders where commands look for the server that they are for.
type hostPaths struct {
	processes string // a folder such as /proc
	root      string // the folder that stands for /, empty for / itself
}

// localHost is this machine; tests replace it, so that they find no other servers.
var localHost = hostPaths{processes: "/proc"}

// findData returns the settings of the server that a command is for. Its data folder
// is, in this order,
//
//  1. the one that the command line, the environment or a named settings file says,
//  2. that of the server which runs on this machine,
//  3. that of the service, running or not,
//  4. the default folder of this user.
//
// If there is more than one, it says on standard error which was taken. The folder
// need not exist; findData makes nothing.
func findData(cmd *cobra.Command) (*config.Config, error) {
	if dataNamed(cmd) {
		return loadSettings(cmd)
	}
	fallback := config.DefaultFolder()
	found, note, err := localHost.locate(fallback)
	if err != nil {
		return nil, connect.Usagef("%w", err)
	}
	if found == "" {
		return loadSettings(cmd) // which says that there is no place for data
	}
	cfg, err := config.Load(cmd.Flags(), func() []string { return append(os.Environ(), "STATE_DIRECTORY="+found) })
	if err != nil {
		if rights := permissionError(cmd, found, err); rights != nil {
			return nil, rights
		}
		return nil, &connect.Error{Exit: connect.ExitUsage, Err: err}
	}
	if note != "" && cfg.Data == found {
		fmt.Fprintf(cmd.ErrOrStderr(), "plausch: %s\n", note)
	}
	return cfg, nil
}

// dataNamed reports whether a flag, the environment or a settings file names the data
// folder of cmd, so that no other is looked for.
func dataNamed(cmd *cobra.Command) bool {
	if cmd.Flags().Changed("data") || os.Getenv("PLAUSCH_DATA") != "" || os.Getenv("STATE_DIRECTORY") != "" {
		return true
	}
	if !cmd.Flags().Changed(config.ConfigFlag) && os.Getenv("PLAUSCH_CONFIG") == "" {
		return false
	}
	cfg, err := config.Load(cmd.Flags(), nil)
	return err != nil || cfg.From("data") != "default"
}

// candidate is a data folder that could be meant.
type candidate struct{ folder, why string }

// locate returns the data folder that a command is for, and what to tell if another
// one could be meant, too. It returns "" if there is none at all.
func (m hostPaths) locate(fallback string) (folder, note string, err error) {
	running := m.runningFolders()
	installed := m.serviceFolder()
	var places []candidate
	add := func(folder, why string) {
		if folder != "" && !slices.ContainsFunc(places, func(p candidate) bool { return sameFolder(p.folder, folder) }) {
			places = append(places, candidate{folder, why})
		}
	}
	runs := func(folder string) bool {
		return folder != "" && slices.ContainsFunc(running, func(r string) bool { return sameFolder(r, folder) })
	}
	for _, preferred := range []string{installed, fallback} {
		if runs(preferred) {
			add(preferred, "where a server runs")
		}
	}
	if len(places) == 0 && len(running) > 1 {
		return "", "", fmt.Errorf("several servers run on this machine; name one: --data %s", strings.Join(running, ", or --data "))
	}
	for _, r := range running {
		add(r, "where a server runs")
	}
	add(installed, "the service's")
	if len(places) == 0 || hasServer(fallback) {
		add(fallback, "the default")
	}
	if len(places) == 0 {
		return "", "", nil
	}
	if len(places) > 1 {
		var others []string
		for _, p := range places[1:] {
			others = append(others, fmt.Sprintf("%s (%s)", p.folder, p.why))
		}
		note = fmt.Sprintf("this is about %s, %s; name another with --data: %s", places[0].folder, places[0].why, strings.Join(others, ", "))
	}
	return places[0].folder, note, nil
}

// serviceFolder returns the data folder of the service, empty if there is none.
func (m hostPaths) serviceFolder() string {
	text, err := os.ReadFile(service.Host{Root: m.root}.UnitPath())
	if err != nil {
		return ""
	}
	o, ok := service.ParseOptions(string(text))
	switch {
	case !ok:
		return ""
	case o.Data != "":
		return filepath.Join(m.root, o.Data)
	}
	return filepath.Join(m.root, service.StateDir)
}

// runningFolders returns the data folders of the servers that run on this machine, as
// far as this user may see their processes: a server keeps its lock open. Where
// there is no /proc it finds none.
func (m hostPaths) runningFolders() []string {
	var folders []string
	for _, pid := range m.lockHolders() {
		open, _ := filepath.Glob(filepath.Join(m.processes, pid, "fd", "*"))
		for _, fd := range open {
			file, err := os.Readlink(fd)
			if err != nil || filepath.Base(file) != server.LockName {
				continue
			}
			folder := filepath.Dir(file)
			// Seen from a container, a folder may be another one, or none.
			if running, err := server.FindRunning(folder); err != nil || running == nil {
				continue
			}
			if !slices.ContainsFunc(folders, func(f string) bool { return sameFolder(f, folder) }) {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// lockHolders returns the ids of the processes that hold a lock of flock(2); see
// proc_locks(5).
func (m hostPaths) lockHolders() []string {
	f, err := os.Open(filepath.Join(m.processes, "locks"))
	if err != nil {
		return nil
	}
	defer f.Close()
	var pids []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 4 && fields[1] == "FLOCK" && fields[3] == "WRITE" && !slices.Contains(pids, fields[4]) {
			pids = append(pids, fields[4])
		}
	}
	return pids
}

// sameFolder reports whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	if err1 != nil || err2 != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	return os.SameFile(one, two)
}

// hasServer reports whether a folder has a server's data, or may have: it is unknown
// without the right to read the folder.
func hasServer(folder string) bool {
	_, err := os.Stat(config.Default(folder).DatabasePath())
	return folder != "" && (err == nil || errors.Is(err, fs.ErrPermission))
}

// checkData reports an error if there is no server's data in the folder of cfg, or if
// this user may not write there.
func checkData(cmd *cobra.Command, cfg *config.Config) error {
	_, err := os.Stat(cfg.DatabasePath())
	if errors.Is(err, fs.ErrNotExist) {
		text := "there is no server's data in " + cfg.Data + "; name its folder with --data, or start it once with plausch serve"
		if os.Geteuid() > 0 {
			text += " (if it runs as another user: " + sudoCommand(cmd) + ")"
		}
		return errors.New(text)
	}
	if err == nil {
		err = checkWritable(cfg.Data)
	}
	if rights := permissionError(cmd, cfg.Data, err); rights != nil {
		return rights
	}
	if err != nil {
		return fmt.Errorf("the data folder cannot be used; name another with --data: %w", err)
	}
	return nil
}

// checkWritable tries whether a folder can be written: the database would say it less
// clearly.
func checkWritable(folder string) error {
	probe, err := os.CreateTemp(folder, ".plausch-write-test-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// permissionError explains err if a permission is missing, and returns nil otherwise.
func permissionError(cmd *cobra.Command, folder string, err error) error {
	if !errors.Is(err, fs.ErrPermission) || os.Geteuid() == 0 {
		return nil
	}
	if runtime.GOOS == "windows" {
		return fmt.Errorf("the data folder %s belongs to somebody else; run it as administrator: %w", folder, err)
	}
	return fmt.Errorf("the data folder %s belongs to another user; run it with sudo:\n\n  %s", folder, sudoCommand(cmd))
}

// sudoCommand returns the command line of cmd as root runs it.
func sudoCommand(cmd *cobra.Command) string {
	words := []string{"sudo", programName()}
	for _, word := range commandLine(cmd) {
		words = append(words, shellQuote(word))
	}
	return strings.Join(words, " ")
}

// programName returns how this program is called: by its name where that is enough.
func programName() string {
	self, err := os.Executable()
	if err != nil {
		return "plausch"
	}
	// Root looks in the places of the system only, not in a user's.
	if found, err := exec.LookPath("plausch"); err == nil && sameFolder(found, self) && slices.Contains(rootPath, filepath.Dir(found)) {
		return "plausch"
	}
	return shellQuote(self)
}

// rootPath is where sudo looks for programs (secure_path).
var rootPath = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
