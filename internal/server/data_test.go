package server_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

// fill makes a data folder in which somebody has written a lot and sent a file.
func fill(t *testing.T, data string) {
	t.Helper()
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Open(t.Context(), filepath.Join(data, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ann, err := st.CreateAccount(t.Context(), store.NewAccount{Name: "ann", Role: plausch.RoleOwner, At: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var drafts []store.Draft
	for range 1000 {
		drafts = append(drafts, store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventMessage, Actor: ann.Ref(), Text: strings.Repeat("text ", 100), Time: time.Unix(2, 0)})
	}
	if _, err := st.Append(t.Context(), drafts); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.OpenFolder(filepath.Join(data, "blobs"), blob.FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	if _, _, err := blobs.Put(t.Context(), strings.NewReader("a photo"), 100); err != nil {
		t.Fatal(err)
	}
}

func settings(data string) *config.Config {
	cfg := config.Default(data)
	cfg.Listen, cfg.MetricsListen = []string{"127.0.0.1:0"}, config.Off
	return cfg
}

// TestALostDatabaseIsNoNewServer: beside the files of a chat no server begins that
// does not know them.
func TestALostDatabaseIsNoNewServer(t *testing.T) {
	for name, lose := range map[string]func(db string) error{
		"missing": os.Remove,
		"empty":   func(db string) error { return os.Truncate(db, 0) },
		"new": func(db string) error {
			if err := os.Remove(db); err != nil {
				return err
			}
			st, err := sqlite.Open(t.Context(), db, sqlite.Options{})
			if err != nil {
				return err
			}
			return st.Close()
		},
		"missing beside its WAL": func(db string) error { return os.Rename(db, db+"-wal") },
	} {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			fill(t, data)
			if err := lose(filepath.Join(data, "plausch.db")); err != nil {
				t.Fatal(err)
			}
			_, err := server.New(settings(data), slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), "restore a backup") {
				t.Errorf("the server begins: %v", err)
			}
			if n, err := blobCount(data); err != nil || n != 1 {
				t.Errorf("%d files are left (%v)", n, err)
			}
		})
	}
	t.Run("without files", func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "data")
		fill(t, data)
		for _, gone := range []string{"plausch.db", "blobs"} {
			if err := os.RemoveAll(filepath.Join(data, gone)); err != nil {
				t.Fatal(err)
			}
		}
		start(t, data)
	})
}

func blobCount(data string) (files int, err error) {
	err = filepath.WalkDir(filepath.Join(data, "blobs"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files++
		}
		return err
	})
	return files, err
}

// TestADiskThatIsNotMountedIsNoNewServer: the folder of the data folder has to be
// there, if somebody has named it.
func TestADiskThatIsNotMountedIsNoNewServer(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	cfg, err := config.Load(nil, func() []string { return []string{"PLAUSCH_DATA=" + filepath.Join(disk, "chat")} })
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen, cfg.MetricsListen = []string{"127.0.0.1:0"}, config.Off
	if _, err := server.New(cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "mount its disk") {
		t.Errorf("the server begins: %v", err)
	}
	if _, err := os.Stat(disk); !os.IsNotExist(err) {
		t.Errorf("it has made %s", disk)
	}
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestADamagedDatabaseIsNotReady, and its host hears of it.
func TestADamagedDatabaseIsNotReady(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	fill(t, data)
	path := filepath.Join(data, "plausch.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2048 { // a page in the middle of the messages
		whole[len(whole)/2/2048*2048+i] = 0xa5
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	log := &logLines{line: make(chan string, 100)}
	s, err := server.New(settings(data), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for !strings.Contains(<-log.line, "the database is damaged") {
	}
	if err := s.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("it says that it is ready: %v", err)
	}
	if running, err := server.FindRunning(data); err != nil || running == nil || running.Damage == "" {
		t.Errorf("plausch status sees %+v, %v", running, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// logLines gives each line of a log.
type logLines struct {
	mu   sync.Mutex
	rest bytes.Buffer
	line chan string
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest.Write(p)
	for {
		line, err := l.rest.ReadString('\n')
		if err != nil {
			l.rest.WriteString(line)
			return len(p), nil
		}
		select {
		case l.line <- line:
		default:
			panic(fmt.Sprint("nobody reads the log: ", line))
		}
	}
}
