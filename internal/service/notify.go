package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// Listeners returns the sockets that systemd opened for this process, none if it
// did not.
func Listeners() ([]net.Listener, error) {
	var all []net.Listener
	for _, file := range activation.Files(true) {
		ln, err := net.FileListener(file)
		err = errors.Join(err, file.Close())
		if err == nil && ln.Addr().Network() != "tcp" {
			err = fmt.Errorf("it is a socket of the kind %s", ln.Addr().Network())
		}
		if err != nil {
			return nil, fmt.Errorf("the socket %s that the service manager passed cannot be used; "+
				"write ListenStream=ADDRESS:PORT into the socket unit: %w", file.Name(), err)
		}
		all = append(all, ln)
	}
	return all, nil
}

// Accompany tells systemd that the server is ready, then, until ctx ends, that it
// is alive as long as healthy says so, and in the end that it is stopping. Without
// systemd it does nothing.
func Accompany(ctx context.Context, healthy func(context.Context) error, log *slog.Logger) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("the service manager's watchdog cannot be served", "err", err)
	}
	tell(log, daemon.SdNotifyReady)
	defer tell(log, daemon.SdNotifyStopping)
	if interval <= 0 {
		<-ctx.Done()
		return
	}
	// Twice in each interval, as sd_watchdog_enabled(3) recommends.
	ticks := time.NewTicker(interval / 2)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if err := healthy(ctx); err != nil {
			log.Warn("not well; the service manager is not told otherwise", "err", err)
			continue
		}
		tell(log, daemon.SdNotifyWatchdog)
	}
}

func tell(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("the service manager cannot be told", "state", state, "err", err)
	}
}
