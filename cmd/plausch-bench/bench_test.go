package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/protocol"
)

// inProcess makes a lab whose servers run in this process.
func inProcess(t *testing.T, webSocket bool, codec protocol.Codec) *lab {
	t.Helper()
	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{"127.0.0.1:0"}, "127.0.0.1:0", true
	cfg.Guests = config.GuestLimits{}
	cfg.Limits.SendsPerSecond, cfg.Limits.SendBurst = 1e9, 1e9
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server stopped with: %v", err)
		}
	})
	return &lab{
		opts: Options{
			way: way{webSocket: webSocket, codec: codec}, Text: 100, Rounds: 2,
			Saturated: 30 * time.Millisecond, Paced: 50 * time.Millisecond, Durable: 30 * time.Millisecond,
		},
		folder: t.TempDir(),
		start: func(_ context.Context, _ *lab, w way) (*target, error) {
			o := &target{name: "ours", address: s.Addrs()[0].String(), path: "/ws", way: w}
			o.metrics = s.MetricsAddr().String()
			return o, nil
		},
		startRaw: func(context.Context, *lab, way) (*target, error) { return rawInProcess(t, codec), nil },
	}
}

func rawInProcess(t *testing.T, codec protocol.Codec) *target {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newRawServer()
	go s.serve(ln)
	t.Cleanup(func() {
		ln.Close()
		s.close()
	})
	return &target{name: "raw", raw: true, address: ln.Addr().String(), way: way{codec: codec}}
}

func TestEveryScenarioCountsRight(t *testing.T) {
	for name, test := range map[string]struct {
		webSocket bool
		codec     protocol.Codec
	}{
		"tcp msgpack": {false, protocol.Msgpack},
		"tcp json":    {false, protocol.JSON},
		"ws msgpack":  {true, protocol.Msgpack},
		"ws json":     {true, protocol.JSON},
	} {
		t.Run(name, func(t *testing.T) {
			l := inProcess(t, test.webSocket, test.codec)
			l.opts.Scenarios = []Scenario{
				{Kind: Idle, Members: 5},
				{Kind: FanOut, Rooms: 2, Members: 7, Window: 8},
				{Kind: FanOut, Rooms: 2, Members: 7, Window: 1},
				{Kind: Paced, Rooms: 2, Members: 7, Rate: 200},
				{Kind: Durable, Members: 1},
				{Kind: Durable, Members: 4},
				{Kind: SignIn, Members: 6},
				{Kind: Idle, Members: 2, Transport: "ws", Codec: "json"},
			}
			report, err := l.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := report.Err(); err != nil {
				t.Error(err)
			}
			if len(report.Results) != len(l.opts.Scenarios) {
				t.Fatalf("%d results of %d scenarios", len(report.Results), len(l.opts.Scenarios))
			}
			for i, r := range report.Results {
				if r.Scenario != l.opts.Scenarios[i].Name() {
					t.Errorf("result %d is of %q", i, r.Scenario)
				}
				for side, f := range map[string]Figures{"ours": r.Ours, "raw": r.Raw} {
					if !f.PerSecond.Known() || f.CPU.Known() || f.KB.Known() {
						t.Errorf("%s %s: %s has %+v", r.Kind, r.Scenario, side, f)
					}
				}
			}
			crowd, one, four := report.Results[1].Checked, report.Results[4].Checked, report.Results[5].Checked
			if crowd.Sent == 0 || crowd.Acknowledged != crowd.Sent || crowd.Deliveries != 7*crowd.Sent {
				t.Errorf("the crowd counted %v", crowd)
			}
			for _, c := range []Checked{one, four} {
				if c.Acknowledged == 0 || c.ReadBack != c.Acknowledged {
					t.Errorf("durable senders counted %v", c)
				}
			}
		})
	}
}

func TestReportIsWrittenInBothForms(t *testing.T) {
	r := newResult(Scenario{Kind: FanOut, Rooms: 1, Members: 10, Window: 64})
	r.Ours.PerSecond, r.Raw.PerSecond, r.Ours.CPU, r.Raw.CPU = 2.5e6, 5e6, 0.28, 0.14
	idle := newResult(Scenario{Kind: Idle, Members: 10})
	report := &Report{Transport: "tcp", Codec: "msgpack", Rounds: 1, Results: medians([][]Result{{r, idle}})}
	for i := range report.Results {
		report.Results[i].judge(report)
	}
	var table, text bytes.Buffer
	if err := report.Table(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 × 10, 64 in flight", "2.50 M", "0.28", "2.00", "CPU ≤ 1.5 × raw", "MISSED", "n/a"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, table.String())
		}
	}
	if err := report.JSON(&text); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Results []struct {
			Ratio *float64
			Holds *bool
			Ours  struct {
				P99 *float64 `json:"p99_ms"`
			}
		}
	}
	if err := json.Unmarshal(text.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	first, second := back.Results[0], back.Results[1]
	if *first.Ratio != 2 || *first.Holds || first.Ours.P99 != nil || second.Ratio != nil || second.Holds != nil {
		t.Errorf("as JSON: %s", text.String())
	}
}

