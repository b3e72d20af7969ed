package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plausch/internal/blob"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/store/sqlite"
)

// openData opens the data folder for this process alone.
func (s *Server) openData(cfg *config.Config) error {
	if err := makeDataFolder(cfg); err != nil {
		return err
	}
	var err error
	if s.unlock, err = Lock(cfg.Data); err != nil {
		return err
	}
	if err := checkDatabaseFile(cfg); err != nil {
		return err
	}
	if s.store, err = sqlite.Open(context.Background(), cfg.DatabasePath(), sqlite.Options{}); err != nil {
		return err
	}
	if err := s.checkNotNew(cfg); err != nil {
		return err
	}
	disk := blob.FolderOptions{Floor: int64(cfg.Limits.FreeDiskBytes)}
	if s.blobs, err = blob.OpenFolder(cfg.BlobsPath(), disk); err != nil {
		return err
	}
	s.thumbnails, err = blob.OpenCache(cfg.ThumbnailsPath(), disk)
	return err
}

// makeDataFolder makes the data folder of a new server. If it was named, the
// folder that it is in has to be there: a disk may not be mounted yet, and a new
// server must not begin in its place.
func makeDataFolder(cfg *config.Config) error {
	if cfg.From("data") == config.FromDefault {
		return nil // Lock makes it, with all above it
	}
	parent := filepath.Dir(cfg.Data)
	_, err := os.Stat(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s for the data folder %s: mount its disk, or make it (mkdir -p %s) if this is to be a new server",
			parent, cfg.Data, parent)
	}
	return err
}

// checkDatabaseFile refuses a data folder that has lost its database. To begin a
// new one beside files that it does not know would be to throw them away.
func checkDatabaseFile(cfg *config.Config) error {
	info, err := os.Stat(cfg.DatabasePath())
	switch {
	case err == nil && info.Size() > 0:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	is := "is missing"
	if err == nil {
		is = "is empty"
	}
	if _, err := os.Stat(cfg.DatabasePath() + "-wal"); err == nil {
		return fmt.Errorf("%s %s, but its newest part is still there (%s-wal): bring the file back beside it, or restore a backup (plausch restore FILE --force)",
			cfg.DatabasePath(), is, cfg.DatabasePath())
	}
	return refuseFiles(cfg, is)
}

// checkNotNew refuses a database in which nobody ever was beside files of a chat.
func (s *Server) checkNotNew(cfg *config.Config) error {
	used, err := s.store.Used(context.Background())
	if err != nil || used {
		return err
	}
	return refuseFiles(cfg, "has no accounts")
}

// refuseFiles returns why no server begins, if there are files of a chat.
func refuseFiles(cfg *config.Config, database string) error {
	has, err := blob.HasFiles(cfg.BlobsPath())
	if err != nil || !has {
		return err
	}
	return fmt.Errorf("%s %s, but %s has files of a chat: this is no new server. "+
		"Put the database back or restore a backup (plausch restore FILE --force); to start again, move the folder %s away",
		cfg.DatabasePath(), database, cfg.BlobsPath(), cfg.BlobsPath())
}

// checkEvery is how often a damaged database is spoken of.
const checkEvery = time.Hour

// checkLoop looks through the database once, which may take minutes, beside what
// the server does. A damaged one is not ready any more: what is in it may be wrong,
// and each hour without its host knowing makes the last good backup older.
func (s *Server) checkLoop(ctx context.Context) {
	h, err := sqlite.Inspect(ctx, s.store.Path())
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		h.Damage = []string{err.Error()}
	case len(h.Damage) == 0:
		return
	}
	damage := strings.Join(h.Damage, "; ")
	s.damage.Store(&damage)
	if err := s.updateRunning(func(r *Running) { r.Damage = damage }); err != nil {
		s.log.Warn("plausch status will not know of the damage", "err", err)
	}
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		s.log.Error("the database is damaged: stop the server, keep a copy of the data folder, and restore a backup", "damage", damage)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RemoveUnknownFiles removes the files that the database of a stopped server knows
// nothing of, which a sweep keeps if they are many: they may belong to a newer
// database than the one that is there.
func RemoveUnknownFiles(ctx context.Context, cfg *config.Config) (removed int, err error) {
	unlock, err := Lock(cfg.Data)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := os.Stat(cfg.DatabasePath()); err != nil {
		return 0, fmt.Errorf("without the database nobody knows which files are needed: %w", err)
	}
	st, err := sqlite.Open(ctx, cfg.DatabasePath(), sqlite.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	blobs, err := blob.OpenFolder(cfg.BlobsPath(), blob.FolderOptions{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, blobs.Close()) }()
	return core.RemoveUnknown(ctx, st, blobs)
}
