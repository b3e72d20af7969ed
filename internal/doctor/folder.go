package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

const (
	// floorBytes is the least free space to run with: room for the WAL, a
	// checkpoint of it, and time to notice.
	floorBytes = 256 << 20
	roomyBytes = 1 << 30
	// slowSync is when people begin to feel a send: a disk of an old laptop
	// needs 10 to 30 ms, a bad memory card 100 and more.
	slowSync = 100 * time.Millisecond
	syncs    = 5
)

// Folder is what the system says of a folder.
type Folder struct {
	Mode  fs.FileMode
	Owner int // user id, -1 if it is not known
	Me    int // ours
	Free  uint64
	// Kind is the name of the file system, "" if it is not known.
	Kind string
	// Remote says that it is on another machine, Passing that it is in memory.
	Remote, Passing bool
	// FreeKnown says that Free is.
	FreeKnown bool
}

// data checks the data folder.
type data struct {
	path  string
	files uint64 // with less free space, no file is taken
	look  func(path string) (Folder, error)
}

func (data) Name() string { return "data" }

func (c data) Run(context.Context) []Finding {
	f, err := c.look(c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return one(Warning, "start the server once, or name the right folder with --data", "the data folder %s does not exist", c.path)
	case errors.Is(err, fs.ErrPermission):
		return one(Unknown, "run plausch doctor as the server's user, or with sudo", "the data folder %s may not be looked at", c.path)
	case err != nil:
		return one(Problem, "name the right folder with --data", "the data folder cannot be used: %v", err)
	case !f.Mode.IsDir():
		return one(Problem, "name a folder with --data", "%s is no folder", c.path)
	}
	findings := []Finding{c.rights(f)}
	if f.FreeKnown {
		findings = append(findings, c.space(f))
	}
	return append(findings, c.kind(f))
}

func (c data) rights(f Folder) Finding {
	switch {
	case f.Mode.Perm()&0o077 != 0:
		return Finding{State: Warning, Todo: "chmod 700 " + c.path,
			Text: fmt.Sprintf("others on this machine can look into %s (mode %04o)", c.path, f.Mode.Perm())}
	case f.Owner >= 0 && f.Me > 0 && f.Owner != f.Me:
		return Finding{State: Warning, Todo: "run the server, and this, as its owner",
			Text: fmt.Sprintf("%s belongs to user %d, and this is user %d", c.path, f.Owner, f.Me)}
	}
	return Finding{State: OK, Text: fmt.Sprintf("%s is its owner's alone (mode %04o)", c.path, f.Mode.Perm())}
}

func (c data) space(f Folder) Finding {
	text := fmt.Sprintf("%s are free", size(f.Free))
	switch {
	case f.Free < floorBytes:
		return Finding{State: Problem, Text: "only " + text, Todo: "make room; without it nothing more can be sent"}
	case f.Free < c.files:
		return Finding{State: Warning, Text: "only " + text, Todo: "make room; below " + size(c.files) + " (limits.free_disk_bytes) no files are taken"}
	case f.Free < roomyBytes:
		return Finding{State: Warning, Text: "only " + text, Todo: "make room soon"}
	}
	return Finding{State: OK, Text: text}
}

func (c data) kind(f Folder) Finding {
	switch {
	case f.Remote:
		return Finding{State: Warning, Todo: "move the data folder to a disk of this machine",
			Text: fmt.Sprintf("it is on a network file system (%s), where the database is not safe", f.Kind)}
	case f.Passing:
		return Finding{State: Warning, Todo: "move the data folder to a disk",
			Text: fmt.Sprintf("it is in memory (%s) and lost when the machine restarts", f.Kind)}
	case f.Kind == "":
		return Finding{State: Unknown, Text: "it cannot be told which file system it is on; the database needs a local one"}
	}
	return Finding{State: OK, Text: "it is on a local file system (" + f.Kind + ")"}
}

// size writes a number of bytes for people.
func size(n uint64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// disk measures how long it takes until something is on disk.
type disk struct {
	path string
	sync func(dir string) (time.Duration, error)
}

func (disk) Name() string { return "disk" }

func (c disk) Run(context.Context) []Finding {
	took, err := c.sync(c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return one(Unknown, "run plausch doctor as the server's user, or with sudo", "the disk's speed cannot be measured in %s", c.path)
	case err != nil:
		return one(Problem, "look at the disk: journalctl -k", "the disk does not take a write: %v", err)
	case took > slowSync:
		return one(Warning, "use a faster disk, such as an SSD in place of a memory card",
			"a write is on disk after %s, and every message waits for one", took.Round(time.Millisecond))
	}
	return one(OK, "", "a write is on disk after %s", took.Round(10*time.Microsecond))
}

// measureSync returns the median time of a few small writes with a sync in dir.
func measureSync(dir string) (_ time.Duration, err error) {
	f, err := os.CreateTemp(dir, ".plausch-doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := make([]byte, 4<<10)
	var took []time.Duration
	for range syncs {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// settings reports whether the settings could be read: config.Load refuses keys
// that nobody knows, too.
type settings struct {
	err  error
	file string // "" if there is none
}

func (settings) Name() string { return "settings" }

func (c settings) Run(context.Context) []Finding {
	switch {
	case c.err != nil:
		return one(Problem, "correct it; plausch config lists all settings. The other checks go by the defaults", "%v", c.err)
	case c.file == "":
		return one(OK, "", "there is no settings file, and there need not be one")
	}
	return one(OK, "", "%s is valid", c.file)
}
