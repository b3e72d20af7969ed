package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"

	"plausch"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	ok(t, os.MkdirAll(filepath.Dir(path), 0o700))
	ok(t, os.WriteFile(path, []byte(text), 0o600))
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func blobPath(text string) string { return "blobs/" + hashOf(text)[:2] + "/" + hashOf(text)[2:] }

// newData makes a data folder with an account, three messages and files.
func newData(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	for name, text := range map[string]string{
		"plausch.toml": "open = true\n", "certs/a/b.pem": "secret", blobPath("cat"): "cat", blobPath("dog"): "dog",
		"new-feature.key": "key",
		// Not in a backup:
		"plausch.lock": "", "plausch.run": "{}", "blobs/incoming/1": "ca", "blobs/.x": "x", "last-backup.json": "{}",
		"plausch.db.before-v1": "old", ".restore-1/plausch.db": "half",
	} {
		write(t, filepath.Join(data, name), text)
	}
	s, err := sqlite.Open(t.Context(), filepath.Join(data, databaseName), sqlite.Options{})
	ok(t, err)
	ann, err := s.CreateAccount(t.Context(), store.NewAccount{Name: "ann", Role: plausch.RoleOwner, At: noon})
	ok(t, err)
	var drafts []store.Draft
	for n := range 3 {
		drafts = append(drafts, store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventMessage, Actor: ann.Ref(), Text: fmt.Sprint("text ", n), Time: noon})
	}
	_, err = s.Append(t.Context(), drafts)
	ok(t, err)
	ok(t, s.Close())
	return data
}

func archiveOf(t *testing.T, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	r, err := Write(t.Context(), &b, Options{Data: data, Now: func() time.Time { return noon }})
	ok(t, err)
	if len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	return b.Bytes()
}

// tree returns the files of a folder, with their content but for databases.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	ok(t, filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(folder, p)
		text, err := os.ReadFile(p)
		if name == databaseName {
			text = []byte("a database")
		}
		all[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return all
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func TestRoundTrip(t *testing.T) {
	archive := archiveOf(t, newData(t))
	for name, read := range map[string]func(io.Reader) io.Reader{
		"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "end with data": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Verify(t.Context(), read(bytes.NewReader(archive)), t.TempDir())
			ok(t, err)
			equal(t, "database", r.Database, sqlite.Summary{Schema: sqlite.Schema(), Accounts: 1, Rooms: 1, Messages: 3})
			equal(t, "time, files, blobs", fmt.Sprint(r.Manifest.Time, r.Files, r.Blobs), fmt.Sprint(noon, 6, 2))
			equal(t, "problems", r.Problems, []string(nil))
			data := filepath.Join(t.TempDir(), "new")
			ok(t, os.Mkdir(data, 0o700))
			_, err = Restore(t.Context(), read(bytes.NewReader(archive)), RestoreOptions{Data: data})
			ok(t, err)
			equal(t, "restored", tree(t, data), map[string]string{
				"plausch.db": "a database", "plausch.toml": "open = true\n", "certs/a/b.pem": "secret",
				blobPath("cat"): "cat", blobPath("dog"): "dog", "new-feature.key": "key",
			})
		})
	}
}

// TestStandardTools holds that a host needs no Plausch to get at the data.
func TestStandardTools(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "b.tar.zst")
	ok(t, os.WriteFile(file, archiveOf(t, newData(t)), 0o600))
	for _, args := range [][]string{{"tar", "--zstd", "-xf", file}, {"sha256sum", "--strict", "-c", "SHA256SUMS"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	equal(t, "a file", tree(t, folder)["certs/a/b.pem"], "secret")
}

// TestDamaged flips a bit of each byte, and cuts behind each: nothing is taken for
// a backup, and the data folder stays as it was.
func TestDamaged(t *testing.T) {
	whole := archiveOf(t, newData(t))
	data := filepath.Join(t.TempDir(), "new")
	ok(t, os.Mkdir(data, 0o700))
	write(t, filepath.Join(data, "mine"), "mine")
	refused := func(what string, archive []byte) {
		t.Helper()
		if _, err := Verify(t.Context(), bytes.NewReader(archive), ""); err == nil {
			t.Errorf("%s: verified", what)
		}
		if _, err := Restore(t.Context(), bytes.NewReader(archive), RestoreOptions{Data: data, MoveAside: true}); err == nil {
			t.Fatalf("%s: restored", what)
		}
		equal(t, what, tree(t, data), map[string]string{"mine": "mine"})
	}
	step := 7
	if os.Getenv("PLAUSCH_LONG") != "" {
		step = 1
	}
	tested := 0
	for at := 0; at < len(whole); at += step {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << (at % 8)
		refused(fmt.Sprint("flipped ", at), flipped)
		refused(fmt.Sprint("cut ", at), whole[:at])
		tested++
	}
	refused("one byte more", append(bytes.Clone(whole), 0))
	refused("twice", append(bytes.Clone(whole), whole...))
	_, err := Verify(t.Context(), bytes.NewReader(whole[:len(whole)/2]), "")
	if !errors.Is(err, errDamaged) {
		t.Errorf("the error of half a backup is %v", err)
	}
	t.Logf("%d bytes of %d", tested, len(whole))
}

// entry is one of an archive made by hand.
type entry struct {
	tar.Header
	text string
}

func file(name, text string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(text))}, text}
}

