package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/internal/names"
)

var roomCommands = []command{
	{"join", argRoom, "go to a room or a person, and join it if need be", 1, (*Model).cmdJoin},
	{"part", "", "leave this room for good", 0, (*Model).cmdPart},
	{"msg", argName + " TEXT", "write to a person", 2, (*Model).cmdMsg},
	{"me", argText, "say what you do", 1, (*Model).cmdMe},
	{"names", "", "list who is in this room", 0, (*Model).cmdNames},
	{"rooms", "", "list the public rooms that you can join", 0, (*Model).cmdRooms},
	{"create", "ROOM [private]", "make a room, public if not private, and go there", 1, (*Model).cmdCreate},
	{"add", argName, "add a person to this room", 1, func(m *Model, words []string, _ string) tea.Cmd {
		return m.changeMember(words[0], (*client.Client).AddMember)
	}},
	{"remove", argName, "remove a person from this room", 1, func(m *Model, words []string, _ string) tea.Cmd {
		return m.changeMember(words[0], (*client.Client).RemoveMember)
	}},
	{"topic", "[" + argText + "]", "change what this room is about", 0, (*Model).cmdTopic},
}

// find returns the room that people call t, of several the one known last; nil if the
// user is in none.
func (m *Model) find(t connect.Target) *timeline.Room {
	var found *timeline.Room
	for _, r := range m.server().Rooms() {
		if r.Joined && t.Is(r.Room) && (found == nil || r.ID > found.ID) {
			found = r
		}
	}
	return found
}

// to returns where a message to a person goes. If there is a direct room it is
// that, and not whoever has the name by the time that it goes out.
func (m *Model) to(name string) timeline.Key {
	if r := m.find(connect.Target{Peer: name}); r != nil {
		return r.Key
	}
	return timeline.ByPeer(name)
}

func (m *Model) cmdMsg(words []string, rest string) tea.Cmd {
	name, err := names.AccountAddress(words[0])
	if err != nil {
		m.fail(m.why(err))
		return nil
	}
	k := m.to(name)
	text := strings.TrimSpace(strings.TrimPrefix(rest, words[0]))
	return tea.Batch(m.goToRoom(k, ""), m.send(m.session(), client.Outgoing{Room: k.ID, To: k.Peer, Text: text}))
}

// cmdMe says what the user does, as in *waves*.
func (m *Model) cmdMe(_ []string, rest string) tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	return m.send(m.session(), client.Outgoing{Room: r.Key.ID, To: r.Key.Peer, Text: "*" + rest + "*"})
}

// goToRoom opens a room of the session.
func (m *Model) goToRoom(k timeline.Key, name string) tea.Cmd {
	return tea.Batch(m.open(m.current, k, name), m.landed())
}

func (m *Model) cmdJoin(words []string, _ string) tea.Cmd {
	t, err := connect.ParseTarget(words[0])
	if err == nil {
		err = t.Check(m.session().login.Address)
	}
	if err != nil {
		m.fail(m.why(err))
		return nil
	}
	return m.join(t)
}

// join goes to a room or a person; a public room is joined if need be.
func (m *Model) join(t connect.Target) tea.Cmd {
	if t.Peer != "" {
		return m.goToRoom(m.to(t.Peer), "")
	}
	if r := m.find(t); r != nil {
		return m.goToRoom(r.Key, "")
	}
	var to client.Outgoing
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		to, err = t.Enter(ctx, c)
		return err
	}, func() tea.Cmd { return m.goToRoom(timeline.ByID(to.Room), t.Room) })
}

func (m *Model) cmdPart([]string, string) tea.Cmd {
	r := m.opened()
	public := timeline.ByID(plausch.PublicRoom)
	switch {
	case r == nil || !r.Joined || r.Kind == plausch.RoomDirect:
		return m.goToRoom(public, "") // a person cannot be left, only not be looked at
	case r.ID == plausch.PublicRoom:
		m.note(m.texts.get(textPublicStays))
		return nil
	}
	id := r.ID // that it was left is said when the event comes
	return m.askOnline(func(ctx context.Context, c *client.Client) error { return c.LeaveRoom(ctx, client.RoomRef{ID: id}) }, nil)
}

func (m *Model) cmdNames([]string, string) tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	by := make(map[plausch.Presence][]string)
	for _, member := range r.Members {
		p := m.server().Presence(member.ID)
		by[p] = append(by[p], m.cleanLine(member.Shown()))
	}
	for _, p := range []plausch.Presence{plausch.Online, plausch.Away, plausch.Offline} {
		if all := by[p]; len(all) > 0 {
			slices.Sort(all)
			m.note(m.texts.presence(p) + ": " + strings.Join(all, ", "))
		}
	}
	return nil
}

func (m *Model) cmdRooms([]string, string) tea.Cmd {
	var all []client.Room
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		all, err = c.ListRooms(ctx, true)
		return err
	}, func() tea.Cmd {
		var others []string
		for _, r := range all {
			if !r.Joined {
				others = append(others, m.cleanLine(r.Name))
			}
		}
		slices.Sort(others)
		if len(others) == 0 {
			m.say(m.texts.get(textNothingThere))
			return nil
		}
		m.note(m.texts.get(textToJoin, strings.Join(others, ", ")))
		return nil
	})
}

func (m *Model) cmdCreate(words []string, _ string) tea.Cmd {
	kind := plausch.RoomPublic
	if len(words) > 1 {
		kind = plausch.RoomKind(words[1])
	}
	if len(words) > 2 || kind != plausch.RoomPublic && kind != plausch.RoomPrivate {
		cmd, _ := findCommand("create")
		m.fail(m.texts.get(textTakes, cmd.name, cmd.args, cmd.help))
		return nil
	}
	var room client.Room
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		room, err = c.CreateRoom(ctx, words[0], kind)
		return err
	}, func() tea.Cmd { return m.goToRoom(timeline.ByID(room.ID), room.Name) })
}

func (m *Model) changeMember(word string, change func(*client.Client, context.Context, plausch.RoomID, string) error) tea.Cmd {
	name, err := names.AccountAddress(word)
	r := m.opened()
	if err != nil {
		m.fail(m.why(err))
		return nil
	}
	if r == nil || r.ID == 0 {
		return nil
	}
	id := r.ID // that it was done is said when the event comes
	return m.askOnline(func(ctx context.Context, c *client.Client) error { return change(c, ctx, id, name) }, nil)
}

func (m *Model) cmdTopic(_ []string, rest string) tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	if rest == "" && r.Topic != "" {
		m.note(m.cleanLine(r.Topic))
		return nil
	}
	id := r.ID
	return m.askOnline(func(ctx context.Context, c *client.Client) error {
		_, err := c.UpdateRoom(ctx, id, plausch.RoomChange{Topic: &rest})
		return err
	}, nil)
}
