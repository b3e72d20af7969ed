package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	keptTime   = "20060102T150405Z"
	keptSuffix = ".tar.zst"
	// tmpKept is how long the half file of a backup that was killed is left alone: it
	// could be of one that is being made.
	tmpKept = 24 * time.Hour
)

// Kept is what became of [WriteKept].
type Kept struct {
	Report
	File    string   // the new backup
	Removed []string // older ones
}

// WriteKept writes a backup into folder, with its time in its name, checks it as
// [Verify] does, and then removes the oldest backups of the same data folder on this
// machine until keep are left, which is at least 1. If the data is damaged, nothing
// is removed: an older backup may be the last good one.
func WriteKept(ctx context.Context, folder string, keep int, opts Options) (k Kept, err error) {
	if keep < 1 {
		return k, fmt.Errorf("at least one backup has to be kept, not %d", keep)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return k, fmt.Errorf("there is no folder %s for the backups; make it first: mkdir -m 700 %[1]s "+
			"(if it is on another disk, see whether that is mounted)", folder)
	}
	series, err := seriesOf(opts.Data)
	if err != nil {
		return k, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	k.File = freeName(folder, series, opts.Now())
	var damaged []string
	k.Report, err = writeFile(ctx, k.File, false, opts, func(temporary string) error {
		f, err := os.Open(temporary)
		if err != nil {
			return err
		}
		defer f.Close()
		checked, err := Verify(ctx, f, folder)
		if err != nil {
			return fmt.Errorf("what was written cannot be restored: %w", err)
		}
		damaged = checked.Problems
		return nil
	})
	if err != nil {
		return k, err
	}
	if len(damaged) > 0 {
		k.Problems = slices.Compact(slices.Sorted(slices.Values(append(k.Problems, damaged...))))
		return k, nil
	}
	if k.Removed, err = removeOlder(folder, series, keep, opts.Now()); err != nil {
		k.Problems = append(k.Problems, err.Error()+".")
	}
	return k, nil
}

// seriesOf returns how the names of the backups of a data folder begin. Two servers
// that are backed up into one folder must not remove each other's.
func seriesOf(data string) (string, error) {
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		return "", fmt.Errorf("there is no data folder; name it with --data: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(host + "\x00" + real))
	return "plausch-" + hex.EncodeToString(sum[:3]) + "-", nil
}

// freeName returns a path that is free: a backup of the same second may be there.
func freeName(folder, series string, at time.Time) string {
	for ; ; at = at.Add(time.Second) {
		path := filepath.Join(folder, series+at.UTC().Format(keptTime)+keptSuffix)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
}

// removeOlder removes the backups of a series but for the keep newest, and what
// killed ones have left.
func removeOlder(folder, series string, keep int, now time.Time) (removed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var ours []string
	for _, e := range entries {
		middle, isOurs := strings.CutPrefix(e.Name(), series)
		half := strings.HasSuffix(middle, keptSuffix+".tmp")
		at, err := time.Parse(keptTime, strings.TrimSuffix(strings.TrimSuffix(middle, ".tmp"), keptSuffix))
		switch {
		case !isOurs || err != nil || !e.Type().IsRegular():
		case half && now.Sub(at) > tmpKept:
			_ = os.Remove(filepath.Join(folder, e.Name())) // the next time, then
		case !half && strings.HasSuffix(middle, keptSuffix):
			ours = append(ours, e.Name())
		}
	}
	slices.Sort(ours) // the times in the names sort by themselves
	for len(ours) > keep {
		path := filepath.Join(folder, ours[0])
		if err := os.Remove(path); err != nil {
			return removed, fmt.Errorf("an older backup cannot be removed: %w", err)
		}
		removed, ours = append(removed, path), ours[1:]
	}
	return removed, nil
}