func TestTargets(t *testing.T) {
	fanOut := Scenario{Kind: FanOut, Rooms: 1, Members: 10, Window: 64}
	single := Scenario{Kind: FanOut, Rooms: 1, Members: 10, Window: 1}
	paced := Scenario{Kind: Paced, Rooms: 1, Members: 10, Rate: 20}
	for name, test := range map[string]struct {
		scenario  Scenario
		transport string
		ours, raw Figures
		holds     bool
	}{
		"fan-out":                 {fanOut, "tcp", Figures{CPU: 1.5}, Figures{CPU: 1}, true},
		"fan-out, too dear":       {fanOut, "tcp", Figures{CPU: 1.6}, Figures{CPU: 1}, false},
		"fan-out over WebSocket":  {fanOut, "ws", Figures{CPU: 1.6}, Figures{CPU: 1}, true},
		"one in flight":           {single, "tcp", Figures{CPU: 1.3}, Figures{CPU: 1}, true},
		"one in flight, too dear": {single, "ws", Figures{CPU: 1.4}, Figures{CPU: 1}, false},
		"paced":                   {paced, "tcp", Figures{P99: 16}, Figures{P99: 10}, true},
		"paced, too slow":         {paced, "tcp", Figures{P99: 16.1}, Figures{P99: 10}, false},
		"idle":                    {Scenario{Kind: Idle}, "tcp", Figures{KB: 7}, Figures{KB: 3}, true},
		"idle, too large":         {Scenario{Kind: Idle}, "tcp", Figures{KB: 8}, Figures{KB: 8}, false},
		"idle over WebSocket":     {Scenario{Kind: Idle}, "ws", Figures{KB: 8}, Figures{KB: 7}, true},
		"idle its own way":        {Scenario{Kind: Idle, Transport: "ws", Codec: "json"}, "tcp", Figures{KB: 8}, Figures{KB: 7}, true},
		"sign-in":                 {Scenario{Kind: SignIn}, "tcp", Figures{PerSecond: 36}, Figures{PerSecond: 100}, true},
		"sign-in, too slow":       {Scenario{Kind: SignIn}, "tcp", Figures{PerSecond: 35}, Figures{PerSecond: 100}, false},
		"idle over TLS":           {Scenario{Kind: Idle}, "tls", Figures{KB: 20}, Figures{KB: 3}, true},
		"idle over TLS, large":    {Scenario{Kind: Idle}, "wss", Figures{KB: 21}, Figures{KB: 3}, false},
		"one sender":              {Scenario{Kind: Durable, Members: 1}, "tcp", Figures{PerSecond: 100}, Figures{PerSecond: 150}, true},
		"one sender, too slow":    {Scenario{Kind: Durable, Members: 1}, "tcp", Figures{PerSecond: 100}, Figures{PerSecond: 151}, false},
		"many senders":            {Scenario{Kind: Durable, Members: 64}, "tcp", Figures{PerSecond: 50}, Figures{PerSecond: 100}, true},
		"many senders, too slow":  {Scenario{Kind: Durable, Members: 64}, "tcp", Figures{PerSecond: 49}, Figures{PerSecond: 100}, false},
	} {
		r := newResult(test.scenario)
		r.Ours, r.Raw = test.ours, test.raw
		r = medians([][]Result{{r}})[0]
		r.judge(&Report{Transport: test.transport, Fsync: time.Millisecond})
		if r.Holds == nil || *r.Holds != test.holds {
			t.Errorf("%s: %q, %s", name, r.Target, r.holds())
		}
	}
}

func TestScenariosAreRead(t *testing.T) {
	for text, want := range map[string]Scenario{
		"fan-out:100x10/64": {Kind: FanOut, Rooms: 100, Members: 10, Window: 64},
		"paced:1x1000@0.5":  {Kind: Paced, Rooms: 1, Members: 1000, Rate: 0.5},
		"idle:2000":         {Kind: Idle, Members: 2000},
		"idle:5/ws/json":    {Kind: Idle, Members: 5, Transport: "ws", Codec: "json"},
		"sign-in:3000":      {Kind: SignIn, Members: 3000},
		"durable:64":        {Kind: Durable, Members: 64},
	} {
		if got, err := ParseScenario(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "fan-out", "fan-out:1x10", "fan-out:1x10@5", "fan-out:0x10/1", "fan-out:1x10/0", "fan-out:1x10/2049",
		"paced:1x10@0", "paced:1x10@NaN", "paced:1x10/1", "idle:", "idle:-1", "idle:5/tcp", "idle:5/tcp/xml", "idle:5/ws/json/x", "durable:x", "sign-in:0", "sleep:1",
	} {
		if s, err := ParseScenario(text); err == nil {
			t.Errorf("%q is read as %+v", text, s)
		}
	}
}

func TestLoadsOfOneShapeShareACrowd(t *testing.T) {
	var sizes []int
	for _, g := range groups(Defaults(false)) {
		sizes = append(sizes, len(g))
	}
	if want := []int{1, 1, 1, 1, 1, 3, 2, 3, 1, 1}; !slices.Equal(sizes, want) {
		t.Errorf("groups of %v, want %v", sizes, want)
	}
}
