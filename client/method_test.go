package client_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"net"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"plausch"
	"plausch/client"
	"plausch/internal/api"
	"plausch/internal/auth/authtest"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/server/servertest"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

const password = "correct horse battery"

// overHTTP has the requests of the methods that are asked for over HTTP. What
// follows the space begins the path.
var overHTTP = map[string]string{
	api.MethodAttachmentUpload: "POST /api/attachments",
	api.MethodAttachmentGet:    "GET /api/attachments/",
	api.MethodRoomPicture:      "GET /api/rooms/",
	api.MethodAvatarGet:        "GET /api/accounts/",
	api.MethodWebhookPost:      "POST /api/hooks/",
}

// TestEveryMethod calls every method of the server's table by what this package has
// for it, and looks at the wire whether one is missing.
func TestEveryMethod(t *testing.T) {
	w := newWorld(t)
	w.enter()
	w.manage()
	w.manageOwnAccount()
	w.talk()
	w.change()
	w.keep()
	w.files()
	w.webhooks()
	w.outgoingWebhooks()
	w.pushes()
	w.passkeys()
	w.leave()
	seen := w.recorder.requests(t)
	for _, m := range api.Methods() {
		found := seen[m.Name]
		if prefix, ok := overHTTP[m.Name]; ok {
			for request := range seen {
				found = found || strings.HasPrefix(request, prefix)
			}
		}
		if !found {
			t.Errorf("the package has no typed call of %s, or this test does not call it", m.Name)
		}
	}
}

// world is a server with an owner, alice, and a member, bob.
type world struct {
	t          *testing.T
	data       string
	address    string
	recorder   recorder
	alice, bob *client.Client
	bobID      plausch.AccountID
	bobToken   string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	s := servertest.Start(t, func(c *config.Config) { w.data = c.Data })
	w.address = s.Address
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) expect(err error, code plausch.Code) {
	w.t.Helper()
	if plausch.CodeOf(err) != code {
		w.t.Errorf("the error is %v, want the code %s", err, code)
	}
}

func (w *world) options() client.DialOptions {
	return client.DialOptions{Codec: protocol.JSON, NetDial: w.recorder.dial}
}

func (w *world) dial() *client.Conn {
	w.t.Helper()
	conn, err := client.Dial(w.t.Context(), w.address, w.options())
	w.must(err)
	w.t.Cleanup(func() { conn.Close() })
	return conn
}

func (w *world) open(token string) *client.Client {
	w.t.Helper()
	c, err := client.Open(client.Options{Address: w.address, Token: token, Dial: w.options()})
	w.must(err)
	w.t.Cleanup(func() { c.Close() })
	w.must(c.WaitOnline(w.t.Context()))
	return c
}

// claimCode returns the code that the host of the server has.
func (w *world) claimCode() string {
	w.t.Helper()
	st, err := sqlite.Open(w.t.Context(), filepath.Join(w.data, "plausch.db"), sqlite.Options{})
	w.must(err)
	defer st.Close()
	code, err := (&core.Admin{Store: st, Passwords: authtest.NewHasher()}).CreateClaim(w.t.Context())
	w.must(err)
	return code.Text()
}

func (w *world) enter() {
	ctx := w.t.Context()
	owner, err := w.dial().Claim(ctx, protocol.Claim{Code: w.claimCode(), ServerName: "Garden", Name: "alice", Password: password})
	w.must(err)
	w.alice = w.open(owner.Token)
	made, err := w.alice.CreateInvite(ctx, protocol.InviteCreate{Uses: 1})
	w.must(err)
	conn := w.dial()
	good, err := conn.CheckCode(ctx, "invite", made.Code)
	w.must(err)
	if good.Role != string(plausch.RoleMember) {
		w.t.Errorf("the invite is for a %s", good.Role)
	}
	bob, err := conn.RedeemInvite(ctx, protocol.InviteRedeem{Code: made.Code, Name: "bob", Password: password})
	w.must(err)
	_, err = conn.CheckCode(ctx, "invite", made.Code)
	w.expect(err, plausch.NotFound)
	w.must(conn.Ping(ctx))
	w.bob, w.bobID = w.open(bob.Token), plausch.AccountID(bob.Account.ID)
}

