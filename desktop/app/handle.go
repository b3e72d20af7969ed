package app

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
	"plausch/markdown"
)

// handlers do what the user wants, by the kind of the event.
var handlers map[string]func(*App, screen.Event)

func init() {
	handlers = map[string]func(*App, screen.Event){
		"ready":          func(a *App, _ screen.Event) { a.begin() },
		"open":           func(a *App, e screen.Event) { a.openEvent(e) },
		"chosen":         func(a *App, _ screen.Event) { a.Screen.Show(screen.Compose{}) },
		"send":           (*App).send,
		"typing":         (*App).wrote,
		"draft":          (*App).draft,
		"cancel":         (*App).cancel,
		"escape":         func(a *App, _ screen.Event) { a.showEnd() },
		"end":            func(a *App, _ screen.Event) { a.reachedEnd() },
		"older":          (*App).loadOlder,
		"seen":           (*App).seen,
		"focus":          (*App).focus,
		"reply":          (*App).reply,
		"edit":           (*App).edit,
		"edit_last":      (*App).editLast,
		"delete":         (*App).deleteMessage,
		"react":          (*App).react,
		"unread":         (*App).markUnread,
		"jump":           func(a *App, e screen.Event) { a.jumpTo(e.Server, e.Room, e.Seq) },
		"link":           (*App).followLink,
		"copy_link":      (*App).copyLink,
		"first_unread":   (*App).firstUnread,
		"retry":          (*App).retry,
		"discard":        (*App).discard,
		"confirmed":      (*App).confirmed,
		"files":          func(a *App, e screen.Event) { a.sendFiles(e, false) },
		"pasted":         func(a *App, e screen.Event) { a.sendFiles(e, true) },
		"stop":           (*App).stopTransfer,
		"file":           (*App).askSave,
		"save":           (*App).saveFile,
		"picture":        (*App).openPicture,
		"sign_in":        (*App).signInEvent,
		"trust":          (*App).trust,
		"sign_in_cancel": func(a *App, _ screen.Event) { a.cancelSignIn() },
		"add_server":     func(a *App, _ screen.Event) { a.showSignIn("", "", "") },
		"sign_out":       (*App).signOut,
		"open_settings":  func(a *App, _ screen.Event) { a.Screen.Show(a.Config.Settings) },
		"settings":       (*App).changeSettings,
		"search":         (*App).search,
		"about":          func(a *App, _ screen.Event) { a.notice(a.words.say("about_text", "version", plausch.Version), false) },
	}
}

func (a *App) handle(e screen.Event) {
	if do := handlers[e.Kind]; do != nil {
		do(a, e)
	}
}

// room returns what an event is about, nil if it is not there any more.
func (a *App) room(e screen.Event) (*server, *timeline.Room) {
	for _, s := range a.servers {
		if string(s.id) == e.Server {
			return s, s.state().Room(parseKey(e.Room))
		}
	}
	return nil, nil
}

// message returns the message that an event is about.
func (a *App) message(e screen.Event) (*server, *timeline.Room, *timeline.Message) {
	s, r := a.room(e)
	if r == nil {
		return nil, nil, nil
	}
	return s, r, r.Message(e.Seq)
}

func (a *App) openEvent(e screen.Event) {
	for _, s := range a.servers {
		if string(s.id) == e.Server {
			a.openRoom(s, parseKey(e.Room), "")
		}
	}
}

// openRoom shows a room.
func (a *App) openRoom(s *server, key timeline.Key, name string) {
	if key == (timeline.Key{}) || s == a.shown && s.state().Opened() != nil && s.state().Opened() == s.state().Room(key) {
		return
	}
	if old := a.shown; old != nil && old != s {
		a.apply(old, timeline.Open{})
	}
	a.shown, a.near, a.landed, a.editing = s, 0, false, 0
	clear(s.loading)
	clear(s.missing)
	a.apply(s, timeline.Open{Room: key, Name: name})
	a.dirty = dirty{true, true, true, true, true}
	if r := s.state().Opened(); r != nil {
		s.loadMembers(r)
	}
}

func (a *App) send(e screen.Event) {
	s, r := a.room(e)
	if r == nil || s.client == nil {
		a.putBack(e)
		return
	}
	if e.Mode == "edit" {
		a.editing = 0
		a.composeDraft(r, true)
		a.do(e, func(ctx context.Context, c *client.Client) error {
			_, err := c.EditMessage(ctx, r.ID, e.Seq, client.Edit{Text: e.Text})
			return err
		})
		return
	}
	out := r.Key.Outgoing()
	out.Text, out.Target = e.Text, e.Seq
	if _, err := s.client.Send(out); err != nil {
		a.putBack(e)
		a.notice(a.words.failure(err), true)
		return
	}
	a.apply(s, timeline.Draft{Room: r.Key})
	a.showEnd()
}

