package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/protocol"
)

// TestMain lets the test's own executable be the servers that a run starts.
func TestMain(m *testing.M) {
	var err error
	switch {
	case len(os.Args) > 1 && os.Args[1] == rawServerCommand:
		err = ServeRaw(os.Stdin, os.Stdout)
	case len(os.Args) > 1 && os.Args[1] == stubborn:
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("up")
		_, err = io.Copy(io.Discard, os.Stdin)
		fmt.Fprintln(os.Stderr, "will not stop")
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
		Program: executable, Folder: folder, Profile: profiles, Text: 10,
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
		"no program":    {Program: filepath.Join(t.TempDir(), "none")},
		"no server":     {Program: executable, Server: "tcp://" + nobody},
		"no address":    {Program: executable, Server: "nowhere"},
		"other scheme":  {Program: executable, Server: "http://" + nobody},
		"no such place": {Program: executable, Folder: filepath.Join(t.TempDir(), "none")},
	} {
		o.Scenarios, o.Text = []Scenario{{Kind: FanOut, Rooms: 1, Members: 2, Window: 1}}, 10
		if report, err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: a run ended with %+v", name, report)
		}
	}
}

// stubborn is a server that complains instead of ending, as one does that is slow
// to stop.
const stubborn = "stubborn"

func TestWhatWasMeasuredIsReportedWhateverComesAfter(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unclean := func(start func(context.Context, *lab, way) (*target, error)) func(context.Context, *lab, way) (*target, error) {
		return func(ctx context.Context, l *lab, w way) (*target, error) {
			server, err := start(ctx, l, w)
			if err != nil {
				return nil, err
			}
			server.process, err = launch(ctx, self, stubborn)
			if err == nil {
				_, err = server.process.line()
			}
			return server, err
		}
	}
	l := inProcess(t, false, protocol.Msgpack)
	l.start, l.opts.Rounds = unclean(l.start), 1
	l.opts.Scenarios = []Scenario{{Kind: Idle, Members: 2}, {Kind: SignIn, Members: 3}}
	report, err := l.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "will not stop") {
		t.Errorf("that the server did not stop is told as %v", err)
	}
	if report == nil || len(report.Results) != 2 || !report.Results[0].Ours.PerSecond.Known() || report.Err() != nil {
		t.Errorf("the report is %+v", report)
	}

	l = inProcess(t, false, protocol.Msgpack)
	l.opts.Scenarios = []Scenario{{Kind: SignIn, Members: 3}, {Kind: Idle, Members: 2, Transport: "none"}}
	report, err = l.run(t.Context())
	if err == nil || report == nil || len(report.Results) != 1 || report.Rounds != 1 {
		t.Errorf("behind a load that cannot be measured: %+v, %v", report, err)
	}
}