func (w *world) manage() {
	ctx, alice := w.t.Context(), w.alice
	_, err := alice.CreateRoom(ctx, "shed", plausch.RoomPrivate)
	w.must(err)
	made, err := alice.CreateInvite(ctx, protocol.InviteCreate{Rooms: []string{"shed"}})
	w.must(err)
	invites, more, err := alice.ListInvites(ctx, 0, 0)
	w.must(err)
	last := invites[len(invites)-1]
	if more || int64(last.ID) != made.Invite.ID || last.Maker.Name != "alice" || !slices.Equal(last.RoomNames, []string{"shed"}) {
		w.t.Errorf("the newest invite is %+v, want one by alice into the shed", last)
	}
	w.must(alice.RevokeInvite(ctx, last.ID))
	w.expect(alice.RevokeInvite(ctx, last.ID), plausch.NotFound)

	w.must(alice.SetRole(ctx, "bob", plausch.RoleAdmin))
	first, more, err := alice.ListAccounts(ctx, 0, 1)
	w.must(err)
	if len(first) != 1 || !more {
		w.t.Fatalf("one account is asked for: %+v, more %v", first, more)
	}
	rest, _, err := alice.ListAccounts(ctx, first[0].ID, 0)
	w.must(err)
	if i := slices.IndexFunc(rest, func(a plausch.Account) bool { return a.ID == w.bobID }); i < 0 || rest[i].Role != plausch.RoleAdmin {
		w.t.Errorf("behind the first account are %+v, want bob the admin", rest)
	}
	w.must(alice.SetRole(ctx, "bob", plausch.RoleMember))
	_, _, err = w.bob.ListAccounts(ctx, 0, 0)
	w.expect(err, plausch.Forbidden)

	name, err := alice.UpdateServer(ctx, " The Millers ")
	w.must(err)
	if name != "The Millers" {
		w.t.Errorf("the server is called %q", name)
	}
	bot, err := alice.CreateBot(ctx, "robot")
	w.must(err)
	if bot.Name != "robot" || w.open(bot.Token).Account().ID != bot.ID {
		w.t.Errorf("the bot is %+v", bot)
	}
	w.must(alice.DeactivateAccount(ctx, "robot"))
	w.must(alice.ActivateAccount(ctx, "robot"))
	w.must(alice.DeleteAccount(ctx, client.AccountDelete{Name: "robot", Erase: true}))
	entries, more, err := alice.ListAudit(ctx, 0, 1)
	w.must(err)
	if len(entries) != 1 || !more || entries[0].Action != plausch.AuditDelete || entries[0].Actor.Name != "alice" {
		w.t.Errorf("the newest of the audit log is %+v, more %v", entries, more)
	}
}

func (w *world) manageOwnAccount() {
	ctx, bob := w.t.Context(), w.bob
	me, err := bob.UpdateAccount(ctx, "Robert")
	w.must(err)
	if me.Shown() != "Robert (bob)" {
		w.t.Errorf("bob is called %s", me.Shown())
	}
	w.must(bob.ChangePassword(ctx, password, password+"!"))
	code, expires, err := w.alice.CreateReset(ctx, "bob")
	w.must(err)
	if expires.IsZero() {
		w.t.Error("the code never expires")
	}
	// This ends his sign-ins.
	again, err := w.dial().RedeemReset(ctx, protocol.ResetRedeem{Code: code, Password: password})
	w.must(err)
	w.bob = w.open(again.Token)
	w.bobToken = again.Token
	conn := w.dial()
	_, err = conn.SignIn(ctx, protocol.SignIn{Name: "bob", Password: password})
	w.must(err)
	devices, err := w.bob.ListDevices(ctx)
	w.must(err)
	if len(devices) != 2 || !devices[0].Here || devices[1].Here {
		w.t.Fatalf("bob's devices are %+v, want this one and another", devices)
	}
	w.must(w.bob.RevokeDevice(ctx, devices[1].ID))
	w.link()
	w.expect(w.bob.RevokeDevice(ctx, devices[1].ID), plausch.NotFound)
	conn = w.dial()
	guest, err := conn.SignIn(ctx, protocol.SignIn{Name: "gus"})
	w.must(err)
	w.must(conn.SignOut(ctx))
	_, err = w.dial().SignIn(ctx, protocol.SignIn{Token: guest.Token})
	w.expect(err, plausch.SignInFailed)
}

