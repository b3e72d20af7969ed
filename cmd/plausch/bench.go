package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"plausch/internal/bench"
	"plausch/protocol"
)

func newBenchCommand() *cobra.Command {
	var o bench.Options
	var quick, asJSON bool
	var scenarios []string
	var transport, codec string
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure a server, and check that it loses nothing",
		Long: "Puts load on a server, checks every delivery (none lost, none twice, all in order), and\n" +
			"prints what that costs the server, beside what a bare loop costs that passes bytes on and\n" +
			"keeps nothing. Without --server it starts a server of its own on the loopback for it, with\n" +
			"an empty data folder and without limits, and removes both at the end.\n\n" +
			"CPU time and memory are read from /proc, so they are known on Linux only, and of a\n" +
			"server that runs already only with --server-pid. It has to let guests in (--open) and to\n" +
			"have high limits.\n\n" +
			"The exit code is 0 if nothing was lost or confused, whether the targets hold or not.",
		Example: "  plausch bench --quick\n" +
			"  plausch bench --rounds 3 --transport ws\n" +
			"  plausch bench --scenario fan-out:1x1000/64 --scenario paced:1x1000@20 --profile .",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := benchOptions(&o, transport, codec, scenarios, quick); err != nil {
				return err
			}
			o.Progress = func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) }
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			report, err := bench.Run(ctx, o)
			switch {
			case ctx.Err() != nil:
				return errors.New("interrupted")
			case err != nil:
				return err
			}
			if asJSON {
				err = report.JSON(cmd.OutOrStdout())
			} else {
				err = report.Table(cmd.OutOrStdout())
			}
			if err != nil {
				return err
			}
			return report.Err()
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Server, "server", "", "Measure the running server at tcp://, ws://, tls:// or wss:// and HOST:PORT (default: one of our own)")
	flags.IntVar(&o.ServerPID, "server-pid", 0, "Process of --server, for its CPU time and memory")
	flags.StringVar(&o.ServerMetrics, "server-metrics", "", "HOST:PORT of the metrics of --server, for its memory and profiles")
	flags.BoolVar(&quick, "quick", false, "Measure less, in some 20 seconds")
	flags.StringArrayVar(&scenarios, "scenario", nil, "What to measure, may be repeated: fan-out:ROOMSxMEMBERS/WINDOW, paced:ROOMSxMEMBERS@RATE, idle:CONNECTIONS or durable:SENDERS")
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
	must(cmd.MarkFlagDirname("folder"))
	must(cmd.MarkFlagDirname("profile"))
	for name, choices := range map[string][]string{"transport": {"tcp", "ws", "tls", "wss"}, "codec": {"msgpack", "json"}} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)))
	}
	cmd.AddCommand(newRawServerCommand())
	return cmd
}

// benchOptions completes o from flags that need a look.
func benchOptions(o *bench.Options, transport, codec string, scenarios []string, quick bool) (err error) {
	switch transport {
	case "tcp", "ws", "tls", "wss":
		o.WebSocket = transport == "ws" || transport == "wss"
		o.TLS = transport == "tls" || transport == "wss"
	default:
		return usageErrorf("there is no transport %q; choose tcp, ws, tls or wss", transport)
	}
	switch codec {
	case "msgpack":
		o.Codec = protocol.Msgpack
	case "json":
		o.Codec = protocol.JSON
	default:
		return usageErrorf("there is no codec %q; choose msgpack or json", codec)
	}
	o.Scenarios = bench.Defaults(quick)
	if len(scenarios) > 0 {
		o.Scenarios = nil
	}
	for _, text := range scenarios {
		s, err := bench.ParseScenario(text)
		if err != nil {
			return &exitError{exitUsage, err}
		}
		o.Scenarios = append(o.Scenarios, s)
	}
	const ms = time.Millisecond
	full, short := []time.Duration{1500 * ms, 4000 * ms, 2000 * ms}, []time.Duration{500 * ms, 1000 * ms, 500 * ms}
	for i, d := range []*time.Duration{&o.Saturated, &o.Paced, &o.Durable} {
		switch {
		case *d < 0:
			return usageErrorf("%v is no time to measure for", *d)
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
		return usageErrorf("a text has 1 to %d bytes, not %d", 16<<10, o.Text)
	}
	o.Executable, err = os.Executable()
	return err
}

// newRawServerCommand is what bench starts to compare a server with.
func newRawServerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "raw-server",
		Short:  "Run the bare loop that a server is compared with",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bench.ServeRaw(cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}
