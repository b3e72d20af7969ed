package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// column is one of a table: its heading and what stands below it.
type column struct {
	heading string
	cell    func(r *Result) string
}

// pair is a column for ours and one for raw.
func pair(heading string, raw string, value func(f *Figures) Figure) []column {
	return []column{
		{heading, func(r *Result) string { return show(value(&r.Ours)) }},
		{raw, func(r *Result) string { return show(value(&r.Raw)) }},
	}
}

var (
	perSecond = func(f *Figures) Figure { return f.PerSecond }
	cpu       = func(f *Figures) Figure { return f.CPU }
	p50       = func(f *Figures) Figure { return f.P50 }
	p99       = func(f *Figures) Figure { return f.P99 }
	p999      = func(f *Figures) Figure { return f.P999 }
	kb        = func(f *Figures) Figure { return f.KB }
	liveKB    = func(f *Figures) Figure { return f.LiveKB }
)

// tables are the tables of a report, one for each kind of load.
var tables = []struct {
	kind    Kind
	title   string
	columns [][]column
}{
	{FanOut, "Fan-out: CPU is the server's seconds per million deliveries", [][]column{
		pair("deliveries/s", "raw", perSecond), pair("CPU", "raw", cpu)}},
	{Paced, "Paced: milliseconds from send to receive", [][]column{
		pair("p50", "raw", p50), pair("p99", "raw", p99), pair("p99.9", "raw", p999), pair("CPU", "raw", cpu)}},
	{Idle, "Idle: KB by which the server's resident memory grows for a connection, signed in and subscribed (live: heap and stacks after a collection)", [][]column{
		pair("KB", "raw", kb), pair("live", "raw", liveKB), pair("sign-ins/s", "raw", perSecond),
		{{"goroutines", func(r *Result) string { return show(r.Ours.Goroutines) }}}}},
	{SignIn, "Sign-in: guests that connect and sign in, 64 side by side, milliseconds each; CPU is the server's seconds per million", [][]column{
		pair("guests/s", "raw", perSecond), pair("CPU", "raw", cpu), pair("p50", "raw", p50), pair("p99", "raw", p99)}},
	{Durable, "Durable: sends acknowledged, milliseconds each; raw is the store alone, in this process", [][]column{
		pair("sends/s", "raw", perSecond), pair("p50", "raw", p50), pair("p99", "raw", p99), pair("p99.9", "raw", p999),
		{{"CPU", func(r *Result) string { return show(r.Ours.CPU) }}}}},
}

// Table writes the report for a person.
func (r *Report) Table(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s, %d-byte texts, medians of %d, fsync of 4 KB %s ms\n",
		r.Transport, r.Codec, r.Text, r.Rounds, show(Figure(r.Fsync)/1e6))
	for _, t := range tables {
		var rows []*Result
		for i := range r.Results {
			if r.Results[i].Kind == t.kind {
				rows = append(rows, &r.Results[i])
			}
		}
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", t.title)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		headings := []string{""}
		for _, group := range t.columns {
			for _, c := range group {
				headings = append(headings, c.heading)
			}
		}
		writeRow(tw, append(headings, "ours/raw", " target", ""))
		for _, row := range rows {
			cells := []string{row.Scenario}
			for _, group := range t.columns {
				for _, c := range group {
					cells = append(cells, c.cell(row))
				}
			}
			writeRow(tw, append(cells, show(row.Ratio), " "+row.Target, row.holds()))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	var sum Checked
	for i := range r.Results {
		sum.add(r.Results[i].Checked)
	}
	_, err := fmt.Fprintf(w, "\nChecked: %v\n", sum)
	return err
}

func writeRow(w io.Writer, cells []string) {
	fmt.Fprintln(w, strings.Join(cells, "\t")+"\t")
}

func (r *Result) holds() string {
	switch {
	case r.Target == "":
		return ""
	case r.Holds == nil:
		return "n/a"
	case *r.Holds:
		return "holds"
	default:
		return "MISSED"
	}
}

// show writes a figure with about three digits.
func show(f Figure) string {
	if !f.Known() {
		return "n/a"
	}
	v := float64(f)
	switch a := math.Abs(v); {
	case a >= 1e6:
		return strconv.FormatFloat(v/1e6, 'f', 2, 64) + " M"
	case a >= 1e4:
		return strconv.FormatFloat(v/1e3, 'f', 1, 64) + " k"
	case a >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}
