package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// explainUsage has errors in a command line reported in our own words, for cmd and its
// subcommands.
func explainUsage(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return explainFlag(cmd.Flags(), err) })
	explainArgs(cmd)
}

// explainFlag explains an error in one of flags, and what to write instead.
func explainFlag(flags *pflag.FlagSet, err error) error {
	var (
		unknown *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(flags, unknown)
	case errors.As(err, &empty):
		name, _ := describeFlag(empty.GetFlag())
		return fmt.Errorf("--%s needs a value: --%s %s", empty.GetFlag().Name, empty.GetFlag().Name, name)
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		if takes, ok := valueForms[f.Value.Type()]; ok {
			return fmt.Errorf("--%s takes %s, not %q", f.Name, takes, invalid.GetValue())
		}
		return fmt.Errorf("--%s cannot be %q: %w", f.Name, invalid.GetValue(), invalid.Unwrap())
	case errors.As(err, &syntax):
		return fmt.Errorf("%q is no flag: flags look like --name or --name=value; before text that begins so, write -- alone", syntax.GetSpecifiedFlag())
	}
	return err
}

// valueForms describe the values of a flag, by its type.
var valueForms = map[string]string{
	"int": "a whole number", "int64": "a whole number", "float64": "a number such as 2.5", "bool": "true or false",
	"duration": "a time such as 30s, 5m or 1h30m",
}

func unknownFlag(flags *pflag.FlagSet, err *pflag.NotExistError) error {
	if letters := err.GetSpecifiedShortnames(); letters != "" {
		return fmt.Errorf("there is no flag -%s; before text that begins with a -, write -- alone", err.GetSpecifiedName())
	}
	name := err.GetSpecifiedName()
	if name == helpAllFlag {
		return fmt.Errorf("there is no flag --%s here: --help shows all", helpAllFlag)
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("there is no flag --%s, but --%s", name, near)
	}
	return fmt.Errorf("there is no flag --%s", name)
}

// nearest returns the one of names that was most probably meant, or "".
func nearest(name string, names []string) string {
	best, least := "", 1+len(name)/3
	for _, n := range names {
		d := editDistance(name, n)
		if strings.HasPrefix(n, name) && len(name) > 2 {
			d = 1
		}
		if d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	return best
}

// editDistance returns how many letters have to be changed, left out, put in or swapped with
// the next one to make b of a (optimal string alignment).
func editDistance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows = [3][]int{last, row, before}
	}
	return rows[1][len(b)]
}

// cobraExclusive is the error of cobra about flags of which one can be given only.
var cobraExclusive = regexp.MustCompile(`^if any flags in the group .* none of the others can be; \[(.*)\] were all set$`)

// explainParsed translates cobra's errors about a command line as a whole.
func explainParsed(err error) error {
	if m := cobraExclusive.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("--%s exclude each other; give one of them", strings.Join(strings.Fields(m[1]), " and --"))
	}
	return err
}

// cobraArgs are the errors of cobra about a number of arguments.
var cobraArgs = regexp.MustCompile(`^(accepts|requires) |^unknown command `)

// placeholder is a word of a usage line that stands for an argument that is needed.
var placeholder = regexp.MustCompile(`^[A-Z@|.-]+$`)

// explainArgs has errors about the number of arguments use the names of the usage line.
func explainArgs(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		explainArgs(child)
	}
	inner := cmd.Args
	if inner == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := inner(cmd, args)
		if err == nil || !cobraArgs.MatchString(err.Error()) {
			return err
		}
		var needed []string
		form, _, _ := strings.Cut(cmd.Use, " | ") // the others are for certain flags
		for _, word := range strings.Fields(form)[1:] {
			if placeholder.MatchString(word) {
				needed = append(needed, word)
			}
		}
		use := strings.Replace(cmd.UseLine(), " [flags]", "", 1)
		switch {
		case len(args) < len(needed):
			is := "is"
			if len(needed)-len(args) > 1 {
				is = "are"
			}
			return fmt.Errorf("%s %s missing: %s", strings.Join(needed[len(args):], " and "), is, use)
		case len(args) == 1 && len(needed) == 0:
			return fmt.Errorf("%q is too much: %s", args[0], use)
		}
		return fmt.Errorf("%q is one word too many: %s", args[len(args)-1], use)
	}
}