// keep does what can be done with a message without changing it.
func (w *world) keep() {
	ctx, alice, bob := w.t.Context(), w.alice, w.bob
	room, err := alice.CreateRoom(ctx, "keep", plausch.RoomPrivate)
	w.must(err)
	w.must(alice.AddMember(ctx, room.ID, "bob"))
	_, err = alice.Send(client.Outgoing{Room: room.ID, Text: "one"})
	w.must(err)
	w.must(alice.Flush(ctx))
	_, err = alice.EditMessage(ctx, room.ID, 3, client.Edit{Text: "two"})
	w.must(err)
	versions, more, err := alice.MessageVersions(ctx, room.ID, 3, 0)
	w.must(err)
	if len(versions) != 2 || more || versions[0].Text != "two" || versions[1].Text != "one" || versions[1].Seq != 3 || versions[0].Time.IsZero() {
		w.t.Errorf("the versions are %+v", versions)
	}
	for what, step := range map[string]struct {
		do   func(context.Context, plausch.RoomID, int64) (plausch.Personal, error)
		undo func(context.Context, plausch.RoomID, int64) (plausch.Personal, error)
		want plausch.Personal
	}{
		"hide": {bob.HideMessage, bob.UnhideMessage, plausch.Personal{Room: room.ID, Seq: 3, Hidden: true}},
		"save": {bob.SaveMessage, bob.UnsaveMessage, plausch.Personal{Room: room.ID, Seq: 3, Saved: true}},
	} {
		if p, err := step.do(ctx, room.ID, 3); err != nil || p != step.want {
			w.t.Errorf("%s: %+v, %v", what, p, err)
		}
		hidden, err := bob.ListHidden(ctx)
		w.must(err)
		saved, _, err := bob.ListSaved(ctx, 0)
		w.must(err)
		if len(hidden) == 1 != step.want.Hidden || len(saved) == 1 != step.want.Saved {
			w.t.Errorf("%s: hidden are %+v, saved %+v", what, hidden, saved)
		}
		if len(saved) == 1 && (saved[0].Text != "two" || saved[0].Room != room.ID || !saved[0].Saved) {
			w.t.Errorf("saved is %+v", saved[0])
		}
		if p, err := step.undo(ctx, room.ID, 3); err != nil || p != (plausch.Personal{Room: room.ID, Seq: 3}) {
			w.t.Errorf("%s, undone: %+v, %v", what, p, err)
		}
	}
	w.block()
	w.ban()
	w.status()
	w.later(room.ID)
	id, err := bob.AddReport(ctx, room.ID, 3, "It is no greeting.")
	w.must(err)
	reports, more, err := alice.ListReports(ctx, client.ReportQuery{})
	w.must(err)
	if len(reports) != 1 || more || reports[0].ID != id || reports[0].RoomName != "keep" || reports[0].Message.Text != "two" || reports[0].Reporter.Name != "bob" {
		w.t.Fatalf("the reports are %+v", reports)
	}
	w.must(alice.CloseReport(ctx, id))
	reports, _, err = alice.ListReports(ctx, client.ReportQuery{Closed: true})
	w.must(err)
	if len(reports) != 1 || reports[0].Closer.Name != "alice" || reports[0].Closed.IsZero() {
		w.t.Errorf("the closed reports are %+v", reports)
	}
}

// link has bob link a new device, which then signs in.
func (w *world) link() {
	ctx, token := w.t.Context(), client.NewToken()
	conn := w.dial()
	code, expires, err := conn.BeginLinkDevice(ctx, token)
	w.must(err)
	if linked, err := conn.LinkState(ctx, token); linked || err != nil || expires.Before(time.Now()) {
		w.t.Errorf("at first it is linked: %v, %v; it ends at %v", linked, err, expires)
	}
	device, err := w.bob.CheckLinkDevice(ctx, strings.ToLower(strings.Replace(code, "-", " ", 1)))
	w.must(err)
	if device.Program == "" || device.Address != "127.0.0.1" || device.Began.IsZero() {
		w.t.Errorf("the new device is %+v", device)
	}
	id, err := w.bob.LinkDevice(ctx, code)
	w.must(err)
	if linked, err := conn.LinkState(ctx, token); !linked || err != nil {
		w.t.Errorf("afterwards it is linked: %v, %v", linked, err)
	}
	signed, err := conn.SignIn(ctx, protocol.SignIn{Token: token})
	w.must(err)
	if plausch.AccountID(signed.Account.ID) != w.bobID {
		w.t.Errorf("it signs in as %+v", signed.Account)
	}
	_, err = w.bob.LinkDevice(ctx, code)
	w.expect(err, plausch.NotFound)
	w.must(w.bob.RevokeDevice(ctx, id))
}

// later has bob send a message later, and be reminded of one.
func (w *world) later(room plausch.RoomID) {
	ctx, bob := w.t.Context(), w.bob
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	made, err := bob.CreateScheduledMessage(ctx, client.Outgoing{Room: room, Text: "good"}, at)
	w.must(err)
	changed, err := bob.UpdateScheduledMessage(ctx, made.ID, client.ScheduledMessageUpdate{Text: new("good morning")})
	w.must(err)
	list, more, err := bob.ListScheduledMessages(ctx, 0)
	w.must(err)
	if len(list) != 1 || more || list[0].Text != "good morning" || !list[0].At.Equal(at) || list[0].Room != room || changed.ID != made.ID {
		w.t.Errorf("to be sent later are %+v", list)
	}
	w.must(bob.DeleteScheduledMessage(ctx, made.ID))
	w.expect(bob.DeleteScheduledMessage(ctx, made.ID), plausch.NotFound)
	set, err := bob.SetReminder(ctx, room, 3, at)
	w.must(err)
	reminders, more, err := bob.ListReminders(ctx, 0)
	w.must(err)
	if len(reminders) != 1 || more || reminders[0].ID != set.ID || reminders[0].Message.Text != "two" || reminders[0].Message.Room != room || !reminders[0].At.Equal(at) {
		w.t.Errorf("the reminders are %+v", reminders)
	}
	w.must(bob.DeleteReminder(ctx, set.ID))
}

