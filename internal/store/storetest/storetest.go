// Package storetest is the one suite that every store passes: each sentence of
// the contract in package store has a test here. [Run] needs a store; [RunDurable]
// one that outlives its handle.
package storetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
)

// Run tests stores that open makes, each new and empty. The suite closes them.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"Store", storeTests},
		{"Accounts", accountTests},
		{"AccountChanges", changeTests},
		{"Devices", deviceTests},
		{"Passkeys", passkeyTests},
		{"Invites", inviteTests},
		{"Settings", settingTests},
		{"Rooms", roomTests},
		{"Roles", roleTests},
		{"Append", appendTests},
		{"Conditions", conditionTests},
		{"Changes", cursorTests},
		{"ClientID", clientIDTests},
		{"Events", eventTests},
		{"Messages", messageTests},
		{"Markers", markerTests},
		{"Drafts", draftTests},
		{"Personal", personalTests},
		{"Reports", reportTests},
		{"Blocks", blockTests},
		{"Statuses", statusTests},
		{"Seen", seenTests},
		{"Schedules", scheduleTests},
		{"Reminders", reminderTests},
		{"Preferences", preferenceTests},
		{"Bans", banTests},
		{"Expire", expireTests},
		{"Attachments", attachmentTests},
		{"Uploads", uploadTests},
		{"Webhooks", webhookTests},
		{"OutgoingWebhooks", outgoingWebhookTests},
		{"Pushes", pushTests},
		{"Search", searchTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, test := range g.tests {
				t.Run(test.name, func(t *testing.T) {
					s := open(t)
					t.Cleanup(func() {
						if err := s.Close(); err != nil {
							t.Errorf("Close: %v", err)
						}
					})
					test.run(&fixture{T: t, Store: s})
				})
			}
		})
	}
	t.Run("Model", func(t *testing.T) { testModel(t, open) })
	t.Run("Actors", func(t *testing.T) { testActors(t, open) })
}

type test struct {
	name string
	run  func(f *fixture)
}

// start is the time at which the tests' stories begin: whole milliseconds, as
// stores keep them.
var start = time.Date(2026, 3, 1, 12, 0, 0, 7e6, time.UTC)

// at is a time some seconds into a story.
func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// token returns the nth token hash, never the zero one.
func token(n int) (h store.TokenHash) {
	h[0] = 1
	binary.BigEndian.PutUint64(h[1:], uint64(n))
	return h
}

// fixture is a store under test with the steps that stories are told in. They
// end the test when they fail, so they are for the test's own goroutine.
type fixture struct {
	*testing.T
	store.Store
}

func (f *fixture) ctx() context.Context { return f.T.Context() }

func (f *fixture) account(n store.NewAccount) plausch.Account {
	f.Helper()
	if n.Role == "" {
		n.Role = plausch.RoleMember
	}
	if n.At.IsZero() {
		n.At = start
	}
	a, err := f.CreateAccount(f.ctx(), n)
	f.ok(err)
	return a
}

// device adds a device to an account.
func (f *fixture) device(account plausch.AccountID, token store.TokenHash) plausch.Device {
	f.Helper()
	d, err := f.CreateDevice(f.ctx(), store.NewDevice{Account: account, Token: token, Program: "test 1", At: start})
	f.ok(err)
	return d
}

// byToken returns the account of a device.
func (f *fixture) byToken(token store.TokenHash) (plausch.Account, error) {
	a, _, err := f.AccountByToken(f.ctx(), token)
	return a, err
}

// change changes an account, which succeeds.
func (f *fixture) change(c store.AccountUpdate) plausch.Account {
	f.Helper()
	if c.At.IsZero() {
		c.At = start
	}
	a, err := f.UpdateAccount(f.ctx(), c)
	f.ok(err)
	return a
}

// member makes an account that is nothing special.
func (f *fixture) member(name string) plausch.AccountRef {
	f.Helper()
	return f.account(store.NewAccount{Name: name, Display: strings.ToUpper(name)}).Ref()
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatalf("error %q", err)
	}
}

func (f *fixture) code(want plausch.Code, err error) {
	f.Helper()
	if plausch.CodeOf(err) != want {
		f.Fatalf("error %v with code %q, want code %q", err, plausch.CodeOf(err), want)
	}
}

