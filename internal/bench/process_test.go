package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"plausch/internal/config"
	"plausch/internal/server"
)

// TestMain lets the test's own executable be the servers that a run starts.
func TestMain(m *testing.M) {
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == "bench" && os.Args[2] == "raw-server":
		err = ServeRaw(os.Stdin, os.Stdout)
	case len(os.Args) > 1 && os.Args[1] == "serve":
		err = serve(os.Args[2:])
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.Flags(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg, err := config.Load(flags, nil)
	if err != nil {
		return err
	}
	s, err := server.New(cfg, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	fmt.Println("listens on", s.Addrs()[0])
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return s.Run(ctx)
}

func TestRunStartsAndEndsServers(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLAUSCH_LISTEN", "nowhere") // must not reach the server
	folder, profiles := t.TempDir(), t.TempDir()
	report, err := Run(t.Context(), Options{
		Executable: executable, Folder: folder, Profile: profiles, Text: 10,
		Saturated: 50 * time.Millisecond, Durable: 50 * time.Millisecond,
		Scenarios: []Scenario{
			{Kind: Idle, Members: 10},
			{Kind: FanOut, Rooms: 1, Members: 3, Window: 4},
			{Kind: Durable, Members: 2},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	if idle := report.Results[0]; runtime.GOOS == "linux" {
		if !idle.Ours.KB.Known() || !idle.Raw.KB.Known() || !idle.Ours.LiveKB.Known() || !idle.Ours.Goroutines.Known() {
			t.Errorf("of idle connections there is only %+v and %+v", idle.Ours, idle.Raw)
		}
		if load := report.Results[1]; !load.Ours.CPU.Known() || !load.Raw.CPU.Known() {
			t.Errorf("no CPU time in %+v and %+v", load.Ours, load.Raw)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder: %v", left, err)
	}
	for _, name := range []string{"fan-out-1x3-4-in-flight.pprof", "durable-2-senders.pprof"} {
		if info, err := os.Stat(filepath.Join(profiles, name)); err != nil || info.Size() == 0 {
			t.Errorf("no profile: %v", err)
		}
	}
}

func TestRunFails(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := ln.Addr().String()
	ln.Close()
	for name, o := range map[string]Options{
		"no program":    {Executable: filepath.Join(t.TempDir(), "none")},
		"no server":     {Executable: executable, Server: "tcp://" + nobody},
		"no address":    {Executable: executable, Server: "nowhere"},
		"other scheme":  {Executable: executable, Server: "http://" + nobody},
		"no such place": {Executable: executable, Folder: filepath.Join(t.TempDir(), "none")},
	} {
		o.Scenarios, o.Text = []Scenario{{Kind: FanOut, Rooms: 1, Members: 2, Window: 1}}, 10
		if report, err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: a run ended with %+v", name, report)
		}
	}
}