// status has bob say something of himself, and be seen reading.
func (w *world) status() {
	ctx, bob := w.t.Context(), w.bob
	want := plausch.Status{Text: "busy", Emoji: "🏗️", Until: time.Now().Add(time.Hour).Truncate(time.Millisecond)}
	got, err := bob.SetStatus(ctx, want)
	w.must(err)
	if got.Text != want.Text || got.Emoji != want.Emoji || !got.Until.Equal(want.Until) {
		w.t.Errorf("the status is %+v, want %+v", got, want)
	}
	members, err := w.alice.ListMembers(ctx, plausch.PublicRoom)
	w.must(err)
	if !slices.ContainsFunc(members, func(m client.Member) bool { return m.ID == w.bobID && m.Status.Text == "busy" }) {
		w.t.Errorf("the members are %+v, want bob to be busy", members)
	}
	if got, err := bob.SetStatus(ctx, plausch.Status{}); err != nil || got != (plausch.Status{}) {
		w.t.Errorf("none: %+v, %v", got, err)
	}
	_, err = bob.SetStatus(ctx, plausch.Status{Text: "late", Until: time.Unix(1, 0)})
	w.expect(err, plausch.Invalid)
	w.must(bob.SetSeen(ctx, false))
	w.must(bob.SetSeen(ctx, true))
}

// ban has alice ban bob from a room, and end that.
func (w *world) ban() {
	ctx, alice, bob := w.t.Context(), w.alice, w.bob
	room, err := alice.CreateRoom(ctx, "bans", plausch.RoomPublic)
	w.must(err)
	_, err = bob.JoinRoom(ctx, client.RoomRef{ID: room.ID})
	w.must(err)
	w.must(alice.AddBan(ctx, room.ID, "bob"))
	bans, err := alice.ListBans(ctx, room.ID)
	w.must(err)
	if len(bans) != 1 || bans[0].Account.Name != "bob" || bans[0].By.Name != "alice" {
		w.t.Errorf("the bans are %+v", bans)
	}
	_, err = bob.JoinRoom(ctx, client.RoomRef{ID: room.ID})
	w.expect(err, plausch.Forbidden)
	w.must(alice.RemoveBan(ctx, room.ID, "bob"))
	_, err = bob.JoinRoom(ctx, client.RoomRef{ID: room.ID})
	w.must(err)
	w.must(bob.LeaveRoom(ctx, client.RoomRef{ID: room.ID}))
}

// block has bob block alice, and end that.
func (w *world) block() {
	ctx, bob := w.t.Context(), w.bob
	blocked, err := bob.AddBlock(ctx, "alice")
	w.must(err)
	all, err := bob.ListBlocks(ctx)
	w.must(err)
	if len(all) != 1 || all[0] != blocked || blocked.Name != "alice" {
		w.t.Errorf("blocked are %+v, want %+v", all, blocked)
	}
	_, err = bob.RemoveBlock(ctx, "alice")
	w.must(err)
}

