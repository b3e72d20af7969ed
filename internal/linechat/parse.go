package linechat

import (
	"slices"
	"strings"
)

// parseCommand splits a line such as "/msg anna see you" into command, words and
// all that stands behind the command.
func parseCommand(line string) (name string, words []string, rest string) {
	name, rest, _ = strings.Cut(strings.TrimPrefix(line, "/"), " ")
	if i := strings.IndexByte(name, '\n'); i >= 0 {
		name, rest = name[:i], name[i+1:]+" "+rest
	}
	return strings.ToLower(name), strings.Fields(rest), strings.TrimSpace(rest)
}

// isCommand reports whether a line is a command: a slash and a word that has no
// other, as a path has or a comment in a program.
func isCommand(line string) bool {
	word, ok := strings.CutPrefix(line, "/")
	if end := strings.IndexAny(word, " \t\n"); end >= 0 {
		word = word[:end]
	}
	return ok && word != "" && !strings.Contains(word, "/")
}

func isKnownCommand(line string) bool {
	name, _, _ := parseCommand(line)
	return otherNames[name] != "" || slices.ContainsFunc(chatCommands, func(cmd chatCommand) bool { return cmd.name == name })
}

// similarCommand returns the command that name was perhaps to be.
func similarCommand(name string) string {
	best, least := "", 3
	for _, cmd := range chatCommands {
		d := distance(name, cmd.name)
		if name != "" && strings.HasPrefix(cmd.name, name) {
			d = 1
		}
		if d < least && d < len(cmd.name) {
			best, least = cmd.name, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out or replaced to make
// b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
