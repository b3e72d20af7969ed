package main

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	upTo := func(n int) []time.Duration {
		var times []time.Duration
		for i := range n {
			times = append(times, time.Duration(i+1)*time.Millisecond)
		}
		return times
	}
	for name, test := range map[string]struct {
		sorted []time.Duration
		p      float64
		want   Figure
	}{
		"median of 1":       {upTo(1), 0.5, 1},
		"median of 2":       {upTo(2), 0.5, 1},
		"median of 3":       {upTo(3), 0.5, 2},
		"median of 100":     {upTo(100), 0.5, 50},
		"99 % of 100":       {upTo(100), 0.99, 99},
		"99 % of 101":       {upTo(101), 0.99, 100},
		"99.9 % of 100":     {upTo(100), 0.999, 100},
		"99.9 % of 10000":   {upTo(10000), 0.999, 9990},
		"the smallest of 5": {upTo(5), 0, 1},
		"the largest of 5":  {upTo(5), 1, 5},
	} {
		if got := percentile(test.sorted, test.p); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	if got := percentile(nil, 0.5); got.Known() {
		t.Errorf("of nothing: %v", got)
	}
	var f Figures
	f.latencies([]time.Duration{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond})
	if f.P50 != 2 || f.P99 != 3 || f.P999 != 3 {
		t.Errorf("unsorted times gave %+v", f)
	}
}

func TestMedian(t *testing.T) {
	for name, test := range map[string]struct {
		all  []Figure
		want Figure
	}{
		"one":             {[]Figure{4}, 4},
		"odd":             {[]Figure{9, 1, 4}, 4},
		"even":            {[]Figure{1, 9, 4, 6}, 5},
		"one not known":   {[]Figure{unknown, 3}, 3},
		"one not finite":  {[]Figure{3, 1 / zero}, 3},
		"none at all":     {nil, unknown},
		"none that known": {[]Figure{unknown}, unknown},
	} {
		if got := median(test.all); got != test.want && (got.Known() || test.want.Known()) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

var zero Figure

func TestProcIsParsed(t *testing.T) {
	stat := "1234 (a (strange) name) S 1 2 3 4 -1 4194560 100 0 0 0 250 50 7 8 20 0 9 0 12345 1000000 500 18446744073709551615\n"
	if got, err := parseCPU([]byte(stat)); err != nil || got != 3*time.Second {
		t.Errorf("CPU time %v, %v", got, err)
	}
	status := "Name:\tx\nVmHWM:\t   20000 kB\nVmRSS:\t   12345 kB\nRssAnon:\t 1 kB\n"
	if got, err := parseRSS([]byte(status)); err != nil || got != 12345<<10 {
		t.Errorf("memory %d, %v", got, err)
	}
	for _, bad := range []string{"", "1234", "1234 (x) S 1 2", "1 (x) S 1 2 3 4 5 6 7 8 9 10 a b 7 8"} {
		if got, err := parseCPU([]byte(bad)); err == nil {
			t.Errorf("%q has the CPU time %v", bad, got)
		}
	}
	for _, bad := range []string{"", "VmRSS:\n", "VmRSS: 12 MB\n", "VmRSS: x kB\n"} {
		if got, err := parseRSS([]byte(bad)); err == nil {
			t.Errorf("%q is %d bytes", bad, got)
		}
	}
}

func TestOwnProcess(t *testing.T) {
	cpu, cpuErr := cpuOf(os.Getpid())
	rss, rssErr := rssOf(os.Getpid())
	if runtime.GOOS != "linux" {
		if cpuErr == nil || rssErr == nil {
			t.Error("figures came from a /proc that is not there")
		}
		return
	}
	if cpuErr != nil || rssErr != nil || cpu < 0 || rss < 1<<20 {
		t.Errorf("%v, %v; %d bytes, %v", cpu, cpuErr, rss, rssErr)
	}
	if _, err := cpuOf(0); err == nil {
		t.Error("no process has a CPU time")
	}
}

func TestShow(t *testing.T) {
	for f, want := range map[Figure]string{
		0.123: "0.12", 9.876: "9.88", 12.34: "12.3", 123.4: "123", 1234: "1234", 12345: "12.3 k", 1234567: "1.23 M", 1 / zero: "n/a",
	} {
		if got := show(f); got != want {
			t.Errorf("%v is shown as %q, want %q", float64(f), got, want)
		}
	}
}

func TestMetric(t *testing.T) {
	text := []byte("# HELP go_goroutines x\n# TYPE go_goroutines gauge\ngo_goroutines_other 3\ngo_goroutines 1.2e+01\n")
	if got, err := metric(text, "go_goroutines"); err != nil || got != 12 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := metric(text, "nothing"); err == nil {
		t.Error("a metric that is not there has a value")
	}
}
