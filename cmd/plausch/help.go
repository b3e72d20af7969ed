package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"plausch/internal/terminal"
)

const (
	// helpColumns is the widest that a help is.
	helpColumns = 80
	// maxFlags is how many flags a help shows; a command with more shows its
	// mainFlags, and all with --help-all.
	maxFlags = 14
	// flagColumn is where the text of a flag begins, at most.
	flagColumn = 26
	// minTextColumns is how many columns a text needs to stand beside something.
	minTextColumns = 24

	helpAllFlag = "help-all"
	flagGroup   = "group" // the annotation of a flag with the heading that it stands under
)

// mainFlags are those settings of a server that matter first.
var mainFlags = []string{
	"open", "listen", "domain", "tls", "access", "data", "config", "map-port", "plaintext", "public-url",
}

// setHelp gives root and its commands a help of our own. All has it show all flags.
func setHelp(root *cobra.Command, all bool) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		columns := helpColumns
		if has := terminal.Columns(cmd.OutOrStdout()); has > 0 {
			columns = min(columns, has)
		}
		h := helpText{columns: columns, all: all}
		h.command(cmd)
		_, _ = io.WriteString(cmd.OutOrStdout(), h.String())
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error { return cmd.Help() })
	addHelpAll(root)
}

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Show the help of a command",
		Args: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 && found.HasSubCommands() {
				err = found.ValidateArgs(rest)
			}
			return err
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			if found, _, err := cmd.Root().Find(args); err == nil {
				for _, c := range found.Commands() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			found, _, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			return found.Help()
		},
	}
}

// addHelpAll adds --help-all to the commands that have more flags than a help shows.
// [run] makes it a --help.
func addHelpAll(cmd *cobra.Command) {
	if len(flagsOf(cmd)) > maxFlags {
		cmd.Flags().Bool(helpAllFlag, false, "Show all flags")
	}
	for _, child := range cmd.Commands() {
		addHelpAll(child)
	}
}

// flagsOf returns the flags of a command that a help may show.
func flagsOf(cmd *cobra.Command) (flags []*pflag.Flag) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags = append(flags, f)
		}
	})
	return flags
}

// helpText is a help in the making.
type helpText struct {
	strings.Builder
	columns int
	all     bool
}

func (h *helpText) command(cmd *cobra.Command) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	h.paragraphs(text)
	h.heading("Usage")
	if !cmd.HasAvailableSubCommands() || strings.Contains(cmd.Use, " ") {
		h.line("  ", strings.Replace(cmd.UseLine(), " [flags]", " [FLAGS]", 1))
	}
	if cmd.HasAvailableSubCommands() {
		h.line("  ", cmd.CommandPath()+" COMMAND")
	}
	if cmd.Example != "" {
		h.heading("Examples")
		h.paragraphs(cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		h.commands(cmd)
	}
	h.flags(cmd)
	if cmd.HasAvailableSubCommands() {
		h.WriteString("\n")
		h.line("", fmt.Sprintf("%s COMMAND --help says more of a command.", cmd.CommandPath()))
	}
}

func (h *helpText) heading(text string) { h.WriteString("\n" + text + ":\n") }

// line writes head and text. Further rows are indented as far as head, unless the
// terminal is too narrow for that.
func (h *helpText) line(head, text string) {
	indent := terminal.Width(head)
	if h.columns-indent < minTextColumns {
		h.WriteString(terminal.Wrap(head, text, h.columns, 0) + "\n")
		return
	}
	rows := terminal.Wrap("", text, h.columns-indent, 0)
	h.WriteString(head + strings.ReplaceAll(rows, "\n", "\n"+strings.Repeat(" ", indent)) + "\n")
}

// paragraphs writes paragraphs, broken anew. Lines that are indented stay as they are.
func (h *helpText) paragraphs(text string) {
	var words []string
	flush := func() {
		if len(words) > 0 {
			h.line("", strings.Join(words, " "))
		}
		words = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, " "):
			flush()
			h.line("", line)
		case line == "":
			flush()
			h.WriteString("\n")
		default:
			words = append(words, line)
		}
	}
	flush()
}

// commands writes the commands of cmd under the headings of their groups.
func (h *helpText) commands(cmd *cobra.Command) {
	children := slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() && c.Name() != "help" })
	width := 0
	for _, c := range children {
		width = max(width, len(c.Name()))
	}
	list := func(title, group string) {
		begun := false
		for _, c := range children {
			if c.GroupID != group {
				continue
			}
			if !begun {
				h.heading(title)
				begun = true
			}
			h.line(fmt.Sprintf("  %-*s  ", width, c.Name()), c.Short)
		}
	}
	for _, g := range cmd.Groups() {
		list(g.Title, g.ID)
	}
	rest := "Commands"
	if len(cmd.Groups()) > 0 {
		rest = "Besides"
	}
	list(rest, "")
}