// change does all that can be done to a message.
func (w *world) change() {
	ctx, alice := w.t.Context(), w.alice
	room, err := alice.CreateRoom(ctx, "change", plausch.RoomPublic)
	w.must(err)
	_, err = w.bob.JoinRoom(ctx, client.RoomRef{ID: room.ID})
	w.must(err)
	_, err = w.bob.Send(client.Outgoing{Room: room.ID, Text: "one"})
	w.must(err)
	w.must(w.bob.Flush(ctx))
	_, err = alice.Send(client.Outgoing{Room: room.ID, Text: "@bob two", Target: 3})
	w.must(err)
	w.must(alice.Flush(ctx))
	for what, change := range map[string]func() (int64, error){
		"edit":  func() (int64, error) { return w.bob.EditMessage(ctx, room.ID, 3, client.Edit{Text: "1"}) },
		"react": func() (int64, error) { return alice.React(ctx, room.ID, 3, "👍") },
		"pin":   func() (int64, error) { return alice.PinMessage(ctx, room.ID, 4) },
	} {
		if seq, err := change(); err != nil || seq < 5 {
			w.t.Errorf("%s: event %d, %v", what, seq, err)
		}
	}
	state, err := alice.Messages(ctx, room.ID, client.MessageQuery{Forward: true})
	w.must(err)
	if len(state.Messages) != 2 || state.AsOf != 7 {
		w.t.Fatalf("the messages are %+v", state)
	}
	one, two := state.Messages[0], state.Messages[1]
	if one.Text != "1" || len(one.Reactions) != 1 || !one.Reactions[0].Mine || one.Reactions[0].First[0].Name != "alice" {
		w.t.Errorf("the first is %+v", one)
	}
	if two.Pinned == 0 || two.Quote == nil || two.Quote.Text != "1" || !two.Mentions(w.bobID) {
		w.t.Errorf("the second is %+v", two)
	}
	_, err = alice.Unreact(ctx, room.ID, 3, "👍")
	w.must(err)
	_, err = alice.UnpinMessage(ctx, room.ID, 4)
	w.must(err)
	_, err = w.bob.DeleteMessage(ctx, room.ID, 4)
	w.expect(err, plausch.Forbidden)
	_, err = alice.DeleteMessage(ctx, room.ID, 3)
	w.must(err)
	if seq, err := alice.DeleteMessage(ctx, room.ID, 3); err != nil || seq != 0 {
		w.t.Errorf("a second deletion: event %d, %v", seq, err)
	}
	state, err = w.bob.Messages(ctx, room.ID, client.MessageQuery{Around: 3, Limit: 1})
	w.must(err)
	if m := state.Messages; len(m) != 1 || m[0].Deleted == 0 || m[0].Text != "" || len(m[0].Reactions) > 0 {
		w.t.Errorf("after the deletion: %+v", state)
	}
}

func (w *world) talk() {
	ctx, alice := w.t.Context(), w.alice
	den, err := alice.CreateRoom(ctx, "den", plausch.RoomPrivate)
	w.must(err)
	w.must(alice.AddMember(ctx, den.ID, "bob"))
	members, err := alice.ListMembers(ctx, den.ID)
	w.must(err)
	if len(members) != 2 {
		w.t.Errorf("in the den are %+v", members)
	}
	w.must(alice.RemoveMember(ctx, den.ID, "bob"))
	hall, err := alice.CreateRoom(ctx, "hall", plausch.RoomPublic)
	w.must(err)
	joined, err := w.bob.JoinRoom(ctx, client.RoomRef{Name: "hall"})
	w.must(err)
	if joined.ID != hall.ID || !joined.Joined {
		w.t.Errorf("bob has joined %+v", joined)
	}
	_, err = w.bob.Send(client.Outgoing{Room: hall.ID, Text: "good morning"})
	w.must(err)
	w.must(w.bob.Flush(ctx))
	events, _, err := alice.History(ctx, hall.ID, client.HistoryQuery{Limit: 1})
	w.must(err)
	if len(events) != 1 || events[0].Text != "good morning" {
		w.t.Errorf("in the hall was said %+v", events)
	}
	w.must(w.bob.LeaveRoom(ctx, client.RoomRef{ID: hall.ID}))
	_, err = w.bob.GetRoom(ctx, client.RoomRef{Name: "hall"})
	w.must(err)
	rooms, err := w.bob.ListRooms(ctx, true)
	w.must(err)
	if !slices.ContainsFunc(rooms, func(r client.Room) bool { return r.ID == hall.ID && !r.Joined }) {
		w.t.Errorf("bob sees the rooms %+v", rooms)
	}
	w.readMarkers(hall.ID)
	w.must(alice.SetPresence(plausch.Away))
	alice.Typing(den.ID)
	presences, err := alice.ListPresences(ctx) // behind both
	w.must(err)
	if i := slices.IndexFunc(presences, func(p client.Presence) bool { return p.Account.Name == "bob" }); i < 0 || presences[i].Presence != plausch.Online {
		w.t.Errorf("online are %+v, want bob among them", presences)
	}
}

