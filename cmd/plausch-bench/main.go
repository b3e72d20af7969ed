package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"plausch"
)

func main() {
	cmd := newCommand()
	if err := cmd.Execute(); err != nil {
		fmt.Fprintf(os.Stderr, "plausch-bench: %v\n", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	var o Options
	var quick, asJSON bool
	var scenarios []string
	var transport, codec string
	cmd := &cobra.Command{
		Use:     "plausch-bench",
		Short:   "Measure a server, and check that it loses nothing",
		Version: plausch.Version,
		Long: "Puts load on a server, checks every delivery (none lost, none twice, all in order), and\n" +
			"prints what that costs the server, beside what a bare loop costs that passes bytes on and\n" +
			"keeps nothing. Without --server it starts a plausch of its own on the loopback for it, with\n" +
			"an empty data folder and without limits, and removes both at the end.\n\n" +
			"CPU time and memory are read from /proc, so they are known on Linux only, and of a\n" +
			"server that runs already only with --server-pid. It has to let guests in (--open) and to\n" +
			"have high limits. Loads of thousands of connections need as many open files (ulimit -n).\n\n" +
			"The exit code is 0 if nothing was lost or confused, whether the targets hold or not.",
		Example: "  plausch-bench --quick\n" +
			"  plausch-bench --rounds 3 --transport ws\n" +
			"  plausch-bench --scenario idle:5000/tcp/json --scenario sign-in:3000\n" +
			"  plausch-bench --scenario fan-out:1x1000/64 --scenario paced:1x1000@20 --profile .",
		Args:          cobra.NoArgs,
		SilenceErrors: true, // main prints them
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := complete(&o, transport, codec, scenarios, quick); err != nil {
				return err
			}
			o.Progress = func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) }
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			report, err := Run(ctx, o)
			if ctx.Err() != nil {
				err = errors.New("interrupted")
			}
			if report == nil {
				return err
			}
			write := report.Table
			if asJSON {
				write = report.JSON
			}
			return errors.Join(write(cmd.OutOrStdout()), report.Err(), err)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Server, "server", "", "Measure the running server at tcp://, ws://, tls:// or wss:// and HOST:PORT (default: one of our own)")
	flags.IntVar(&o.ServerPID, "server-pid", 0, "Process of --server, for its CPU time and memory")
	flags.StringVar(&o.ServerMetrics, "server-metrics", "", "HOST:PORT of the metrics of --server, for its memory and profiles")
	flags.StringVar(&o.Program, "program", "", "The plausch to start (default: beside this program, in ./bin, or in $PATH)")
	flags.BoolVar(&quick, "quick", false, "Measure less, in some 30 seconds")
	flags.StringArrayVar(&scenarios, "scenario", nil, "What to measure, may be repeated: "+scenarioForms)
	flags.IntVar(&o.Rounds, "rounds", 1, "Rounds, of which the medians are taken")
	flags.StringVar(&transport, "transport", "tcp", "How to reach a server of our own: tcp, ws, tls or wss")
	flags.StringVar(&codec, "codec", "msgpack", "How bodies are written: msgpack or json")
	flags.IntVar(&o.Text, "text", 100, "Bytes of a message's text")
	flags.DurationVar(&o.Saturated, "saturated", 0, "How long to measure each fan-out (default 1.5s)")
	flags.DurationVar(&o.Paced, "paced", 0, "How long to measure each paced load (default 4s)")
	flags.DurationVar(&o.Durable, "durable", 0, "How long to measure durable sends (default 2s)")
	flags.StringVar(&o.Folder, "folder", "", "Folder for temporary databases; the speed of its disk counts (default: the system's)")
	flags.StringVar(&o.Profile, "profile", "", "Folder for CPU profiles of the server, one for each load")
	flags.BoolVar(&asJSON, "json", false, "Print JSON")
	cmd.AddCommand(newRawServerCommand())
	return cmd
}

// complete fills in o from flags that need a look.
func complete(o *Options, transport, codec string, scenarios []string, quick bool) (err error) {
	if o.way, err = parseWay(transport, codec); err != nil {
		return err
	}
	o.Scenarios = Defaults(quick)
	if len(scenarios) > 0 {
		o.Scenarios = nil
	}
	for _, text := range scenarios {
		s, err := ParseScenario(text)
		if err != nil {
			return err
		}
		o.Scenarios = append(o.Scenarios, s)
	}
	const ms = time.Millisecond
	full, short := []time.Duration{1500 * ms, 4000 * ms, 2000 * ms}, []time.Duration{500 * ms, 1000 * ms, 500 * ms}
	for i, d := range []*time.Duration{&o.Saturated, &o.Paced, &o.Durable} {
		switch {
		case *d < 0:
			return fmt.Errorf("%v is no time to measure for", *d)
		case *d > 0:
		case quick:
			*d = short[i]
		default:
			*d = full[i]
		}
	}
	if o.Quiet = 5 * time.Second; quick {
		o.Quiet /= 2
	}
	if o.Text < 1 || o.Text > 16<<10 {
		return fmt.Errorf("a text has 1 to %d bytes, not %d", 16<<10, o.Text)
	}
	if o.Server == "" && o.Program == "" {
		o.Program, err = findProgram()
	}
	return err
}

// findProgram returns the plausch beside this program, where make build puts it,
// or in $PATH.
func findProgram() (string, error) {
	name := "plausch"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	places := []string{filepath.Join("bin", name)}
	if self, err := os.Executable(); err == nil {
		places = append([]string{filepath.Join(filepath.Dir(self), name)}, places...)
	}
	for _, place := range places {
		if info, err := os.Stat(place); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(place)
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", errors.New("there is no plausch to measure; build one with make build, or name it with --program")
}

// rawServerCommand runs a raw server.
const rawServerCommand = "raw-server"

// newRawServerCommand is what a run starts to compare a server with.
func newRawServerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    rawServerCommand,
		Short:  "Run the bare loop that a server is compared with",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ServeRaw(cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}