// forge makes an archive in which all hashes are right.
func forge(t *testing.T, m any, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	sum := sha256.New()
	z, err := zstd.NewWriter(io.MultiWriter(&out, sum))
	ok(t, err)
	w := tar.NewWriter(z)
	manifest, err := json.Marshal(m)
	ok(t, err)
	sums := ""
	for _, e := range append([]entry{file(manifestName, string(manifest))}, entries...) {
		ok(t, w.WriteHeader(&e.Header))
		_, err := io.WriteString(w, e.text)
		ok(t, err)
		sums += hashOf(e.text) + "  " + e.Name + "\n"
	}
	e := file(sumsName, sums)
	ok(t, w.WriteHeader(&e.Header))
	_, err = io.WriteString(w, sums)
	ok(t, errors.Join(err, w.Close(), z.Close()))
	out.Write(trailer(sum))
	return out.Bytes()
}

func TestHostile(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(newData(t), databaseName))
	ok(t, err)
	db := file(databaseName, string(good))
	m := Manifest{Format: 1, Program: "9.9", Schema: sqlite.Schema(), Time: noon, Files: 10, Bytes: 1 << 20}
	with := func(change func(*Manifest)) Manifest { c := m; change(&c); return c }
	link := func(kind byte, name, to string) entry {
		return entry{tar.Header{Typeflag: kind, Name: name, Linkname: to, Mode: 0o777}, ""}
	}
	for name, c := range map[string]struct {
		archive []byte
		want    string // empty if it is good
	}{
		"good":                  {forge(t, m, db, file("blobs/x", "x")), ""},
		"up":                    {forge(t, m, db, file("../evil", "x")), "cannot be in a backup"},
		"up inside":             {forge(t, m, db, file("blobs/../../evil", "x")), "cannot be in a backup"},
		"not clean":             {forge(t, m, db, file("blobs//evil", "x")), "cannot be in a backup"},
		"absolute":              {forge(t, m, db, file("/tmp/evil", "x")), "cannot be in a backup"},
		"backslash":             {forge(t, m, db, file(`..\evil`, "x")), "cannot be in a backup"},
		"line end":              {forge(t, m, db, file("a\nb", "x")), "cannot be in a backup"},
		"symbolic link":         {forge(t, m, db, link(tar.TypeSymlink, "blobs", "/tmp"), file("blobs/evil", "x")), "cannot be in a backup"},
		"hard link":             {forge(t, m, db, link(tar.TypeLink, "x", "/etc/passwd")), "cannot be in a backup"},
		"device":                {forge(t, m, db, link(tar.TypeChar, "x", "")), "cannot be in a backup"},
		"folder":                {forge(t, m, db, link(tar.TypeDir, "x/", "")), "cannot be in a backup"},
		"a WAL":                 {forge(t, m, db, file("plausch.db-wal", "x")), "cannot be in a backup"},
		"the lock":              {forge(t, m, db, file("plausch.lock", "x")), "cannot be in a backup"},
		"twice":                 {forge(t, m, db, file("x", "x"), file("x", "y")), "cannot be in a backup"},
		"a file as a folder":    {forge(t, m, db, file("x", "x"), file("x/y", "y")), "x/y"},
		"no database":           {forge(t, m, file("x", "x")), "database is missing"},
		"empty":                 {forge(t, m), "database is missing"},
		"more files":            {forge(t, with(func(m *Manifest) { m.Files = 1 }), db, file("x", "x")), "more in it"},
		"more bytes":            {forge(t, with(func(m *Manifest) { m.Bytes = int64(len(good)) }), db, file("x", "x")), "more in it"},
		"a bomb":                {forge(t, m, db, file("x", strings.Repeat("\x00", 64<<20))), "more in it"},
		"a bomb as manifest":    {forge(t, map[string]string{"x": strings.Repeat("x", 64<<20)}, db), "no backup of Plausch"},
		"a newer schema":        {forge(t, with(func(m *Manifest) { m.Schema++ }), db), "made by Plausch 9.9"},
		"another schema":        {forge(t, with(func(m *Manifest) { m.Schema = 0 }), db), "schema"},
		"a newer format":        {forge(t, with(func(m *Manifest) { m.Format++ }), db), "Plausch 9.9 or newer"},
		"a manifest of nothing": {forge(t, Manifest{}, db), "makes no sense"},
		"no database as one":    {forge(t, m, file(databaseName, "Dear diary")), "of no use"},
		"a damaged database":    {forge(t, m, file(databaseName, string(good[:2048])+strings.Repeat("\xa5", 4096)+string(good[6144:]))), "of no use"},
		"something else":        {[]byte(strings.Repeat("Dear diary, ", 100)), "damaged"},
		"nothing":               {nil, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			data := filepath.Join(parent, "new")
			ok(t, os.Mkdir(data, 0o700))
			_, verifyErr := Verify(t.Context(), bytes.NewReader(c.archive), "")
			_, err := Restore(t.Context(), bytes.NewReader(c.archive), RestoreOptions{Data: data})
			if c.want == "" {
				ok(t, errors.Join(verifyErr, err))
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("restore says %v, want %q", err, c.want)
			}
			if verifyErr == nil && name != "a file as a folder" {
				t.Error("it was verified")
			}
			equal(t, "what is there then", tree(t, parent), map[string]string{})
		})
	}
}

