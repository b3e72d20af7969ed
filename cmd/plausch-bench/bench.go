// Command plausch-bench puts load on a server over the native protocol, checks every
// delivery, and measures what that costs the server, beside what a bare loop
// costs that does nothing but pass bytes on. It is for who works on Plausch or
// wonders what a machine can carry, and not part of what a host installs.
//
// # What is compared
//
// A [target] is a server: ours, or the raw one of raw.go, which reads lengths and
// keeps nothing. Both run as processes of their own, so that their CPU time can
// be told from the load's, and both are driven by the same code with frames of the
// same size. Each round measures ours and raw one directly after the other, since
// only figures of the same minutes on the same machine can be compared. What a
// durable send costs at least is measured with the store alone (durable.go).
//
// # The load
//
// A [crowd] is rooms with their members, each member a connection with one
// goroutine that reads: it takes everything that has come, walks over the frames
// as far as the room and the seq (light.go), checks that each seq is the next one
// (tally.go) and then tells the room, once for all of them, how far it has got
// (flight.go). Nothing is allocated and no lock is taken for a delivery. One
// goroutine for each room, or one for all at a given rate, sends.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	// Server is the address of a running server, tcp://HOST:PORT or
	// ws://HOST:PORT[/PATH], or tls:// or wss:// for TLS; empty means one of our own for the time of the run.
	Server string
	// ServerPID is the process of Server, for its CPU time and memory; 0 means
	// that they are not known.
	ServerPID int
	// ServerMetrics is HOST:PORT of Server's metrics; empty if there are none.
	ServerMetrics string
	// Program is the plausch whose serve is started.
	Program string
	// way is how a server of our own is reached. Server says that itself, but for
	// the codec.
	way way
	// Folder is where a temporary folder for databases is made; empty means the
	// system's. Durable sends are as fast as its disk.
	Folder string

	Scenarios []Scenario
	Rounds    int           // of which the medians are taken; 0 means 1
	Saturated time.Duration // how long a saturated load is measured
	Paced     time.Duration // how long a paced load is
	Durable   time.Duration // how long durable sends are
	// Quiet is how long idle connections do nothing before they are measured: our
	// server takes some seconds to see that they are idle.
	Quiet time.Duration
	Text  int // bytes of a message's text
	// Profile is a folder for CPU profiles of the server, one a load; empty
	// means none. Profiling slows the server a little.
	Profile string
	// Progress is told what happens; nil means nobody is.
	Progress func(string)
}

const (
	maxWarmUp   = 300 * time.Millisecond // of a load before it is measured
	drainTime   = 15 * time.Second       // for what is in flight when a load ends
	setUpTime   = 60 * time.Second       // for all connections of a crowd
	atOnce      = 64                     // connections that are set up side by side
	lingerTime  = 50 * time.Millisecond  // for deliveries that should not come
	stepTimeout = 30 * time.Second       // for a reply
)

// warmUp is how long a load runs before it is measured for a time.
func warmUp(measure time.Duration) time.Duration { return min(maxWarmUp, measure/3) }

// Run measures the scenarios. The error is about what hindered it, and the report
// has what was measured until then; what the checker found wrong is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	folder, err := os.MkdirTemp(o.Folder, "plausch-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	l := &lab{opts: o, folder: folder, start: startOurs, startRaw: startRaw}
	if o.Server != "" {
		l.start = given
		l.opts.way.webSocket = strings.HasPrefix(o.Server, "ws")
		l.opts.way.tls = strings.HasPrefix(o.Server, "tls://") || strings.HasPrefix(o.Server, "wss://")
	}
	report, err := l.run(ctx)
	return report, errors.Join(err, os.RemoveAll(folder))
}

// lab is one run.
type lab struct {
	opts   Options
	folder string
	// start and startRaw start servers; tests have others.
	start, startRaw func(context.Context, *lab, way) (*target, error)

	ours, raw *target // started when first needed
	// unclean is about servers that did not stop as they should. What was
	// measured before is true all the same.
	unclean error
}

func (l *lab) run(ctx context.Context) (_ *Report, err error) {
	defer func() { err = errors.Join(err, l.unclean, l.ours.stop(), l.raw.stop()) }()
	rounds := max(l.opts.Rounds, 1)
	report := &Report{Transport: l.opts.way.transport(), Codec: l.opts.way.codec.String(), Text: l.opts.Text, Rounds: rounds}
	if report.Fsync, err = measureFsync(l.folder); err != nil {
		return nil, err
	}
	var whole [][]Result
	for range rounds {
		var round []Result
		if round, err = l.round(ctx); err == nil || len(whole) == 0 {
			whole = append(whole, round)
		}
		if err != nil {
			break
		}
	}
	report.Rounds = len(whole)
	report.Results = medians(whole)
	for i := range report.Results {
		report.Results[i].judge(report)
	}
	return report, err
}

// round measures every scenario once. With an error it returns those before.
func (l *lab) round(ctx context.Context) ([]Result, error) {
	var all []Result
	for _, group := range groups(l.opts.Scenarios) {
		results, err := group.run(ctx, l)
		if err != nil {
			return all, fmt.Errorf("%s: %w", group.name(), err)
		}
		all = append(all, results...)
	}
	return all, nil
}

// sides returns the two servers, ours first.
func (l *lab) sides(ctx context.Context) ([]*target, error) {
	var err error
	if l.ours == nil {
		if l.ours, err = l.start(ctx, l, l.opts.way); err != nil {
			return nil, err
		}
	}
	if l.raw == nil {
		if l.raw, err = l.startRaw(ctx, l, l.opts.way); err != nil {
			return nil, err
		}
	}
	return []*target{l.ours, l.raw}, nil
}

func (l *lab) progress(format string, args ...any) {
	if l.opts.Progress != nil {
		l.opts.Progress(fmt.Sprintf(format, args...))
	}
}
