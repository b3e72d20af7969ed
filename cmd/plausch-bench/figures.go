package main

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

// Figure is a number that may be unknown, which in JSON is null.
type Figure float64

var unknown = Figure(math.NaN())

// Known reports whether f is a number.
func (f Figure) Known() bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }

// MarshalJSON implements json.Marshaler.
func (f Figure) MarshalJSON() ([]byte, error) {
	if !f.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// Figures are what was measured of one server under one load.
type Figures struct {
	// PerSecond counts deliveries; of idle and sign-in loads, sign-ins; of durable ones,
	// acknowledged sends.
	PerSecond Figure `json:"per_second"`
	// CPU is seconds of the server's processor time for a million of those.
	CPU  Figure `json:"cpu_s_per_million"`
	P50  Figure `json:"p50_ms"`
	P99  Figure `json:"p99_ms"`
	P999 Figure `json:"p999_ms"`
	// KB is the process's memory for one connection, LiveKB what of it the heap
	// and the stacks of goroutines take.
	KB         Figure `json:"kb_per_connection"`
	LiveKB     Figure `json:"live_kb_per_connection"`
	Goroutines Figure `json:"goroutines_per_connection"`
}

func noFigures() Figures {
	return Figures{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}
}

// each returns every figure.
func (f *Figures) each() []*Figure {
	return []*Figure{&f.PerSecond, &f.CPU, &f.P50, &f.P99, &f.P999, &f.KB, &f.LiveKB, &f.Goroutines}
}

// latencies takes the percentiles of times, which it sorts.
func (f *Figures) latencies(times []time.Duration) {
	slices.Sort(times)
	f.P50, f.P99, f.P999 = percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999)
}

// percentile returns, in milliseconds, the smallest of the sorted times that a
// share p of them does not exceed (the nearest-rank method).
func percentile(sorted []time.Duration, p float64) Figure {
	if len(sorted) == 0 {
		return unknown
	}
	rank := int(math.Ceil(p * float64(len(sorted))))
	return Figure(sorted[min(max(rank, 1), len(sorted))-1]) / Figure(time.Millisecond)
}

// median returns the median of the figures that are known.
func median(all []Figure) Figure {
	all = slices.DeleteFunc(slices.Clone(all), func(f Figure) bool { return !f.Known() })
	if len(all) == 0 {
		return unknown
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// medianFigures returns the median of each figure.
func medianFigures(all []Figures) Figures {
	result := noFigures()
	for i, f := range result.each() {
		var values []Figure
		for j := range all {
			values = append(values, *all[j].each()[i])
		}
		*f = median(values)
	}
	return result
}