// putBack puts a text that could not be sent into the composer again.
func (a *App) putBack(e screen.Event) {
	a.Screen.Show(screen.Compose{Mode: e.Mode, Seq: e.Seq, SetText: true, Text: e.Text})
}

// do calls the server of an event. What fails is said.
func (a *App) do(e screen.Event, call func(context.Context, *client.Client) error) {
	s, _ := a.room(e)
	if s == nil || s.client == nil {
		return
	}
	c := s.client
	s.call(func(ctx context.Context) func() {
		err := call(ctx, c)
		if err == nil {
			return nil
		}
		return func() {
			a.notice(a.words.failure(err), true)
			if e.Kind == "send" {
				a.putBack(e)
			}
		}
	})
}

func (a *App) wrote(e screen.Event) {
	if s, r := a.room(e); r != nil && r.ID != 0 && s.client != nil {
		s.wrote = a.Now()
		s.client.Typing(r.ID)
	}
}

func (a *App) draft(e screen.Event) {
	if s, r := a.room(e); r != nil && (r != s.state().Opened() || a.editing == 0) {
		a.apply(s, timeline.Draft{Room: r.Key, Text: e.Text, Target: e.Seq})
	}
}

// composeDraft has the composer go on with the draft of a room.
func (a *App) composeDraft(r *timeline.Room, setText bool) {
	c := screen.Compose{SetText: setText, Text: r.Draft.Text, Quiet: true}
	if m := r.Message(r.Draft.Target); m != nil && r.Draft.Target > 0 {
		c.Mode, c.Seq, c.Context = "reply", m.Seq, a.replyContext(m)
	}
	if setText || c.Mode != "" {
		a.Screen.Show(c)
	}
}

func (a *App) replyContext(m *timeline.Message) string {
	return a.words.say("replying", "name", nameOf(m.Actor), "text", client.CleanLine(markdown.Plain(m.Text)))
}

func (a *App) cancel(e screen.Event) {
	s, r := a.room(e)
	if r == nil {
		return
	}
	if e.Mode == "edit" {
		a.editing = 0
		a.composeDraft(r, true)
		return
	}
	a.apply(s, timeline.Draft{Room: r.Key, Text: r.Draft.Text})
}

func (a *App) reply(e screen.Event) {
	s, r, m := a.message(e)
	if m == nil {
		return
	}
	setText, text := a.editing != 0, r.Draft.Text
	a.editing = 0
	a.apply(s, timeline.Draft{Room: r.Key, Text: text, Target: m.Seq})
	a.Screen.Show(screen.Compose{Mode: "reply", Seq: m.Seq, Context: a.replyContext(m), SetText: setText, Text: text})
}

func (a *App) edit(e screen.Event) {
	if _, _, m := a.message(e); m != nil && m.Mine && m.Deleted == 0 {
		a.editing = m.Seq
		a.Screen.Show(screen.Compose{Mode: "edit", Seq: m.Seq, Context: a.words.say("editing"), SetText: true, Text: m.Text})
	}
}

func (a *App) editLast(e screen.Event) {
	_, r := a.room(e)
	if r == nil {
		return
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if m := &r.Messages[i]; m.Mine && m.Deleted == 0 && !m.Sealed() {
			e.Seq = m.Seq
			a.edit(e)
			return
		}
	}
}

// ask has the user confirm what cannot be undone.
func (a *App) ask(text, button string, do func()) {
	id := strconv.Itoa(len(a.questions) + 1)
	a.questions[id] = do
	a.Screen.Show(screen.Confirm{ID: id, Text: text, Button: button})
}

func (a *App) confirmed(e screen.Event) {
	if do := a.questions[e.ID]; do != nil {
		delete(a.questions, e.ID)
		do()
	}
}

func (a *App) deleteMessage(e screen.Event) {
	_, r, m := a.message(e)
	if m == nil {
		return
	}
	room := r.ID
	a.ask(a.words.say("confirm_delete"), a.words.say("delete"), func() {
		a.do(e, func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteMessage(ctx, room, e.Seq)
			return err
		})
	})
}

func (a *App) react(e screen.Event) {
	_, r, m := a.message(e)
	if m == nil {
		return
	}
	room, mine := r.ID, false
	for _, x := range m.Reactions {
		mine = mine || x.Emoji == e.Text && x.Mine
	}
	a.do(e, func(ctx context.Context, c *client.Client) error {
		var err error
		if mine {
			_, err = c.Unreact(ctx, room, e.Seq, e.Text)
		} else {
			_, err = c.React(ctx, room, e.Seq, e.Text)
		}
		return err
	})
}

func (a *App) seen(e screen.Event) {
	if s, r := a.room(e); r != nil && r == s.state().Opened() && a.focused {
		a.apply(s, timeline.Read{Room: r.Key, Seq: e.Seq})
	}
}

