package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Kind is a kind of load.
type Kind string

const (
	FanOut  Kind = "fan-out" // as many messages as Window allows
	Paced   Kind = "paced"   // Rate messages per second
	Idle    Kind = "idle"    // connections that do nothing
	SignIn  Kind = "sign-in" // guests that come, one after the other in 64 rows
	Durable Kind = "durable" // senders that each await their acknowledgement
)

// Scenario is one load to measure.
type Scenario struct {
	Kind    Kind
	Rooms   int     // of fan-out and paced loads
	Members int     // of each room; of all other loads, the connections
	Window  int     // of fan-out: the most messages in flight in each room
	Rate    float64 // of paced loads: messages per second, in all rooms together
	// Transport and Codec are how idle connections reach a server of our own;
	// empty means as all others do.
	Transport, Codec string
}

// Name says in a line what is measured.
func (s Scenario) Name() string {
	switch s.Kind {
	case FanOut:
		return fmt.Sprintf("%d × %d, %d in flight", s.Rooms, s.Members, s.Window)
	case Paced:
		return fmt.Sprintf("%d × %d at %g/s", s.Rooms, s.Members, s.Rate)
	case Idle:
		return strings.TrimRight(fmt.Sprintf("%d connections %s %s", s.Members, s.Transport, s.Codec), " ")
	case SignIn:
		return fmt.Sprintf("%d guests", s.Members)
	default:
		if s.Members == 1 {
			return "1 sender"
		}
		return fmt.Sprintf("%d senders", s.Members)
	}
}

// Defaults are the scenarios that are measured unless others are asked for; quick
// ones are fewer.
func Defaults(quick bool) []Scenario {
	if quick {
		return []Scenario{
			{Kind: Idle, Members: 500},
			{Kind: SignIn, Members: 500},
			{Kind: FanOut, Rooms: 1, Members: 1000, Window: 64},
			{Kind: Paced, Rooms: 1, Members: 1000, Rate: 20},
			{Kind: FanOut, Rooms: 100, Members: 10, Window: 64},
			{Kind: Durable, Members: 1},
			{Kind: Durable, Members: 64},
		}
	}
	return []Scenario{
		{Kind: Idle, Members: 5000, Transport: "tcp", Codec: "msgpack"},
		{Kind: Idle, Members: 5000, Transport: "tcp", Codec: "json"},
		{Kind: Idle, Members: 5000, Transport: "ws", Codec: "msgpack"},
		{Kind: Idle, Members: 5000, Transport: "ws", Codec: "json"},
		{Kind: SignIn, Members: 3000},
		{Kind: FanOut, Rooms: 1, Members: 1000, Window: 64},
		{Kind: FanOut, Rooms: 1, Members: 1000, Window: 1},
		{Kind: Paced, Rooms: 1, Members: 1000, Rate: 20},
		{Kind: FanOut, Rooms: 1, Members: 100, Window: 64},
		{Kind: FanOut, Rooms: 1, Members: 100, Window: 1},
		{Kind: FanOut, Rooms: 100, Members: 10, Window: 64},
		{Kind: FanOut, Rooms: 100, Members: 10, Window: 1},
		{Kind: Paced, Rooms: 100, Members: 10, Rate: 500},
		{Kind: Durable, Members: 1},
		{Kind: Durable, Members: 64},
	}
}

// scenarioForms is what [ParseScenario] reads.
const scenarioForms = "fan-out:ROOMSxMEMBERS/WINDOW, paced:ROOMSxMEMBERS@RATE, " +
	"idle:CONNECTIONS, idle:CONNECTIONS/TRANSPORT/CODEC, sign-in:GUESTS or durable:SENDERS"

// ParseScenario reads a scenario as one word: see scenarioForms.
func ParseScenario(text string) (s Scenario, err error) {
	bad := fmt.Errorf("%q is no scenario: write %s", text, scenarioForms)
	kind, rest, _ := strings.Cut(text, ":")
	s.Kind = Kind(kind)
	number := func(text string, most int) int {
		n, e := strconv.Atoi(text)
		if e != nil || n < 1 || n > most {
			err = bad
		}
		return n
	}
	const many = 1 << 20
	switch s.Kind {
	case FanOut, Paced:
		shape, load, ok := strings.Cut(rest, map[Kind]string{FanOut: "/", Paced: "@"}[s.Kind])
		rooms, members, ok2 := strings.Cut(shape, "x")
		if !ok || !ok2 {
			return s, bad
		}
		s.Rooms, s.Members = number(rooms, many), number(members, many)
		if s.Kind == FanOut {
			s.Window = number(load, maxInFlight)
			break
		}
		var e error
		if s.Rate, e = strconv.ParseFloat(load, 64); e != nil || !(s.Rate > 0 && s.Rate < 1e9) {
			return s, bad
		}
	case Idle:
		members, reached, ok := strings.Cut(rest, "/")
		s.Members = number(members, many)
		if ok {
			s.Transport, s.Codec, _ = strings.Cut(reached, "/")
			if _, e := parseWay(s.Transport, s.Codec); e != nil {
				return s, e
			}
		}
	case SignIn, Durable:
		s.Members = number(rest, many)
	default:
		return s, bad
	}
	return s, err
}

