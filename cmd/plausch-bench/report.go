package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Report is what a run found.
type Report struct {
	Transport string        `json:"transport"`
	Codec     string        `json:"codec"`
	Text      int           `json:"text_bytes"`
	Rounds    int           `json:"rounds"`
	Fsync     time.Duration `json:"fsync_ns"` // median of appending 4 KB
	Results   []Result      `json:"results"`
}

// Result is one scenario's.
type Result struct {
	Kind     Kind    `json:"kind"`
	Scenario string  `json:"scenario"`
	Ours     Figures `json:"ours"`
	// Raw is the bare loop's; of durable loads, the store's alone.
	Raw Figures `json:"raw"`
	// Ratio is ours to raw, of what the target is about: CPU time of fan-out,
	// the 99th percentile of paced loads, memory of idle ones, sends or sign-ins
	// per second of the others. It is the median of the rounds' ratios.
	Ratio  Figure `json:"ratio"`
	Target string `json:"target,omitempty"`
	// Holds says whether the target holds; nil if that is not known.
	Holds *bool `json:"holds,omitempty"`
	// Checked is what the checker counted, in all loads that share connections:
	// the first of them has it.
	Checked Checked `json:"checked,omitzero"`

	scenario Scenario
}

func newResult(s Scenario) Result {
	return Result{Kind: s.Kind, Scenario: s.Name(), Ours: noFigures(), Raw: noFigures(), Ratio: unknown, scenario: s}
}

// Checked is what the checker counted.
type Checked struct {
	Sent           int64  `json:"sent"`
	Acknowledged   int64  `json:"acknowledged"`
	Unacknowledged int64  `json:"unacknowledged"`
	Deliveries     int64  `json:"deliveries,omitempty"` // each checked by its receiver
	ReadBack       int64  `json:"read_back,omitempty"`  // from the history, each checked
	Faults         Faults `json:"faults"`
}

func (c *Checked) add(o Checked) {
	c.Sent += o.Sent
	c.Acknowledged += o.Acknowledged
	c.Unacknowledged += o.Unacknowledged
	c.Deliveries += o.Deliveries
	c.ReadBack += o.ReadBack
	c.Faults.add(o.Faults)
}

func (c Checked) good() bool {
	return !c.Faults.any() && c.Unacknowledged == 0 && c.Acknowledged == c.Sent
}

func (c Checked) String() string {
	return fmt.Sprintf("%d sent, %d acknowledged, %d delivered, %d read back; %v",
		c.Sent, c.Acknowledged, c.Deliveries, c.ReadBack, c.Faults)
}

// Err is what the checker found wrong.
func (r *Report) Err() error {
	var sum Checked
	for _, result := range r.Results {
		sum.add(result.Checked)
	}
	if sum.good() {
		return nil
	}
	return fmt.Errorf("the server lost or confused messages: %v", sum)
}

// JSON writes the report as JSON.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// ratio is ours to raw of what the scenario's target is about.
func (r *Result) ratio() Figure {
	switch r.Kind {
	case FanOut:
		return r.Ours.CPU / r.Raw.CPU
	case Paced:
		return r.Ours.P99 / r.Raw.P99
	case Idle:
		return r.Ours.KB / r.Raw.KB
	default:
		return r.Ours.PerSecond / r.Raw.PerSecond
	}
}

// medians puts the rounds together; all have the same results in the same order
// unless the checker ended one early.
func medians(rounds [][]Result) []Result {
	if len(rounds) == 0 {
		return nil
	}
	results := rounds[0]
	for i := range results {
		r := &results[i]
		var ours, raw []Figures
		var ratios []Figure
		for n, round := range rounds {
			ours, raw = append(ours, round[i].Ours), append(raw, round[i].Raw)
			ratios = append(ratios, round[i].ratio())
			if n > 0 {
				r.Checked.add(round[i].Checked)
			}
		}
		r.Ours, r.Raw, r.Ratio = medianFigures(ours), medianFigures(raw), median(ratios)
	}
	return results
}

// judge compares a result with its target.
func (r *Result) judge(report *Report) {
	transport := report.Transport
	if r.scenario.Transport != "" {
		transport = r.scenario.Transport
	}
	ws, encrypted := transport == "ws", transport == "tls" || transport == "wss"
	atMost := func(value, limit Figure, format string, args ...any) {
		r.Target = fmt.Sprintf(format, args...)
		if value.Known() && limit.Known() {
			holds := value <= limit
			r.Holds = &holds
		}
	}
	switch s := r.scenario; {
	case s.Kind == Idle && encrypted:
		atMost(r.Ours.KB, 20, "≤ 20 KB")
	case (s.Kind == FanOut || s.Kind == Paced) && encrypted:
		// The raw server does not encrypt.
	case s.Kind == FanOut && s.Window == 1:
		atMost(r.Ratio, 1.3, "CPU ≤ 1.3 × raw")
	case s.Kind == FanOut && ws:
		atMost(r.Ratio, 2, "CPU ≤ 2 × raw")
	case s.Kind == FanOut:
		atMost(r.Ratio, 1.5, "CPU ≤ 1.5 × raw")
	case s.Kind == Paced:
		limit := 1.5*r.Raw.P99 + Figure(report.Fsync)/Figure(time.Millisecond)
		atMost(r.Ours.P99, limit, "p99 ≤ 1.5 × raw + fsync = %s ms", show(limit))
	case s.Kind == Idle && ws:
		atMost(r.Ours.KB, 8, "≤ 8 KB")
	case s.Kind == Idle:
		atMost(r.Ours.KB, 7, "≤ 7 KB")
	case s.Kind == SignIn:
		atMost(-r.Ratio, -0.36, "≥ 36 %% of raw")
	case s.Members == 1:
		atMost(1/r.Ratio, 1.5, "time ≤ 1.5 × raw")
	case s.Members == 64:
		atMost(-r.Ratio, -0.5, "≥ 50 %% of raw")
	}
}
