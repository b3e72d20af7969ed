package markdown

import (
	"strings"
	"testing"
)

// hard are texts that take long where a parser looks for an end again and again.
var hard = []string{
	"*a ", "**a ", "***a ", "*a_ ", "_a*", "~~a ", "a**b", "*a **b ***c ", "*", "_", "~~", "||", "|| ", "||a\n", "|", "**a||b ",
	"`a", "``a`", "`\n\n", "`a\n\nb", "[", "]", "[a](", "[a](https://x", "[a](https://x[", "](https://", "[[a]", "[a](https://x.org)", "[a]",
	"https://", "https://x", "https://x ", "https://x(", "https://x.", "https://[::1", "mailto:", "mailto:a", "mailto:a@", "mailto:a@x ", "h",
	"@", "@a", "@aa ", "@aa.", "@id:1", "/r/", "/r/aa", "/r/aa/1 ", "/r/aa/", "/r/id:1", "\\", "\\*", "a\n", "\n", " \n", " ", "\t\n",
	"```\n", "```a\n", "x ```\n", "x ```a\n\n", "```x`\n", "> ", "> a\n", "> > > > > a\n", ">\n", "> ||\n", "||\n", "||\n\n", "> ```\n", "> - a\n",
	"- a\n", "- a\n  b\n", "  ", "1. a\n", "1", "- a\n1. b\n", "- ", "\t- a\n", "👍", "😀\u200d", "ä", "**_~~||[", "]||~~_**",
}

// growing are texts whose parts grow.
var growing = map[string]func(n int) string{
	"backticks":              func(n int) string { return ticks(n, " ") },
	"fences":                 func(n int) string { return ticks(n, "\n") },
	"late fences":            func(n int) string { return "x " + ticks(n, "\nx ") },
	"quoted":                 func(n int) string { return strings.Repeat("> ", n/2) },
	"deeper":                 func(n int) string { return indents(n, func(i int) int { return 2 * i }) },
	"zigzag":                 func(n int) string { return indents(n, func(i int) int { return 20 * (i % 2) }) },
	"opened, then closed":    func(n int) string { return strings.Repeat("*a", n/4) + strings.Repeat("*", n/2) },
	"brackets":               func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
	"runs, then blank lines": func(n int) string { return ticks(n/2, " ") + strings.Repeat("\n\n", n/4) },
}

func ticks(n int, between string) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("`", i) + between)
	}
	return b.String()
}

func indents(n int, indent func(i int) int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(" ", indent(i)) + "- a\n")
	}
	return b.String()
}

// mostSteps is how often a character is looked at, at most, on average of a text:
// at each depth of the containers a few times.
const mostSteps = 16

// TestLinear counts how often a character is looked at. That has one bound for
// all texts, short or long; looking for an end again and again would break it.
func TestLinear(t *testing.T) {
	for _, size := range []int{1 << 10, 32 << 10} {
		for name, text := range growing {
			checkSteps(t, name, text(size))
		}
	}
	const size = 512 // a parser in quadratic time takes far more than mostSteps already
	for i, a := range hard {
		checkSteps(t, a, strings.Repeat(a, 16*size/len(a)))
		for _, b := range hard[i+1:] {
			half := size / 2
			checkSteps(t, a+" and "+b, strings.Repeat(a+b, size/len(a+b)))
			checkSteps(t, a+", then "+b, strings.Repeat(a, half/len(a))+strings.Repeat(b, half/len(b)))
			checkSteps(t, b+", then "+a, strings.Repeat(b, half/len(b))+strings.Repeat(a, half/len(a)))
		}
	}
}

func checkSteps(t *testing.T, name, text string) {
	t.Helper()
	if _, steps := parse(text); steps > mostSteps*(len(text)+1) {
		t.Errorf("%q: %d steps for %d bytes", name, steps, len(text))
	}
}
