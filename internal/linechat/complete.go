package linechat

import (
	"context"
	"slices"
	"strings"
	"sync"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/protocol"
)

// completion is what words are completed with: a copy of what the loop knows.
type completion struct {
	mu    sync.Mutex
	names []string // of people, in order
	rooms []string // as targets
}

// tellCompletion has the people and rooms of now completed.
func (c *chat) tellCompletion() {
	if !c.changed.People && !c.changed.List {
		return
	}
	c.changed.People, c.changed.List = false, false
	var names, rooms []string
	for _, p := range c.timeline().People() {
		if name := client.CleanLine(p.Name); name != "" {
			names = append(names, name)
		}
	}
	for _, r := range c.timeline().Rooms() {
		if r.Joined {
			rooms = append(rooms, connect.TargetOf(r.Room).String())
		}
	}
	c.completion.mu.Lock()
	defer c.completion.mu.Unlock()
	c.names, c.rooms = slices.Compact(names), rooms
}

// learnMembers has the members of a room completed: of a large one, the first.
// It runs beside the loop, and it does not matter if it fails.
func learnMembers(c *client.Client, room plausch.RoomID, learned chan<- []plausch.AccountRef) {
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	var page protocol.Members
	params := &protocol.MemberList{Room: int64(room), Limit: protocol.MaxPage}
	if c.Call(ctx, protocol.MethodMemberList, params, &page) != nil {
		return
	}
	people := make([]plausch.AccountRef, len(page.Members))
	for i, m := range page.Members {
		people[i] = plausch.AccountRef{ID: plausch.AccountID(m.ID), Name: m.Name, Display: m.Display}
	}
	select {
	case learned <- people:
	case <-ctx.Done():
	}
}

// complete returns what the last word of before could become, as whole words
// with what has to follow them, and where in before, in characters, it starts.
// It runs while a key is pressed, beside the loop.
func (k *completion) complete(before string) (start int, candidates []string) {
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
	names, rooms := k.names, k.rooms // which are replaced, not changed
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
	case isCommand && chatCommands[i].args == argFile:
		candidates = append(candidates, filesLike(word)...)
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