// choose has alice choose what she is notified of.
func (w *world) choose(room plausch.RoomID) {
	ctx, alice := w.t.Context(), w.alice
	words := []string{"pizza"}
	quiet := plausch.QuietHours{From: 1320, To: 420, Zone: "Europe/Berlin"}
	_, err := alice.SetPreferences(ctx, plausch.PreferenceChange{Keywords: &words, Quiet: &quiet})
	w.must(err)
	p, err := alice.GetPreferences(ctx)
	w.must(err)
	if want := (plausch.Preferences{Keywords: words, Quiet: quiet}); !reflect.DeepEqual(p, want) {
		w.t.Errorf("the preferences are %+v, want %+v", p, want)
	}
	until := time.UnixMilli(1_800_000_000_000).UTC()
	in, err := alice.SetRoomPreference(ctx, room, plausch.RoomPreferenceChange{MuteUntil: &until, Order: new(int64(7))})
	w.must(err)
	r, err := alice.GetRoom(ctx, client.RoomRef{ID: room})
	w.must(err)
	if want := (plausch.RoomPreference{MuteUntil: until, Order: 7}); in != want || r.Preference != want {
		w.t.Errorf("what is chosen for the room is %+v, read as %+v; want %+v", in, r.Preference, want)
	}
	for told := 0; told < 2; {
		updates, err := alice.Next(ctx)
		w.must(err)
		for _, u := range updates {
			switch u := u.(type) {
			case client.Preferences:
				told++
			case client.RoomPreference:
				if told++; u.Room != room || u.RoomPreference != in {
					w.t.Errorf("told is %+v", u)
				}
			}
		}
	}
}

// readMarkers has alice read what bob has said in a room, as its third event.
func (w *world) readMarkers(room plausch.RoomID) {
	ctx, alice := w.t.Context(), w.alice
	r, err := alice.GetRoom(ctx, client.RoomRef{ID: room})
	w.must(err)
	if want := (plausch.ReadState{Marker: 1, Unread: 1, AsOf: r.Head}); r.Read != want {
		w.t.Errorf("alice has read %+v, want %+v", r.Read, want)
	}
	state, err := alice.SetMarker(ctx, room, 3)
	w.must(err)
	if state.Marker != 3 || state.Unread != 0 {
		w.t.Errorf("all is read: %+v", state)
	}
	state, err = alice.MarkUnread(ctx, room, 3)
	w.must(err)
	if state.Marker != 2 || state.Unread != 1 {
		w.t.Errorf("one is unread again: %+v", state)
	}
	edit, err := alice.SetDraft(ctx, plausch.Draft{Room: room, Text: "good"})
	w.must(err)
	drafts, err := alice.ListDrafts(ctx)
	w.must(err)
	if want := (plausch.Draft{Room: room, Text: "good", Edit: 1}); edit != 1 || len(drafts) != 1 || drafts[0] != want {
		w.t.Errorf("the drafts are %+v", drafts)
	}
	found, err := alice.Search(ctx, client.SearchQuery{Text: "morning", Limit: 1})
	w.must(err)
	if len(found.Hits) != 1 || found.Hits[0].Text != "good morning" || len(found.Hits[0].Ranges) != 1 || found.Hits[0].Ranges[0] != (plausch.TextRange{From: 5, To: 12}) {
		w.t.Errorf("what was found is %+v", found)
	}
	found, err = alice.Search(ctx, client.SearchQuery{Text: "morning", Next: found.Next, Room: room})
	w.must(err)
	if found.Next != "" {
		w.t.Errorf("the second page is %+v", found)
	}
	inbox, more, err := alice.Inbox(ctx, client.InboxQuery{})
	w.must(err)
	if len(inbox) != 1 || more || inbox[0].ID != room || inbox[0].Read != state || inbox[0].Last.Text != "good morning" {
		w.t.Errorf("the inbox is %+v", inbox)
	}
	inbox, _, err = alice.Inbox(ctx, client.InboxQuery{After: &inbox[0]})
	w.must(err)
	if len(inbox) != 0 {
		w.t.Errorf("the second page is %+v", inbox)
	}
	for seen := 0; seen < 2; {
		updates, err := alice.Next(ctx)
		w.must(err)
		for _, u := range updates {
			if m, ok := u.(client.Marker); ok && m.Room == room {
				if seen = 1; m.ReadState == state {
					seen = 2
				}
			}
		}
	}
	rooms, err := alice.ListRooms(ctx, false)
	w.must(err)
	i := slices.IndexFunc(rooms, func(r client.Room) bool { return r.ID == room })
	if i < 0 || rooms[i].Read != state {
		w.t.Errorf("the rooms are %+v, want %+v of the hall", rooms, state)
	}
	w.choose(room)
}

