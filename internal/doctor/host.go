package doctor

import (
	"context"

	"plausch/internal/service"
)

// unit checks the systemd service, if there is one.
type unit struct {
	inspect func(context.Context) (service.Status, error)
}

func (unit) Name() string { return "service" }

func (c unit) Run(ctx context.Context) []Finding {
	s, err := c.inspect(ctx)
	switch {
	case err != nil:
		return one(Unknown, "run plausch doctor with sudo", "the service cannot be looked at: %v", err)
	case !s.Installed:
		return one(OK, "", "there is no systemd service; plausch service install makes one that starts with the machine")
	case !s.Ours:
		return one(Unknown, "", "%s was written by somebody else, so it is not judged", s.Path)
	case !s.Current:
		return one(Warning, "run plausch service install again, with the same flags", "the unit is not what this version would write")
	case !s.Known:
		return one(Unknown, "", "the unit is as it should be, but systemd does not run here")
	case s.Active == "failed":
		return one(Problem, "see why: journalctl -u plausch", "the service has failed")
	case s.Active != "active":
		return one(Warning, "systemctl start plausch", "the service is %s", s.Active)
	case s.Enabled != "enabled":
		return one(Warning, "systemctl enable plausch", "the service runs, but does not start with the machine (%s)", s.Enabled)
	}
	return one(OK, "", "the service runs, starts with the machine, and is as this version would write it")
}

// fewFiles is too few for a server: each connection is an open file.
const fewFiles = 4096

// files checks how many files a program started here may open. Go raises the soft
// limit to the hard one, so that one counts.
type files struct {
	limit func() (hard uint64, known bool)
}

func (files) Name() string { return "files" }

func (c files) Run(context.Context) []Finding {
	hard, known := c.limit()
	switch {
	case !known:
		return one(Unknown, "", "the limit of open files is not known")
	case hard < fewFiles:
		return one(Warning, "raise the limit: ulimit -Hn 65536, or let plausch service install do it",
			"a server started here can have only about %d connections", hard)
	}
	return one(OK, "", "a server started here can open %d files", hard)
}

const (
	// hashBytes is what two passwords that are checked at once take (argon2id
	// with 64 MiB each).
	hashBytes = 128 << 20
	// enoughBytes leaves room for the rest of the server.
	enoughBytes = 256 << 20
)

// memory checks that there is enough for checking passwords.
type memory struct {
	available func() (bytes uint64, known bool)
}

func (memory) Name() string { return "memory" }

func (c memory) Run(context.Context) []Finding {
	const todo = "end other programs, or add swap space or memory"
	free, known := c.available()
	switch {
	case !known:
		return one(Unknown, "", "how much memory is available is not known; checking passwords takes %s", size(hashBytes))
	case free < hashBytes:
		return one(Problem, todo, "only %s of memory are available, and checking two passwords takes %s", size(free), size(hashBytes))
	case free < enoughBytes:
		return one(Warning, todo, "only %s of memory are available; with less than %s sign-ins can fail", size(free), size(hashBytes))
	}
	return one(OK, "", "%s of memory are available", size(free))
}