// flags writes the flags of cmd: its own first, then those that it shares with others.
func (h *helpText) flags(cmd *cobra.Command) {
	flags := flagsOf(cmd)
	var titles []string
	groups := make(map[string][]*pflag.Flag)
	left := 0
	for _, f := range flags {
		if !h.all && len(flags) > maxFlags && isSetting(f) && !slices.Contains(mainFlags, f.Name) {
			left++
			continue
		}
		title := "Flags"
		if g := f.Annotations[flagGroup]; len(g) > 0 {
			title = g[0]
		}
		if groups[title] == nil {
			titles = append(titles, title)
		}
		groups[title] = append(groups[title], f)
	}
	if i := slices.Index(titles, "Flags"); i > 0 {
		titles = slices.Insert(slices.Delete(titles, i, i+1), 0, "Flags")
	}
	for _, title := range titles {
		h.heading(title)
		for _, f := range sortedFlags(groups[title], !h.all) {
			h.flag(f)
		}
	}
	if left > 0 {
		h.WriteString("\n")
		h.line("", fmt.Sprintf("%d more flags:  %s --%s", left, cmd.CommandPath(), helpAllFlag))
	}
}

// isSetting reports whether f is a setting of a server.
func isSetting(f *pflag.Flag) bool { return len(f.Annotations[settingFlag]) > 0 }

// sortedFlags returns flags with settings of a server behind all others, among them
// those of mainFlags first if mainFirst is set, and help last.
func sortedFlags(flags []*pflag.Flag, mainFirst bool) []*pflag.Flag {
	rank := func(f *pflag.Flag) int {
		i := slices.Index(mainFlags, f.Name)
		switch {
		case f.Name == "help" || f.Name == "version" || f.Name == helpAllFlag:
			return len(mainFlags) + 1
		case !isSetting(f):
			return -1
		case i < 0 || !mainFirst:
			return len(mainFlags)
		}
		return i
	}
	sorted := slices.Clone(flags)
	slices.SortStableFunc(sorted, func(a, b *pflag.Flag) int { return rank(a) - rank(b) })
	return sorted
}

func (h *helpText) flag(f *pflag.Flag) {
	value, usage := describeFlag(f)
	head := "      --" + f.Name
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value != "" {
		head += " " + value
	}
	if d := defaultOf(f); d != "" {
		usage += " (default " + d + ")"
	}
	if len(head)+2 > flagColumn {
		h.line("", head)
		head = ""
	}
	h.line(fmt.Sprintf("%-*s", flagColumn, head), usage)
}

// describeFlag returns the placeholder for the value of a flag, empty if it has none, and
// its description.
func describeFlag(f *pflag.Flag) (value, usage string) {
	value, usage = pflag.UnquoteUsage(f)
	switch name, ok := valueNames[value]; {
	case ok && valueNames[f.Name] != "":
		value = valueNames[f.Name]
	case ok:
		value = name
	}
	if own, ok := flagTexts[f.Name]; ok {
		return value, own
	}
	return value, strings.Join(strings.Fields(usage), " ")
}

// valueNames are the placeholders for values in a help, by the flag's name or else by its
// type.
var valueNames = map[string]string{
	"string": "TEXT", "strings": "TEXT", "int": "N", "float": "NUMBER", "duration": "TIME", "lifetime": "TIME",

	"data": "FOLDER", "config": "FILE", "listen": "HOST:PORT", "domain": "NAME", "name": "NAME", "public-url": "URL", "url": "URL",
	"tls": "HOW", "access": "WHO", "plaintext": "WHO", "role": "ROLE", "room": "ROOM", "to": "ROOM",
}

// flagTexts are those of flags that cobra makes.
var flagTexts = map[string]string{"help": "Show this help", "version": "Print the version of this program"}

// defaultOf returns the default of a flag, empty if it says nothing.
func defaultOf(f *pflag.Flag) string {
	switch d := f.DefValue; d {
	case "", "[]", "false", "0s":
		return ""
	case "0":
		if f.Value.Type() == "int" || f.Value.Type() == "int64" {
			return ""
		}
		return d
	default:
		return strings.Trim(d, "[]")
	}
}