func TestRestoreMovesAside(t *testing.T) {
	archive := archiveOf(t, newData(t))
	data := newData(t)
	before := tree(t, data)
	if _, err := Restore(t.Context(), bytes.NewReader(archive), RestoreOptions{Data: data}); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Fatalf("into a folder with data: %v", err)
	}
	equal(t, "after a refusal", tree(t, data), before)
	done, err := Restore(t.Context(), bytes.NewReader(archive), RestoreOptions{Data: data, MoveAside: true, Now: func() time.Time { return noon }})
	ok(t, err)
	equal(t, "aside", done.Aside, data+".old-20260301T120000Z")
	aside, restored := tree(t, done.Aside), tree(t, data)
	for _, name := range []string{"plausch.lock", ".restore-1/plausch.db"} {
		delete(before, name) // these say nothing of data
	}
	equal(t, "the old data", aside, before)
	if restored[blobPath("cat")] != "cat" || restored["plausch.db.before-v1"] != "" || restored[databaseName] == "" {
		t.Errorf("restored: %v", restored)
	}
}

// TestProblems: defects of the data hinder no backup, and are told at each step.
func TestProblems(t *testing.T) {
	data := newData(t)
	write(t, filepath.Join(data, blobPath("cat")), "rat")
	ok(t, os.Symlink("/etc/passwd", filepath.Join(data, "certs", "link")))
	var b bytes.Buffer
	r, err := Write(t.Context(), &b, Options{Data: data})
	ok(t, err)
	got := strings.Join(r.Problems, "\n")
	if !strings.Contains(got, "certs/link") || !strings.Contains(got, blobPath("cat")+" was damaged") || len(r.Problems) != 2 {
		t.Errorf("the backup's problems: %s", got)
	}
	r, err = Verify(t.Context(), bytes.NewReader(b.Bytes()), "")
	ok(t, err)
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0], blobPath("cat")) {
		t.Errorf("the check's problems: %v", r.Problems)
	}
}

func TestWriteFile(t *testing.T) {
	data, folder := newData(t), t.TempDir()
	file := filepath.Join(folder, "b")
	write(t, file+".tmp", "of a backup that was killed")
	_, err := WriteFile(t.Context(), file, false, Options{Data: data})
	ok(t, err)
	info, err := os.Stat(file)
	ok(t, err)
	equal(t, "mode", info.Mode().Perm(), fs.FileMode(0o600))
	first, err := os.ReadFile(file)
	ok(t, err)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for want, call := range map[string]func() error{
		"--force":      func() error { _, err := WriteFile(t.Context(), file, false, Options{Data: data}); return err },
		"canceled":     func() error { _, err := WriteFile(canceled, file, true, Options{Data: data}); return err },
		"no such file": func() error { _, err := WriteFile(t.Context(), file, true, Options{Data: t.TempDir()}); return err },
		"make it first": func() error {
			_, err := WriteFile(t.Context(), filepath.Join(folder, "x", "b"), true, Options{Data: data})
			return err
		},
		"in the data folder": func() error {
			_, err := WriteFile(t.Context(), filepath.Join(data, "certs", "b"), true, Options{Data: data})
			return err
		},
		"another backup": func() error {
			unlock, err := Lock(data)
			ok(t, err)
			defer unlock()
			_, err = WriteFile(t.Context(), file, true, Options{Data: data})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that says %q: %v", want, err)
		}
	}
	equal(t, "the folder after the errors", tree(t, folder), map[string]string{"b": string(first)})
	_, err = WriteFile(t.Context(), file, true, Options{Data: data})
	ok(t, err)
}

// FuzzVerify: no input makes the reader fail in another way than with an error.
func FuzzVerify(f *testing.F) {
	f.Add([]byte("\x28\xb5\x2f\xfd"))
	f.Fuzz(func(t *testing.T, b []byte) {
		// The trailer is made right, or nothing behind it would ever be reached.
		sum := sha256.New()
		sum.Write(b)
		_, err := readArchive(bytes.NewReader(append(bytes.Clone(b), trailer(sum)...)), accept,
			func(_ string, _ int64, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err })
		_ = err
	})
}
