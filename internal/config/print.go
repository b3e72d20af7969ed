package config

import (
	"fmt"
	"io"
	"strings"
)

const printWidth = 78

// Print writes the settings in force as a settings file: each with its comment,
// its other names and where it came from. The file, used as one, gives the same
// settings.
func (c *Config) Print(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Settings of a Plausch server.\n" +
		"#\n" +
		"# Stronger than this file are environment variables, and stronger than those the\n" +
		"# flags of plausch serve. Lines can be left out: then the default holds.\n")
	table := ""
	for _, s := range settings(c) {
		key := s.Key
		if t, name, ok := strings.Cut(key, delimiter); ok {
			if t != table {
				fmt.Fprintf(&b, "\n[%s]\n", t)
				table = t
			}
			key = name
		}
		b.WriteString("\n")
		for _, line := range wrap(s.Comment, printWidth) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		fmt.Fprintf(&b, "# default: %s\n# also: %s, --%s\n# from: %s\n", s.Default, s.Env, s.Flag, c.From(s.Key))
		fmt.Fprintf(&b, "%s = %s\n", key, literal(load(s.value)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrap breaks text into lines of at most width characters, at spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