func (w *world) files() {
	ctx := w.t.Context()
	var picture bytes.Buffer
	w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))))
	file, err := w.alice.Upload(ctx, client.Upload{Name: "dot.png", Body: bytes.NewReader(picture.Bytes())})
	w.must(err)
	if file.Name != "dot.png" || file.Type != "image/png" {
		w.t.Errorf("the file is %+v", file)
	}
	_, err = w.bob.Download(ctx, file.ID, client.Download{To: new(bytes.Buffer)})
	w.expect(err, plausch.NotFound)
	_, err = w.alice.Send(client.Outgoing{To: "bob", Attachments: []string{file.ID}})
	w.must(err)
	w.must(w.alice.Flush(ctx))
	var got bytes.Buffer
	n, err := w.bob.Download(ctx, file.ID, client.Download{To: &got})
	w.must(err)
	if n != file.Size || int64(got.Len()) != n {
		w.t.Errorf("bob has %d bytes of %d", n, file.Size)
	}
	room, err := w.alice.CreateRoom(ctx, "birds", plausch.RoomPublic)
	w.must(err)
	change := plausch.RoomChange{Topic: new(" Robins "), Description: new("One\ntwo"), Picture: &file.ID, Writers: new(plausch.WritersAdmins)}
	seq, err := w.alice.UpdateRoom(ctx, room.ID, change)
	w.must(err)
	now, err := w.bob.GetRoom(ctx, client.RoomRef{ID: room.ID})
	w.must(err)
	if seq != 2 || now.Topic != "Robins" || now.Description != "One\ntwo" || now.Writers != plausch.WritersAdmins || now.Archived || now.Picture == "" || now.First != 1 {
		w.t.Errorf("event %d, and the room is %+v", seq, now)
	}
	if seq, err := w.alice.UpdateRoom(ctx, room.ID, plausch.RoomChange{Topic: new("Robins")}); seq != 0 || err != nil {
		w.t.Errorf("the same topic is event %d, %v", seq, err)
	}
	n, err = w.bob.DownloadRoomPicture(ctx, room.ID, client.Download{To: new(bytes.Buffer)})
	if err != nil || n == 0 {
		w.t.Errorf("bob has %d bytes of the picture: %v", n, err)
	}
	w.must(w.alice.AddMember(ctx, room.ID, "bob"))
	seq, err = w.alice.RoleMember(ctx, room.ID, "bob", plausch.RoomAdmin)
	w.must(err)
	members, err := w.bob.ListMembers(ctx, room.ID)
	w.must(err)
	if seq != 4 || len(members) != 2 || members[0].RoomRole != plausch.RoomOwner || members[1].RoomRole != plausch.RoomAdmin {
		w.t.Errorf("event %d, and the members are %+v", seq, members)
	}
	w.must(w.bob.LeaveRoom(ctx, client.RoomRef{ID: room.ID}))
	version, err := w.alice.SetAvatar(ctx, file.ID)
	w.must(err)
	got.Reset()
	n, err = w.bob.DownloadAvatar(ctx, "alice", client.Download{To: &got})
	w.must(err)
	if version == "" || n == 0 {
		w.t.Errorf("the avatar has the version %q and %d bytes", version, n)
	}
}

func (w *world) webhooks() {
	ctx := w.t.Context()
	hook, err := w.alice.CreateWebhook(ctx, client.WebhookCreate{Room: plausch.PublicRoom, Name: "builds", Signed: true})
	w.must(err)
	hooks, err := w.alice.ListWebhooks(ctx, plausch.PublicRoom)
	w.must(err)
	if len(hooks) != 1 || hooks[0] != hook.Webhook || hooks[0].Maker.Name != "alice" || !hooks[0].Signed {
		w.t.Errorf("the webhooks are %+v, want %+v", hooks, hook.Webhook)
	}
	post := client.WebhookPost{Token: hook.Token, Secret: hook.Secret, Text: "done", ID: "1"}
	for range 2 { // said once
		w.must(client.PostWebhook(ctx, w.address, w.options(), post))
	}
	events, _, err := w.alice.History(ctx, plausch.PublicRoom, client.HistoryQuery{Limit: 2})
	w.must(err)
	if last := events[len(events)-1]; last.Text != "done" || last.Actor.Name != "builds" || len(events) > 1 && events[0].Text == "done" {
		w.t.Errorf("the webhook has said %+v", events)
	}
	post.Secret = "wrong"
	w.expect(client.PostWebhook(ctx, w.address, w.options(), post), plausch.Forbidden)
	w.must(w.alice.DeleteWebhook(ctx, hook.ID))
	err = client.PostWebhook(ctx, w.address, w.options(), post)
	w.expect(err, plausch.NotFound)
	if strings.Contains(err.Error(), hook.Token) {
		w.t.Errorf("the error tells the token: %v", err)
	}
}

