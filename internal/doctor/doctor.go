// Package doctor looks at a server from all sides and says what is wrong and what
// to do about it. It changes nothing.
//
// Each [Check] is a small struct: what it looks at, and functions that touch the
// outside, so that tests can make every good and bad world. [Checks] is the table.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// State is what a check thinks of what it saw.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // works, but not well or not for long
	Problem State = "problem" // has to be mended
	Unknown State = "unknown" // cannot be seen from here
)

// Finding is what a check found.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Text  string `json:"text"`           // what is
	Todo  string `json:"todo,omitempty"` // what to do about it
}

// Check is one thing that is looked at.
type Check interface {
	Name() string
	// Run looks. Its findings need not say the check's name.
	Run(ctx context.Context) []Finding
}

// patience bounds one check.
const patience = 30 * time.Second

// Run runs the checks one after the other and gives each finding to show at once.
func Run(ctx context.Context, checks []Check, show func(Finding)) []Finding {
	var all []Finding
	for _, c := range checks {
		one, cancel := context.WithTimeout(ctx, patience)
		for _, f := range c.Run(one) {
			f.Check = c.Name()
			if show != nil {
				show(f)
			}
			all = append(all, f)
		}
		cancel()
	}
	return all
}

// Count returns how many findings have a state.
func Count(findings []Finding, state State) int {
	n := 0
	for _, f := range findings {
		if f.State == state {
			n++
		}
	}
	return n
}

const (
	width  = 80
	indent = "                     " // as long as the state and the name
)

// Print writes a finding for people, in lines of at most 80 characters if its
// words allow it.
func Print(w io.Writer, f Finding) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s %-11s ", f.State, f.Check)
	fill(&b, f.Text)
	if f.Todo != "" {
		b.WriteString(indent)
		fill(&b, "→ "+f.Todo)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fill writes text, broken at spaces, behind and below an indent.
func fill(b *strings.Builder, text string) {
	room := width - len(indent)
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := len([]rune(word))
		switch {
		case used == 0:
		case used+1+n > room:
			b.WriteString("\n" + indent)
			used = 0
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteString("\n")
}

// WriteJSON writes all findings as one document, which docs/admin.md describes.
func WriteJSON(w io.Writer, findings []Finding) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK     bool      `json:"ok"`
		Checks []Finding `json:"checks"`
	}{Count(findings, Problem) == 0, findings})
}

// one is a finding alone.
func one(state State, todo, format string, args ...any) []Finding {
	return []Finding{{State: state, Text: fmt.Sprintf(format, args...), Todo: todo}}
}
