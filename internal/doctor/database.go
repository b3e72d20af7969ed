package doctor

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"plausch/internal/store/sqlite"
)

// database checks the SQLite file, also beside a running server.
type database struct {
	path    string
	inspect func(ctx context.Context, path string) (sqlite.Health, error)
}

func (database) Name() string { return "database" }

func (c database) Run(ctx context.Context) []Finding {
	h, err := c.inspect(ctx, c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return one(Warning, "start the server once, or name the right folder with --data", "there is no database yet at %s", c.path)
	case errors.Is(err, fs.ErrPermission):
		return one(Unknown, "run plausch doctor as the server's user, or with sudo", "the database may not be read")
	case ctx.Err() != nil:
		return one(Unknown, "stop the server and ask again", "looking through the database takes longer than %s", patience)
	case err != nil:
		return one(Problem, "stop the server, keep a copy of the data folder, and restore a backup", "the database cannot be read: %v", err)
	case len(h.Damage) > 0:
		return one(Problem, "stop the server, keep a copy of the data folder, and restore a backup",
			"the database is damaged: %s", strings.Join(h.Damage, "; "))
	case h.Version < h.Newest:
		return one(Warning, "restart the server: it upgrades the database when it starts. Back the data folder up before",
			"the database is whole, at schema version %d; this program makes version %d", h.Version, h.Newest)
	}
	return one(OK, "", "the database is whole, at schema version %d, as this program makes it", h.Version)
}