func (w *world) outgoingWebhooks() {
	ctx := w.t.Context()
	const url = "https://ci.example.org/in?key=1"
	hook, err := w.alice.CreateOutgoingWebhook(ctx, plausch.PublicRoom, url)
	w.must(err)
	if hook.URL != url || hook.Secret == "" || hook.Maker.Name != "alice" {
		w.t.Errorf("the outgoing webhook is %+v", hook)
	}
	hook.Secret = ""
	hooks, err := w.alice.ListOutgoingWebhooks(ctx, plausch.PublicRoom)
	w.must(err)
	if len(hooks) != 1 || hooks[0] != hook {
		w.t.Errorf("the outgoing webhooks are %+v, want %+v", hooks, hook)
	}
	w.must(w.alice.DeleteOutgoingWebhook(ctx, hook.ID))
	w.expect(w.alice.DeleteOutgoingWebhook(ctx, hook.ID), plausch.NotFound)
}

func (w *world) pushes() {
	ctx := w.t.Context()
	key, off, err := w.alice.PushKey(ctx)
	w.must(err)
	if len(key) != 87 || off == "" {
		w.t.Errorf("the key is %q, off %q: want a key, and why a server on the loopback has no Web Push", key, off)
	}
	_, err = w.alice.SubscribePush(ctx, client.PushSubscribe{Kind: plausch.PushWeb, Endpoint: "https://push.example.org/x"})
	w.expect(err, plausch.Unsupported)
	made, err := w.alice.SubscribePush(ctx, client.PushSubscribe{Kind: plausch.PushWebhook, Endpoint: "https://home.example.org/in", Text: true})
	w.must(err)
	if made.Secret == "" || made.Here || made.Kind != plausch.PushWebhook || !made.Text {
		w.t.Errorf("the subscription is %+v", made)
	}
	all, err := w.alice.ListPushSubscriptions(ctx)
	w.must(err)
	if len(all) != 1 || all[0].ID != made.ID || all[0].Endpoint != "https://home.example.org/in" || all[0].Created != made.Created {
		w.t.Errorf("the subscriptions are %+v, want %+v", all, made)
	}
	w.must(w.alice.UnsubscribePush(ctx, made.ID))
	w.expect(w.alice.UnsubscribePush(ctx, made.ID), plausch.NotFound)
}

func (w *world) passkeys() {
	ctx := w.t.Context()
	_, port, _ := net.SplitHostPort(w.address)
	host := "localhost:" + port
	o := w.options()
	o.Origin = "http://" + host
	at := func(ctx context.Context) *client.Conn {
		conn, err := client.Dial(ctx, "ws://"+host, o)
		w.must(err)
		w.t.Cleanup(func() { conn.Close() })
		return conn
	}
	bob, err := client.Open(client.Options{Address: "ws://" + host, Token: w.bobToken, Dial: o})
	w.must(err)
	defer bob.Close()
	party := virtualwebauthn.RelyingParty{Name: "Garden", ID: "localhost", Origin: o.Origin}
	keys, key := virtualwebauthn.NewAuthenticator(), authtest.NewPasskey()

	id, options, err := bob.BeginPasskey(ctx)
	w.must(err)
	made, err := virtualwebauthn.ParseAttestationOptions(fmt.Sprintf(`{"publicKey":%s}`, options))
	w.must(err)
	keys.Options.UserHandle = binary.BigEndian.AppendUint64([]byte("plausch"), uint64(w.bobID))
	w.must(bob.AddPasskey(ctx, id, "phone", virtualwebauthn.CreateAttestationResponse(party, keys, key, *made)))
	keys.AddCredential(key)

	conn := at(ctx)
	id, options, err = conn.BeginSignInPasskey(ctx)
	w.must(err)
	asked, err := virtualwebauthn.ParseAssertionOptions(fmt.Sprintf(`{"publicKey":%s}`, options))
	w.must(err)
	keys.Credentials[0].Counter++
	in, err := conn.SignInPasskey(ctx, protocol.PasskeySignIn{
		ID: id, Response: virtualwebauthn.CreateAssertionResponse(party, keys, keys.Credentials[0], *asked),
	})
	w.must(err)
	if in.Account.Name != "bob" {
		w.t.Errorf("the passkey signs in %+v", in.Account)
	}

	has, err := bob.ListPasskeys(ctx)
	w.must(err)
	if len(has) != 1 || has[0].Name != "phone" {
		w.t.Fatalf("bob's passkeys are %+v", has)
	}
	w.must(bob.DeletePasskey(ctx, has[0].ID))
	w.expect(bob.DeletePasskey(ctx, has[0].ID), plausch.NotFound)
}

func (w *world) leave() {
	ctx := w.t.Context()
	w.must(w.alice.SignOut(ctx))
	w.must(w.bob.DeleteAccount(ctx, client.AccountDelete{Password: password}))
	for name, c := range map[string]*client.Client{"alice": w.alice, "bob": w.bob} {
		if err := c.WaitOnline(ctx); err != client.ErrSignedOut {
			w.t.Errorf("%s's client has ended with %v", name, err)
		}
	}
}