func (a *App) markUnread(e screen.Event) {
	s, r := a.room(e)
	if r == nil || s.client == nil {
		return
	}
	room := r.ID
	a.apply(s, timeline.MarkUnread{Room: r.Key})
	a.do(e, func(ctx context.Context, c *client.Client) error {
		_, err := c.MarkUnread(ctx, room, e.Seq)
		return err
	})
	// It would be read again at once while it is open.
	a.focused = false
}

func (a *App) focus(e screen.Event) {
	a.focused = e.On
	for _, s := range a.servers {
		a.apply(s, timeline.Focus{On: e.On})
		if s.client != nil && !s.address.KTN() {
			presence := plausch.Online
			if !e.On {
				continue // whoever works in another window is not away
			}
			_ = s.client.SetPresence(presence) // it is told again after a reconnect
		}
	}
	if e.On && a.shown != nil && a.shown.state().Opened() != nil {
		a.closeAlert(alertKey{a.shown.id, a.shown.state().Opened().Key})
	}
}

// loadOlder loads what is before the rows that are shown.
func (a *App) loadOlder(e screen.Event) {
	s, r := a.room(e)
	if r == nil || s != a.shown {
		return
	}
	var gap timeline.Gap
	for _, g := range r.Gaps() {
		if a.near == 0 || g.Before <= a.near {
			gap = g
		}
	}
	if gap.Before == 0 || s.loading[gap] {
		return
	}
	s.loading[gap] = true
	s.loadPage(r, client.MessageQuery{Before: gap.Before}, func(err error) {
		delete(s.loading, gap)
		if a.older = !a.older; err != nil { // the window may ask again
			a.notice(a.words.failure(err), true)
		}
		a.dirty.room = true
	})
}

// showEnd shows the newest messages.
func (a *App) showEnd() {
	a.reachedEnd()
	a.drawRoom()
	a.Screen.Show(screen.Show{End: true})
}

func (a *App) reachedEnd() {
	if a.near != 0 {
		a.near = 0
		a.dirty.room = true
	}
}

// jumpTo shows a message in its place, which is loaded if need be.
func (a *App) jumpTo(serverID, room string, seq int64) {
	s, r := a.room(screen.Event{Server: serverID, Room: room})
	if s == nil || r == nil {
		return
	}
	a.openRoom(s, r.Key, "")
	a.landed = true
	show := func() {
		a.near = seq
		if len(r.Gaps()) == 0 || r.Gaps()[len(r.Gaps())-1].Before <= seq {
			a.near = 0
		}
		a.drawRoom()
		a.Screen.Show(screen.Show{Seq: seq, Flash: true})
	}
	if r.Message(seq) != nil {
		show()
		return
	}
	s.loadPage(r, client.MessageQuery{Around: seq}, func(err error) {
		switch {
		case err != nil:
			a.notice(a.words.failure(err), true)
		case r.Message(seq) == nil:
			a.notice(a.words.say("not_a_message"), true)
		default:
			show()
		}
	})
}

// followLink jumps to the message of a link of the form /r/ROOM/SEQ.
func (a *App) followLink(e screen.Event) {
	parts := strings.Split(strings.Trim(e.Text, "/"), "/")
	if len(parts) != 3 {
		return
	}
	seq, err := strconv.ParseInt(parts[2], 10, 64)
	if _, err2 := strconv.ParseInt(parts[1], 10, 64); errors.Join(err, err2) == nil {
		a.jumpTo(e.Server, "id:"+parts[1], seq)
	}
}

func (a *App) copyLink(e screen.Event) {
	if s, r := a.room(e); r != nil {
		a.Screen.Show(screen.Copy{Text: messageLink(s, r.ID, e.Seq)})
		a.notice(a.words.say("copied"), false)
	}
}

func (a *App) firstUnread(e screen.Event) {
	_, r := a.room(e)
	if r == nil {
		return
	}
	if seq := r.Divider(); seq > 0 {
		a.Screen.Show(screen.Show{Seq: seq})
	} else if seq := r.FirstUnread(); seq > 0 {
		a.Screen.Show(screen.Show{Seq: seq})
	}
}

// retry sends anew what was refused, and discard drops it.
func (a *App) retry(e screen.Event) {
	s, _ := a.room(e)
	if s == nil || s.client == nil {
		return
	}
	for _, send := range s.state().Sends() {
		if send.ID == e.ID && send.Err != nil {
			if _, err := s.client.Send(send.Outgoing); err != nil {
				a.notice(a.words.failure(err), true)
				return
			}
			a.apply(s, timeline.Dismiss{ID: e.ID})
			return
		}
	}
}

func (a *App) discard(e screen.Event) {
	if s, _ := a.room(e); s != nil {
		a.apply(s, timeline.Dismiss{ID: e.ID})
	}
}
