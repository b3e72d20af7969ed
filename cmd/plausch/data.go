package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"plausch/internal/auth"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/store/sqlite"
)

// desk is a command's hold of a data folder, beside a server that may run on it.
// The server notices changes within a second. Write access to the folder is the only
// permission that is checked.
type desk struct {
	*core.Admin
	ctx   context.Context
	cfg   *config.Config
	store *sqlite.Store
}

// onData calls do with the data folder of cmd, which has to have a server's data.
func onData(cmd *cobra.Command, do func(d *desk) error) error {
	cfg, err := findData(cmd)
	if err != nil {
		return err
	}
	if err := checkData(cmd, cfg); err != nil {
		return err
	}
	return openData(cmd, cfg, do)
}

// openData is onData for a folder that was found already.
func openData(cmd *cobra.Command, cfg *config.Config, do func(d *desk) error) (err error) {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	st, err := sqlite.Open(ctx, cfg.DatabasePath(), sqlite.Options{Readers: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return do(&desk{&core.Admin{Store: st, Passwords: auth.NewHasher()}, ctx, cfg, st})
}

// lifetime is a flag's value: a duration that may be in days.
type lifetime time.Duration

func (l *lifetime) String() string {
	const day = 24 * time.Hour
	if d := time.Duration(*l); d%day != 0 || d == 0 {
		return d.String()
	}
	return strconv.Itoa(int(time.Duration(*l)/day)) + "d"
}

func (l *lifetime) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 10_000 {
			return errors.New("it takes a number of days such as 7d, or hours and minutes such as 12h or 30m")
		}
		*l = lifetime(n) * lifetime(24*time.Hour)
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return errors.New("it takes a number of days such as 7d, or hours and minutes such as 12h or 30m")
	}
	*l = lifetime(d)
	return nil
}

func (l *lifetime) Type() string { return "lifetime" }

// ago returns when t was, for people.
func ago(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