// group is scenarios that one crowd can do one after the other; any other
// scenario is a group of its own.
type group []Scenario

func groups(scenarios []Scenario) []group {
	var all []group
	for _, s := range scenarios {
		if n := len(all); n > 0 && s.crowded() {
			if last := all[n-1][0]; last.crowded() && last.Rooms == s.Rooms && last.Members == s.Members {
				all[n-1] = append(all[n-1], s)
				continue
			}
		}
		all = append(all, group{s})
	}
	return all
}

func (s Scenario) crowded() bool { return s.Kind == FanOut || s.Kind == Paced }

func (g group) name() string { return string(g[0].Kind) + " " + g[0].Name() }

func (g group) run(ctx context.Context, l *lab) ([]Result, error) {
	switch g[0].Kind {
	case Idle:
		r, err := l.idle(ctx, g[0])
		return []Result{r}, err
	case SignIn:
		r, err := l.signIns(ctx, g[0])
		return []Result{r}, err
	case Durable:
		r, err := l.durable(ctx, g[0])
		return []Result{r}, err
	default:
		return l.crowds(ctx, g)
	}
}

// crowds measures loads with a crowd on each side.
func (l *lab) crowds(ctx context.Context, g group) ([]Result, error) {
	sides, err := l.sides(ctx)
	if err != nil {
		return nil, err
	}
	var gathered []*crowd
	for _, t := range sides {
		c, err := gather(ctx, t, g[0].Rooms, g[0].Members, l.opts.Text)
		if err != nil {
			for _, c := range gathered {
				c.hangUp()
			}
			return nil, err
		}
		gathered = append(gathered, c)
	}
	results := make([]Result, len(g))
	var stopped error
	for i, s := range g {
		results[i] = newResult(s)
		for side, c := range gathered {
			l.progress("%s %s: %s", s.Kind, s.Name(), c.t.name)
			figures, err := l.load(ctx, c, s)
			if side == 0 {
				results[i].Ours = figures
			} else {
				results[i].Raw = figures
			}
			if stopped = errors.Join(stopped, err); stopped != nil {
				break
			}
		}
		if stopped != nil {
			break
		}
	}
	for side, c := range gathered {
		checked, err := c.close()
		stopped = errors.Join(stopped, err)
		if side == 0 {
			results[0].Checked = checked
		} else if !checked.good() {
			stopped = errors.Join(stopped, fmt.Errorf("the raw server: %v", checked))
		}
		settle(ctx, c.t)
	}
	// What the checker found is a result and says more than that the load got
	// stuck on it.
	if !results[0].Checked.good() && ctx.Err() == nil {
		if stopped != nil {
			l.progress("stopped: %v", stopped)
		}
		return results, nil
	}
	return results, stopped
}

func (l *lab) load(ctx context.Context, c *crowd, s Scenario) (Figures, error) {
	if s.Kind == Paced {
		return c.pace(ctx, s.Rate, l.opts.Paced)
	}
	end := l.profile(ctx, c.t, s, l.opts.Saturated)
	figures, err := c.saturate(ctx, int64(s.Window), warmUp(l.opts.Saturated), l.opts.Saturated)
	return figures, errors.Join(err, end())
}

// profile has t's CPU profile of the next time written to a file, if it is our
// server and profiles are wished for. End waits for that.
func (l *lab) profile(ctx context.Context, t *target, s Scenario, d time.Duration) (end func() error) {
	if l.opts.Profile == "" || t.raw || t.metrics == "" {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() {
		seconds := max(1, int(d.Seconds()))
		profile, err := t.fetch(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", seconds))
		if err == nil {
			name := strings.NewReplacer(" × ", "x", ", ", "-", " ", "-").Replace(string(s.Kind) + " " + s.Name())
			err = os.WriteFile(filepath.Join(l.opts.Profile, name+".pprof"), profile, 0o600)
		}
		done <- err
	}()
	return func() error { return <-done }
}

// settle waits until t has nothing left to do, such as the clearing up behind
// connections that ended, but no longer than a few seconds.
func settle(ctx context.Context, t *target) {
	const look = 100 * time.Millisecond
	before, err := cpuOf(t.pid)
	for i := 0; i < 50 && err == nil && ctx.Err() == nil; i++ {
		time.Sleep(look)
		var now time.Duration
		if now, err = cpuOf(t.pid); now-before <= clockTick {
			return
		}
		before = now
	}
}
