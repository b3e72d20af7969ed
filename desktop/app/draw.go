package app

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
)

// draw shows what has changed.
func (a *App) draw() {
	d := a.dirty
	a.dirty = dirty{}
	if !a.started {
		return
	}
	if d.list || d.status {
		a.drawList()
	}
	if d.people || d.list {
		a.drawPeople()
	}
	if d.status || d.typing {
		a.drawStatus()
	}
	if d.room {
		a.drawRoom()
	}
	if d.typing || d.room {
		a.drawTyping()
	}
}

// keyText writes a key as events carry it, and parseKey reads it.
func keyText(k timeline.Key) string {
	if k.ID != 0 {
		return "id:" + strconv.FormatInt(int64(k.ID), 10)
	}
	if k.Peer == "" {
		return ""
	}
	return "@" + k.Peer
}

func parseKey(s string) timeline.Key {
	if peer, ok := strings.CutPrefix(s, "@"); ok {
		return timeline.ByPeer(peer)
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(s, "id:"), 10, 64)
	if err != nil {
		return timeline.Key{}
	}
	return timeline.ByID(plausch.RoomID(id))
}

// title returns how a room is called on the screen.
func (a *App) title(r *timeline.Room) string {
	switch {
	case r == nil:
		return "Plausch"
	case r.Kind == plausch.RoomDirect && r.Peer.ID != 0:
		return nameOf(r.Peer)
	case r.ID == plausch.PublicRoom:
		return a.words.say("section_public")
	}
	return client.CleanLine(cmp.Or(r.Title(), "…"))
}

func (s *server) title() string {
	host := s.address.Host
	if host == "" {
		host = s.saved.Address
	}
	for _, other := range s.app.servers {
		if other != s && other.address.Host == s.address.Host {
			return s.saved.Name + "@" + host
		}
	}
	return host
}

// entry returns a room as it stands in lists.
func (a *App) entry(s *server, r *timeline.Room) screen.Entry {
	e := screen.Entry{
		Server: string(s.id), Key: keyText(r.Key), Kind: "public", Section: "public", Title: a.title(r),
		Unread: r.Unread, Mentions: r.Mentions, Draft: r.Draft.Text != "" && r != s.state().Opened(),
	}
	if !r.Public() {
		e.Kind, e.Section = "private", "private"
	}
	if r.Kind == plausch.RoomDirect {
		e.Kind, e.Hue, e.Presence = "person", r.Peer.ID.Hue(), string(s.state().Presence(r.Peer.ID))
		e.Mentions = e.Unread // all of it is meant for the user
	}
	return e
}

func (a *App) drawList() {
	list := screen.Servers{}
	unread := 0
	for _, s := range a.servers {
		out := screen.Server{ID: string(s.id), Title: s.title(), Rooms: []screen.Entry{}}
		for _, r := range s.state().Rooms() {
			out.Rooms = append(out.Rooms, a.entry(s, r))
		}
		list = append(list, out)
		n, _ := s.state().Unread()
		unread += n
	}
	a.Screen.Show(list)
	if unread != a.badge {
		a.badge = unread
		tip := "Plausch"
		if unread > 0 {
			tip += ": " + a.words.say("unread_tip", "n", strconv.Itoa(unread))
		}
		a.Screen.Show(screen.Badge{Unread: unread, Tip: tip})
	}
}

var presenceOrder = map[string]int{string(plausch.Online): 0, string(plausch.Away): 1, string(plausch.Offline): 2}

// drawPeople shows the user table, the people of the open room first by presence, and whom one can write to.
func (a *App) drawPeople() {
	out := screen.People{People: []screen.Entry{}, Targets: []screen.Entry{}, Names: []string{}}
	for _, s := range a.servers {
		for _, r := range s.state().Rooms() {
			e := a.entry(s, r)
			if len(a.servers) > 1 {
				e.Title += " – " + s.title()
			}
			out.Targets = append(out.Targets, e)
		}
	}
	if s := a.shown; s != nil {
		me := s.state().Account()
		direct := make(map[plausch.AccountID]*timeline.Room)
		for _, r := range s.state().Rooms() {
			if r.Kind == plausch.RoomDirect {
				direct[r.Peer.ID] = r
			}
		}
		for _, p := range s.people() {
			e := screen.Entry{
				Server: string(s.id), Kind: "person", Title: nameOf(p), Tip: "@" + client.CleanLine(p.Name), Hue: p.ID.Hue(), Presence: string(s.state().Presence(p.ID)),
			}
			out.Names = append(out.Names, client.CleanLine(p.Name))
			if p.ID == me.ID {
				out.People = append(out.People, e)
				continue
			}
			if !s.address.KTN() {
				e.Key = keyText(timeline.ByPeer(p.Name))
			}
			if r := direct[p.ID]; r != nil {
				e.Key, e.Unread, e.Mentions = keyText(r.Key), r.Unread, r.Unread
			} else if e.Key != "" {
				out.Targets = append(out.Targets, e)
			}
			out.People = append(out.People, e)
		}
		slices.SortStableFunc(out.People, func(x, y screen.Entry) int {
			return cmp.Or(cmp.Compare(presenceOrder[x.Presence], presenceOrder[y.Presence]), strings.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)))
		})
	}
	a.Screen.Show(out)
}

