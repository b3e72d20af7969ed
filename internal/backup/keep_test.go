package backup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// keepAt makes a kept backup at a time.
func keepAt(t *testing.T, data, folder string, keep int, at time.Time) Kept {
	t.Helper()
	k, err := WriteKept(t.Context(), folder, keep, Options{Data: data, Now: func() time.Time { return at }})
	ok(t, err)
	return k
}

func names(t *testing.T, folder string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	ok(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestKeep(t *testing.T) {
	data, folder := newData(t), t.TempDir()
	var files []string
	for day := range 4 {
		k := keepAt(t, data, folder, 3, noon.AddDate(0, 0, day))
		files = append(files, filepath.Base(k.File))
		if day == 3 && !slices.Equal(k.Removed, []string{filepath.Join(folder, files[0])}) {
			t.Errorf("the fourth has removed %v", k.Removed)
		}
	}
	equal(t, "the folder", strings.Join(names(t, folder), " "), strings.Join(files[1:], " "))
	if !strings.HasSuffix(files[3], "-20260304T120000Z.tar.zst") {
		t.Errorf("the name is %s", files[3])
	}
	f, err := os.Open(filepath.Join(folder, files[3]))
	ok(t, err)
	defer f.Close()
	_, err = Verify(t.Context(), f, "")
	ok(t, err)
}

// Nothing is removed but older backups of the same data folder.
func TestKeepRemovesOnlyItsOwn(t *testing.T) {
	data, other, folder := newData(t), newData(t), t.TempDir()
	mine := filepath.Base(keepAt(t, data, folder, 1, noon).File)
	series := strings.TrimSuffix(mine, "20260301T120000Z.tar.zst")
	theirs := filepath.Base(keepAt(t, other, folder, 1, noon).File)
	foreign := []string{"plausch.tar.zst", "notes.txt", series + "before-the-move.tar.zst", series + "20260101T120000Z.tar.zst.gpg", theirs}
	for _, name := range foreign[:4] {
		write(t, filepath.Join(folder, name), "mine")
	}
	write(t, filepath.Join(folder, series+"20260101T120000Z.tar.zst.tmp"), "of a backup that was killed")
	write(t, filepath.Join(folder, series+"20260302T115900Z.tar.zst.tmp"), "of one that may be under way")
	last := filepath.Base(keepAt(t, data, folder, 1, noon.AddDate(0, 0, 1)).File)
	want := append(foreign, last, series+"20260302T115900Z.tar.zst.tmp")
	slices.Sort(want)
	equal(t, "the folder", strings.Join(names(t, folder), " "), strings.Join(want, " "))
}

// Two in one second have two names.
func TestKeepTwiceASecond(t *testing.T) {
	data, folder := newData(t), t.TempDir()
	one, two := keepAt(t, data, folder, 9, noon), keepAt(t, data, folder, 9, noon)
	if one.File == two.File || len(names(t, folder)) != 2 {
		t.Errorf("%s and %s", one.File, two.File)
	}
}

// While the data is damaged, an older backup may be the last good one.
func TestKeepNeverRemovesTheLastGoodOne(t *testing.T) {
	data, folder := newData(t), t.TempDir()
	good := keepAt(t, data, folder, 1, noon)
	write(t, filepath.Join(data, blobPath("cat")), "rat")
	k := keepAt(t, data, folder, 1, noon.AddDate(0, 0, 1))
	if len(k.Problems) == 0 || len(k.Removed) > 0 {
		t.Errorf("with damaged data: problems %v, removed %v", k.Problems, k.Removed)
	}
	// The database itself cannot be read: there is no new one.
	write(t, filepath.Join(data, databaseName), strings.Repeat("no database ", 1000))
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(data, databaseName+suffix))
	}
	if _, err := WriteKept(t.Context(), folder, 1, Options{Data: data}); err == nil {
		t.Error("a backup was made of no database")
	}
	equal(t, "the folder", strings.Join(names(t, folder), " "), filepath.Base(good.File)+" "+filepath.Base(k.File))
}

func TestKeepNeedsItsFolder(t *testing.T) {
	data := newData(t)
	for want, folder := range map[string]string{"mounted": filepath.Join(t.TempDir(), "disk"), "in the data folder": data} {
		if _, err := WriteKept(t.Context(), folder, 3, Options{Data: data}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("into %s: %v", folder, err)
		}
	}
}

// A later failure is told beside the last good backup, which stays known.
func TestLastFailure(t *testing.T) {
	data := newData(t)
	ok(t, os.Remove(filepath.Join(data, lastName)))
	ok(t, SetLast(data, Last{Time: noon, File: "/mnt/b", Verified: true}))
	ok(t, SetFailed(data, os.ErrPermission, noon.Add(time.Hour)))
	last, err := FindLast(data)
	ok(t, err)
	equal(t, "the last", *last, Last{Time: noon, File: "/mnt/b", Verified: true, Failed: "permission denied", FailedAt: noon.Add(time.Hour)})
	if last.Old(noon.Add(OldAfter)) || !last.Old(noon.Add(OldAfter+time.Second)) {
		t.Error("it is old at another time")
	}
}
