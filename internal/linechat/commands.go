package linechat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/internal/names"
)

// chatCommand is a line that begins with a slash.
type chatCommand struct {
	name, args, help string
	least            int // words that must follow
	// run does it; rest is what stands behind the command, words is that split.
	run func(c *chat, ctx context.Context, words []string, rest string)
}

// what a command's words are, for completion
const (
	argName = "NAME"
	argRoom = "ROOM|@NAME"
	argFile = "FILE"
)

var chatCommands []chatCommand

func init() { // not a literal: /help lists them
	chatCommands = []chatCommand{
		{"msg", "NAME TEXT", "write to a person", 2, (*chat).cmdMsg},
		{"join", argRoom, "go to a room or a person, and join it if need be", 1, (*chat).cmdJoin},
		{"leave", "", "leave this room for good", 0, (*chat).cmdLeave},
		{"rooms", "", "list the rooms, with what is unread", 0, (*chat).cmdRooms},
		{"names", "", "list who is in this room", 0, (*chat).cmdNames},
		{"history", "[N]", "show the last N messages of this room (50), with their numbers", 0, (*chat).cmdHistory},
		{"reply", "[#N] TEXT", "answer message N, or the last one", 1, (*chat).cmdReply},
		{"edit", "[#N] TEXT", "give your message N, or your last one, another text", 1, (*chat).cmdEdit},
		{"delete", "[#N]", "delete message N, or your last one, for everybody", 0, (*chat).cmdDelete},
		{"react", "[#N] EMOJI", "put an emoji under message N, or the last one", 1, (*chat).cmdReact},
		{"unreact", "[#N] EMOJI", "take it away again", 1, (*chat).cmdUnreact},
		{"pin", "[#N]", "pin message N, or the last one, to the room", 0, (*chat).cmdPin},
		{"unpin", "[#N]", "end that", 0, (*chat).cmdUnpin},
		{"topic", "[TEXT]", "show or set what the room is about", 0, (*chat).cmdTopic},
		{"upload", argFile, "send a file to this room", 1, (*chat).cmdUpload},
		{"download", "[#N]", "keep the files of message N, or the last ones, in the folder that plausch was started in", 0, (*chat).cmdDownload},
		{"block", argName, "block a person: no direct messages, and theirs in rooms are folded", 1, (*chat).cmdBlock},
		{"unblock", argName, "end that", 1, (*chat).cmdUnblock},
		{"search", "WORDS", "find messages in all rooms; also from:NAME, in:ROOM, has:picture and so on", 1, (*chat).cmdSearch},
		{"inbox", "", "list what is unread, the newest first", 0, (*chat).cmdInbox},
		{"create", "ROOM [private]", "make a room, public if not private, and go there", 1, (*chat).cmdCreate},
		{"add", argName, "add a person to this room", 1, (*chat).cmdAdd},
		{"remove", argName, "remove a person from this room", 1, (*chat).cmdRemove},
		{"away", "", "tell others that you are away", 0, (*chat).cmdAway},
		{"back", "", "tell others that you are here again", 0, (*chat).cmdBack},
		{"bell", "[on|off]", "ring for direct messages and your name, except where you have muted it, or not", 0, (*chat).cmdBell},
		{"name", "[DISPLAY]", "change how you are shown; without a name: by your own", 0, (*chat).cmdName},
		{"devices", "[revoke NUMBER]", "list where you are signed in, or end a sign-in", 0, (*chat).cmdDevices},
		{"invite", "[USES] [TIME]", "print a link by which others get in (admins)", 0, (*chat).cmdInvite},
		{"help", "", "show this", 0, (*chat).cmdHelp},
		{"quit", "", "end; so does Ctrl-D", 0, (*chat).cmdQuit},
	}
}

// otherNames are commands as other chats call them.
var otherNames = map[string]string{
	"part": "leave", "who": "names", "exit": "quit", "query": "join", "j": "join", "m": "msg", "q": "quit", "?": "help",
}

