package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch/internal/terminal"
)

// command is a line that begins with a slash.
type command struct {
	name  string
	args  string // as the help shows them; the first word says what is completed
	help  string
	least int // words that must follow
	run   func(m *Model, words []string, rest string) tea.Cmd
}

// What the words of a command are, for completion.
const (
	argName = "NAME"
	argRoom = "ROOM|@NAME"
	argFile = "FILE"
	argText = "TEXT"
)

// commands are all, in the order of the help. They are filled in by init, since /help
// lists them.
var commands []command

func init() {
	commands = slices.Concat(roomCommands, messageCommands, fileCommands, peopleCommands, accountCommands, generalCommands)
}

// otherNames are commands as other chats call them.
var otherNames = map[string]string{
	"leave": "part", "who": "names", "exit": "quit", "query": "join", "j": "join", "m": "msg", "q": "quit", "?": "help", "switch": "join",
}

var generalCommands = []command{
	{"help", "", "show the commands and the keys", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showHelp() }},
	{"search", "[" + argText + "]", "search in all rooms, with from: in: has: before: after:", 0, func(m *Model, _ []string, rest string) tea.Cmd { return m.showSearch(0, rest) }},
	{"grep", "REGEXP", "look through the last messages of this room", 1, func(m *Model, _ []string, rest string) tea.Cmd { return m.grep(rest) }},
	{"bare", "", "show only the text of this room, to be copied", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showBare() }},
	{"retry", "", "send again what was refused", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.retryFailed() }},
	{"discard", "", "drop what was refused", 0, func(m *Model, _ []string, _ string) tea.Cmd { m.discardFailed(); return nil }},
	{"quit", "", "leave", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.quit() }},
}

// findCommand returns the command of a name, which may be that of another chat.
func findCommand(name string) (command, bool) {
	if other := otherNames[name]; other != "" {
		name = other
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return commands[i], true
}

// command does what a line that begins with a slash says.
func (m *Model) command(line string) tea.Cmd {
	name, words, rest := parseCommand(line)
	cmd, known := findCommand(name)
	switch {
	case !known:
		text := m.texts.get(textNoCommand, name)
		if similar := similarCommand(name); similar != "" {
			text += " " + m.texts.get(textDidYouMean, similar)
		} else {
			text += " " + m.texts.get(textHelpLists)
		}
		m.fail(text)
		m.input.set(line) // to be mended
		m.arrange()
		return nil
	case len(words) < cmd.least:
		m.fail(m.texts.get(textTakes, cmd.name, cmd.args, cmd.help))
		return nil
	}
	return cmd.run(m, words, rest)
}

// parseCommand splits a line such as "/msg anna see you" into command, words and
// all that stands behind the command.
func parseCommand(line string) (name string, words []string, rest string) {
	name = strings.TrimPrefix(line, "/")
	if i := strings.IndexAny(name, " \t\n"); i >= 0 {
		name, rest = name[:i], name[i+1:]
	}
	return strings.ToLower(name), strings.Fields(rest), strings.TrimSpace(rest)
}

// isCommand reports whether a line is a command: a slash and a word that has no other,
// as a path has or a comment in a program. Several lines are one only if they begin with
// one that exists.
func isCommand(line string) bool {
	word, ok := strings.CutPrefix(line, "/")
	if end := strings.IndexAny(word, " \t\n"); end >= 0 {
		word = word[:end]
	}
	if !ok || word == "" || strings.Contains(word, "/") {
		return false
	}
	_, known := findCommand(strings.ToLower(word))
	return known || !strings.Contains(line, "\n")
}

// similarCommand returns the command that name was perhaps to be.
func similarCommand(name string) string {
	return terminal.Similar(name, func(yield func(string) bool) {
		for _, cmd := range commands {
			if !yield(cmd.name) {
				return
			}
		}
	})
}
