package doctor

import (
	"context"
	"fmt"
	"strings"

	"plausch/internal/names"
	"plausch/internal/store/sqlite"
)

// maxListedNames bounds how many names one finding lists.
const maxListedNames = 20

// namesCheck looks for names from before new ones had to begin with a letter or
// digit and not to be digits alone. They go on working, but programs take them
// for ids, options or folders.
type namesCheck struct {
	path string
	list func(ctx context.Context, path string) ([]sqlite.Named, error)
}

func (namesCheck) Name() string { return "names" }

func (c namesCheck) Run(ctx context.Context) []Finding {
	all, err := c.list(ctx, c.path)
	if err != nil {
		return nil // the check of the database says why
	}
	var odd []string
	for _, n := range all {
		if n.Name == "" || names.CheckNew(n.Name) == nil {
			continue
		}
		kind, address := "account", "@"+names.OfID(n.ID)
		if n.Room {
			kind, address = "room", names.OfID(n.ID)
		}
		odd = append(odd, fmt.Sprintf("%s %q is %s", kind, n.Name, address))
	}
	if len(odd) == 0 {
		return one(OK, "", "all names can be told from ids, options and folders")
	}
	more := ""
	if len(odd) > maxListedNames {
		more = fmt.Sprintf("; and %d more", len(odd)-maxListedNames)
		odd = odd[:maxListedNames]
	}
	return one(Warning, "nothing has to be done: they go on working. In commands and addresses write the id instead of the name "+
		"(plausch send --to id:12, /api/rooms/id:12/messages); to be rid of one, make a room or an account with another name",
		"some names look like ids, options or folders: %s%s", strings.Join(odd, "; "), more)
}
