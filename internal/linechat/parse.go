package linechat

import (
	"slices"
	"strings"

	"plausch/internal/terminal"
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
	return terminal.Similar(name, func(yield func(string) bool) {
		for _, cmd := range chatCommands {
			if !yield(cmd.name) {
				return
			}
		}
	})
}
