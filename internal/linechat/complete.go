package linechat

import (
	"maps"
	"slices"
	"strings"
)

// complete returns what the last word of before could become, as whole words
// with what has to follow them, and where in before, in characters, it starts.
// It runs while a key is pressed, beside the loop.
func (k *known) complete(before string) (start int, candidates []string) {
	cut := strings.LastIndexAny(before, " \n") + 1
	word := before[cut:]
	start = len([]rune(before[:cut]))
	add := func(candidate string) {
		if len(candidate) > len(word) && strings.EqualFold(candidate[:len(word)], word) {
			candidates = append(candidates, candidate)
		}
	}
	if cut == 0 && strings.HasPrefix(word, "/") {
		for _, cmd := range chatCommands {
			add("/" + cmd.name + " ")
		}
		return start, candidates
	}
	k.mu.Lock()
	names := slices.Sorted(maps.Keys(k.names))
	rooms := slices.Clone(k.lists)
	k.mu.Unlock()

	name, words, _ := parseCommand(before)
	isCommand := strings.HasPrefix(before, "/") && !strings.HasPrefix(before, "//")
	first := isCommand && (len(words) == 0 || len(words) == 1 && word != "")
	if other := otherNames[name]; other != "" {
		name = other
	}
	i := slices.IndexFunc(chatCommands, func(cmd chatCommand) bool { return cmd.name == name })
	switch {
	case isCommand && (i < 0 || !first && name != "msg"):
	case isCommand && chatCommands[i].args == argRoom:
		for _, r := range rooms {
			add(r + " ")
		}
		for _, n := range names {
			if at := "@" + n; !slices.Contains(rooms, at) {
				add(at + " ")
			}
		}
	case first && strings.HasPrefix(chatCommands[i].args, argName):
		for _, n := range names {
			add(n + " ")
		}
	case !isCommand || name == "msg":
		// In a text: a name alone at its start is whom it is for.
		suffix := " "
		if cut == 0 {
			suffix = ": "
		}
		for _, n := range names {
			if strings.HasPrefix(word, "@") {
				add("@" + n + suffix)
			} else if word != "" {
				add(n + suffix)
			}
		}
	}
	return start, candidates
}