// append commits drafts and returns what became of them.
func (f *fixture) append(drafts ...store.Draft) []store.Appended {
	f.Helper()
	got, err := f.Append(f.ctx(), drafts)
	f.ok(err)
	if len(got) != len(drafts) {
		f.Fatalf("%d results for %d drafts", len(got), len(drafts))
	}
	return got
}

// one commits a draft that succeeds, and returns its own event.
func (f *fixture) one(d store.Draft) plausch.Event {
	f.Helper()
	r := f.append(d)[0]
	f.ok(r.Err)
	if len(r.Events) == 0 {
		f.Fatal("no event for a draft that succeeded")
	}
	return r.Events[len(r.Events)-1]
}

// room makes a room by an event of its maker joining it.
func (f *fixture) room(kind plausch.RoomKind, name string, maker plausch.AccountRef) plausch.RoomID {
	f.Helper()
	return f.one(create(kind, name, maker)).Room
}

// log reads a whole room.
func (f *fixture) log(room plausch.RoomID) []plausch.Event {
	f.Helper()
	events, more, err := f.Events(f.ctx(), room, store.HistoryQuery{Limit: 1 << 20})
	f.ok(err)
	if more {
		f.Fatal("there is more than all")
	}
	return events
}

// texts reads the texts of a whole room, and checks that its seqs are gapless.
func (f *fixture) texts(room plausch.RoomID) []string {
	f.Helper()
	texts := []string{}
	for i, e := range f.log(room) {
		if e.Seq != int64(i)+1 || e.Room != room {
			f.Fatalf("event %d of room %d is (%d, %d)", i, room, e.Room, e.Seq)
		}
		texts = append(texts, e.Text)
	}
	return texts
}

func (f *fixture) members(room plausch.RoomID) []plausch.AccountID {
	f.Helper()
	members, err := f.ListMembers(f.ctx(), room, 0, 0)
	f.ok(err)
	ids := []plausch.AccountID{}
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	return ids
}

// equal compares by how values print, which shows all that the contract's plain
// structs have, and times without their monotonic clock.
func (f *fixture) equal(what string, got, want any) {
	f.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		f.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// pair returns the direct room of two accounts, or 0.
func (f *fixture) pair(a, b plausch.AccountRef) plausch.RoomID {
	f.Helper()
	rooms, err := f.ListRooms(f.ctx(), a.ID, false, 0, 1000)
	f.ok(err)
	for _, r := range rooms {
		if r.Kind == plausch.RoomDirect && r.Peer.ID == b.ID {
			return r.ID
		}
	}
	return 0
}

// cursor returns the number of the newest commit.
func (f *fixture) cursor() int64 {
	f.Helper()
	cursor, err := f.Cursor(f.ctx())
	f.ok(err)
	return cursor
}

// changes returns all changes after a cursor, read a commit at a time.
func (f *fixture) changes(after int64) (all []store.Change) {
	f.Helper()
	for {
		some, last, err := f.Changes(f.ctx(), after, 1)
		f.ok(err)
		if last == after {
			return all
		}
		all, after = append(all, some...), last
	}
}

func message(room plausch.RoomID, actor plausch.AccountRef, text string) store.Draft {
	return store.Draft{Room: room, Time: start, Kind: plausch.EventMessage, Actor: actor, Text: text}
}

func identified(d store.Draft, clientID string) store.Draft {
	d.ClientID = clientID
	return d
}

func join(room plausch.RoomID, actor, member plausch.AccountRef) store.Draft {
	return store.Draft{Room: room, Time: start, Kind: plausch.EventJoin, Actor: actor, Member: member}
}

func leave(room plausch.RoomID, actor, member plausch.AccountRef) store.Draft {
	return store.Draft{Room: room, Time: start, Kind: plausch.EventLeave, Actor: actor, Member: member}
}

func create(kind plausch.RoomKind, name string, maker plausch.AccountRef) store.Draft {
	d := join(0, maker, maker)
	d.Create = &plausch.Room{Kind: kind, Name: name}
	return d
}

func direct(actor, other plausch.AccountRef, text string) store.Draft {
	d := message(0, actor, text)
	d.Direct = [2]plausch.AccountRef{actor, other}
	return d
}