// people returns those of the open room, or, where they are not known, of the server.
func (s *server) people() []plausch.AccountRef {
	r := s.state().Opened()
	if r == nil || r.ID == plausch.PublicRoom || len(r.Members) == 0 {
		return s.state().People()
	}
	var refs []plausch.AccountRef
	for _, m := range r.Members {
		refs = append(refs, m.AccountRef)
	}
	return refs
}

func (a *App) drawStatus() {
	if a.shown == nil {
		return
	}
	s := a.shown
	c := s.state().Connection()
	st := screen.Status{Phase: string(c.Phase), Account: a.words.say("as", "name", nameOf(s.state().Account()))}
	switch {
	case s.failed != nil:
		st.Phase, st.Text = "offline", a.words.failure(s.failed)
	case c.Phase == client.Online && s.ping > 0:
		st.Text = a.words.say("ms", "n", strconv.FormatInt(max(1, s.ping.Milliseconds()), 10))
	case c.Phase == client.Online:
		st.Text = a.words.say("online")
	case c.Phase == client.Offline:
		st.Text = a.words.say("lost_now")
		if wait := time.Until(c.Retry); wait > time.Second {
			st.Text = a.words.say("lost", "s", strconv.Itoa(int(wait.Seconds()+0.5)))
		}
	default:
		st.Phase, st.Text = "connecting", a.words.say("connecting")
	}
	if s.state().Account().ID == 0 {
		st.Account = client.CleanLine(s.saved.Name)
	}
	st.Spoken = st.Text
	a.showStatus(st)
}

func (a *App) showStatus(st screen.Status) {
	if st != a.status {
		a.status = st
		a.Screen.Show(st)
	}
}

// drawRoom shows what changed in the open room.
func (a *App) drawRoom() {
	s := a.shown
	if s == nil {
		return
	}
	r := s.state().Opened()
	if r == nil {
		return
	}
	if now := (shownRoom{s.id, r.Key}); now != a.drawnRoom || a.head(r) != a.drawnHead {
		a.showOpened(s, r)
	}
	rows, older := a.rows.rows(s.state(), r, a.near)
	if at, remove, put, any := changed(a.drawn, rows); any || older != a.older {
		a.drawn, a.older = rows, older
		a.Screen.Show(screen.Splice{At: at, Remove: remove, Rows: slices.Clone(put), Older: older})
		a.loadPictures(s, put)
	}
	s.loadMissing(r)
	a.landRoom()
}

// head is what of a room stands above its messages.
type head struct {
	title, topic string
	writable     bool
}

func (a *App) head(r *timeline.Room) head {
	writable := !r.Archived && r.Role != plausch.RoomReader && (r.Writers != plausch.WritersAdmins || r.Role.Runs())
	return head{a.title(r), client.CleanLine(r.Topic), writable}
}

// showOpened shows another room, or the same one under another name.
func (a *App) showOpened(s *server, r *timeline.Room) {
	a.drawnRoom, a.drawnHead, a.drawn, a.older = shownRoom{s.id, r.Key}, a.head(r), nil, false
	placeholder := a.words.say("write_to", "name", a.title(r))
	if !a.drawnHead.writable {
		placeholder = a.words.say("cannot_write")
	}
	a.Screen.Show(screen.Opened{
		Server: string(s.id), Key: keyText(r.Key), Title: a.drawnHead.title, Topic: a.drawnHead.topic,
		Draft: r.Draft.Text, Placeholder: placeholder, Writable: a.drawnHead.writable,
	})
	if a.editing == 0 {
		a.composeDraft(r, false)
	}
}

// landRoom scrolls a room that was opened to the first unread message, once it is loaded.
func (a *App) landRoom() {
	if a.landed || a.shown == nil || !a.shown.state().CaughtUp() || len(a.drawn) == 0 {
		return
	}
	a.landed = true
	if r := a.shown.state().Opened(); r != nil && r.Divider() > 0 {
		a.Screen.Show(screen.Show{Seq: r.Divider()})
	}
}

func (a *App) drawTyping() {
	text := ""
	if s := a.shown; s != nil && s.state().Opened() != nil {
		who, _ := s.state().Typing(a.Now(), s.state().Opened().Key)
		switch len(who) {
		case 0:
		case 1:
			text = a.words.say("typing_one", "a", nameOf(who[0]))
		case 2:
			text = a.words.say("typing_two", "a", nameOf(who[0]), "b", nameOf(who[1]))
		default:
			text = a.words.say("typing_more")
		}
	}
	if text != a.typing {
		a.typing = text
		a.Screen.Show(screen.Typing{Text: text})
	}
}

func (a *App) notice(text string, isError bool) {
	a.Screen.Show(screen.Notice{Text: text, Error: isError})
	a.noticed++
	n := a.noticed
	if text == "" {
		return
	}
	time.AfterFunc(8*time.Second, func() {
		a.post(func() {
			if a.noticed == n {
				a.Screen.Show(screen.Notice{})
			}
		})
	})
}

// messageLink returns the link of a message, as texts of other messages have it.
func messageLink(s *server, room plausch.RoomID, seq int64) string {
	scheme := "https"
	if !s.address.Secure() {
		scheme = "http"
	}
	return fmt.Sprintf("%s://%s/r/%d/%d", scheme, s.address.HostPort(), room, seq)
}