// command does what a line that begins with a slash says.
func (c *chat) command(ctx context.Context, line string) {
	name, words, rest := parseCommand(line)
	if other := otherNames[name]; other != "" {
		name = other
	}
	i := slices.IndexFunc(chatCommands, func(cmd chatCommand) bool { return cmd.name == name })
	switch {
	case i < 0:
		hint := "/help lists all."
		if similar := similarCommand(name); similar != "" {
			hint = "Did you mean /" + similar + "?"
		}
		c.note("No command /%s. %s A line that begins with a slash is sent with two.", name, hint)
	case len(words) < chatCommands[i].least:
		c.note("/%s takes %s: %s.", name, chatCommands[i].args, chatCommands[i].help)
	default:
		chatCommands[i].run(c, ctx, words, rest)
	}
}

func (c *chat) note(format string, args ...any) { c.print(c.render.note(format, args...)) }

// ask has call ask the server, and then runs on the loop with its error. The
// next line waits for it; Ctrl-C stops it.
func (c *chat) ask(ctx context.Context, call func(context.Context) error, then func(error)) {
	patience := askPatience
	if !c.screen.terminal() {
		patience = pipePatience
	}
	c.askFor(ctx, patience, call, then)
}

// askFor does that for as long as patience lasts.
func (c *chat) askFor(ctx context.Context, patience time.Duration, call func(context.Context) error, then func(error)) {
	if !c.online && c.screen.terminal() {
		c.note("This needs the connection, which is lost just now.")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	c.asking = cancel
	go func() {
		err := call(ctx)
		cancel()
		c.answers <- func() { then(err) }
	}()
}

// did is the usual end of an ask: what went wrong, or done.
func (c *chat) did(done string) func(error) {
	return func(err error) {
		switch {
		case err != nil:
			c.failed(err)
		case done != "":
			c.note("%s", done)
		}
	}
}

func (c *chat) failed(err error) { c.note("%s.", strings.TrimSuffix(c.why(err), ".")) }

// person returns the name in a word, which may begin with an @.
func (c *chat) person(word string) (string, bool) {
	name, err := names.AccountAddress(word)
	if err != nil {
		c.failed(err)
	}
	return name, err == nil
}

// to returns where a message to a person goes. If there is a direct room it is
// that, and not whoever has the name by the time that it goes out.
func (c *chat) to(name string) timeline.Key {
	if r := c.find(connect.Target{Peer: name}); r != nil {
		return r.Key
	}
	return timeline.ByPeer(name)
}

func (c *chat) cmdMsg(_ context.Context, words []string, rest string) {
	if name, ok := c.person(words[0]); ok {
		c.send(c.to(name).Outgoing(), strings.TrimSpace(strings.TrimPrefix(rest, words[0])))
	}
}

func (c *chat) cmdJoin(ctx context.Context, words []string, _ string) {
	t, err := connect.ParseTarget(words[0])
	if err == nil {
		err = t.Check(c.server.Address)
	}
	if err != nil {
		c.failed(err)
		return
	}
	if t.Peer != "" {
		c.enter(c.to(t.Peer), "")
		return
	}
	if r := c.find(t); r != nil {
		c.enter(r.Key, "")
		return
	}
	var to client.Outgoing
	c.ask(ctx, func(ctx context.Context) (err error) {
		to, err = t.Enter(ctx, c.client)
		return err
	}, func(err error) {
		if err == nil {
			c.enter(timeline.ByID(to.Room), t.Room)
			return
		}
		hint := ""
		if plausch.CodeOf(err) == plausch.NotFound {
			hint = fmt.Sprintf(" /create %s makes one.", t.Room)
		}
		c.note("%s.%s", c.why(err), hint)
	})
}

func (c *chat) cmdLeave(ctx context.Context, _ []string, _ string) {
	r := c.opened()
	switch {
	case !r.Joined || r.Kind == plausch.RoomDirect:
		c.enter(timeline.ByID(plausch.PublicRoom), "") // a person cannot be left, only not be looked at
	case r.ID == plausch.PublicRoom:
		c.note("Everybody is in public; it cannot be left. /quit ends.")
	default:
		// That it was left is said when the event comes.
		c.ask(ctx, func(ctx context.Context) error { return c.client.LeaveRoom(ctx, client.RoomRef{ID: r.ID}) }, c.did(""))
	}
}

func (c *chat) cmdRooms(ctx context.Context, _ []string, _ string) {
	for _, r := range c.timeline().Rooms() {
		if !r.Joined {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s", map[bool]string{true: ">", false: " "}[r == c.opened()], connect.TargetOf(r.Room))
		if r.Kind == plausch.RoomPrivate {
			b.WriteString(" (private)")
		}
		if r.Unread > 0 {
			fmt.Fprintf(&b, ": %s new", count(r))
		}
		c.note("%s", b.String())
	}
	if !c.online && c.screen.terminal() {
		return
	}
	var all []client.Room
	c.ask(ctx, func(ctx context.Context) (err error) {
		all, err = c.client.ListRooms(ctx, true)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		var others []string
		for _, r := range all {
			if !r.Joined {
				others = append(others, client.CleanLine(r.Name))
			}
		}
		if len(others) > 0 {
			slices.Sort(others)
			c.note("To join: %s", strings.Join(others, ", "))
		}
	})
}

func (c *chat) cmdNames(ctx context.Context, _ []string, _ string) {
	room := c.opened().ID
	if room == 0 {
		c.note("You and %s.", c.opened().Key.Peer)
		return
	}
	var members []client.Member
	asOf := c.opened().Last()
	c.ask(ctx, func(ctx context.Context) (err error) {
		members, err = c.client.ListMembers(ctx, room)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		c.apply(timeline.Members{Room: room, AsOf: asOf, Members: members})
		by := make(map[plausch.Presence][]string)
		for _, m := range members {
			by[m.Presence] = append(by[m.Presence], client.CleanLine(m.Shown()))
		}
		for _, p := range []plausch.Presence{plausch.Online, plausch.Away, plausch.Offline} {
			if names := by[p]; len(names) > 0 {
				slices.Sort(names)
				c.note("%s: %s", p, strings.Join(names, ", "))
			}
		}
	})
}

// maxHistoryShown bounds /history.
const maxHistoryShown = 1000

func (c *chat) cmdCreate(ctx context.Context, words []string, _ string) {
	kind := plausch.RoomPublic
	switch {
	case len(words) == 1:
	case len(words) == 2 && words[1] == string(plausch.RoomPrivate):
		kind = plausch.RoomPrivate
	case len(words) == 2 && words[1] == string(plausch.RoomPublic):
	default:
		c.note("/create takes ROOM and, if others are not to see it, the word private.")
		return
	}
	var room client.Room
	c.ask(ctx, func(ctx context.Context) (err error) {
		room, err = c.client.CreateRoom(ctx, words[0], kind)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		c.enter(timeline.ByID(room.ID), room.Name)
	})
}

func (c *chat) cmdAdd(ctx context.Context, words []string, _ string) {
	c.changeMember(ctx, words[0], c.client.AddMember)
}

func (c *chat) cmdRemove(ctx context.Context, words []string, _ string) {
	c.changeMember(ctx, words[0], c.client.RemoveMember)
}

func (c *chat) changeMember(ctx context.Context, word string, change func(context.Context, plausch.RoomID, string) error) {
	room := c.opened().ID
	if room == 0 {
		c.failed(errors.New("this is between two people"))
		return
	}
	if name, ok := c.person(word); ok {
		// That it was done is said when the event comes.
		c.ask(ctx, func(ctx context.Context) error { return change(ctx, room, name) }, c.did(""))
	}
}

func (c *chat) cmdAway(context.Context, []string, string) { c.setPresence(plausch.Away) }
func (c *chat) cmdBack(context.Context, []string, string) { c.setPresence(plausch.Online) }

func (c *chat) setPresence(p plausch.Presence) {
	if err := c.client.SetPresence(p); err != nil {
		c.failed(err)
		return
	}
	c.note("You are %s.", p)
}

func (c *chat) cmdBell(_ context.Context, words []string, _ string) {
	switch {
	case len(words) == 0:
		c.bell = !c.bell
	case words[0] == "on", words[0] == "off":
		c.bell = words[0] == "on"
	default:
		c.note("/bell takes on or off.")
		return
	}
	c.note("%s", map[bool]string{true: "It rings for direct messages and your name.", false: "It does not ring any more."}[c.bell])
}

func (c *chat) cmdHelp(context.Context, []string, string) {
	for _, cmd := range chatCommands {
		c.note("%-22s %s", strings.TrimSpace("/"+cmd.name+" "+cmd.args), cmd.help)
	}
	c.note("Anything else is a message to the room in the prompt. A line that begins with a slash is sent with two.")
}

func (c *chat) cmdQuit(context.Context, []string, string) { c.quit(c.patience()) }
