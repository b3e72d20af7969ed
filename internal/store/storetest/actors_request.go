package storetest

import (
	"context"
	"fmt"
	"slices"

	"plausch"
	"plausch/internal/store"
)

// request is something that was judged and waits to be written.
type request struct {
	what string
	// allowed says whether the rules allow it now; it did when it was judged.
	allowed func() bool
	// facts are what it was judged by: if they are as they were, it succeeds.
	facts      func() string
	was        string
	wasAllowed bool
	// rash ones are written though they were not allowed.
	rash bool
	// draft is appended, or write called, and applied says what follows from it.
	draft   *store.Draft
	write   func(ctx context.Context) error
	applied func(events []plausch.Event)
}

func (m *actors) send(by *actor, room *actorsRoom) *request {
	return &request{
		what:    fmt.Sprintf("a message of %s in room %d", by.ref.Name, room.id),
		allowed: func() bool { return room.takes(by) },
		facts:   func() string { return fmt.Sprint(by.active(), room.has(by), room.takes(by)) },
		draft: &store.Draft{
			Room: room.id, Kind: plausch.EventMessage, Actor: by.ref, Text: "hi", Time: start, If: store.Conditions{Active: true, Member: true, Write: true},
		},
		applied: func([]plausch.Event) {
			room.seq++
			if room.said = append(room.said, said{room.seq, by}); len(room.said) > 4 {
				room.said = room.said[1:]
			}
		},
	}
}

// edit is by anybody who may write, of a message that may be another's.
func (m *actors) edit(by *actor, room *actorsRoom) *request {
	if len(room.said) == 0 {
		return nil
	}
	message := any1(m, room.said)
	return &request{
		what:    fmt.Sprintf("%s edits %d in room %d", by.ref.Name, message.seq, room.id),
		rash:    true, // who wrote it never changes
		allowed: func() bool { return room.takes(by) && by == message.by },
		facts:   func() string { return fmt.Sprint(by.active(), room.has(by), room.takes(by)) },
		draft: &store.Draft{
			Room: room.id, Kind: plausch.EventEdit, Actor: by.ref, Target: message.seq, Text: "ho", Time: start,
			If: store.Conditions{Active: true, Member: true, Write: true, Author: true},
		},
		applied: func([]plausch.Event) { room.seq++ },
	}
}

// giveRole is by an owner, or by who runs the room to those who do not.
func (m *actors) giveRole(by, member *actor, room *actorsRoom) *request {
	if room.members == nil {
		return nil
	}
	role := any1(m, []plausch.RoomRole{plausch.RoomOwner, plausch.RoomAdmin, plausch.RoomMember, plausch.RoomMember, plausch.RoomReader})
	judged := store.Conditions{Active: true, Member: true, Own: role.Runs(), Outrank: !role.Runs()}
	return &request{
		what: fmt.Sprintf("%s makes %s a %s of room %d", by.ref.Name, member.ref.Name, role, room.id),
		rash: m.pick(2) == 0, // few change so often that what was allowed is not
		allowed: func() bool {
			may := room.outranks(by, member)
			if role.Runs() {
				may = room.ownedBy(by)
			}
			return may && room.has(by) && room.has(member) && room.role(member) != role && (role == plausch.RoomOwner || !room.lastOwner(member))
		},
		facts: func() string {
			return fmt.Sprint(by.active(), room.ownedBy(by), room.managedBy(by), room.role(by), room.role(member), room.lastOwner(member))
		},
		draft: &store.Draft{
			Room: room.id, Kind: plausch.EventRole, Actor: by.ref, Member: member.ref, Time: start, If: judged, Details: &plausch.Details{Role: role},
		},
		applied: func([]plausch.Event) {
			room.seq++
			room.members[member] = place{role, room.members[member].since}
		},
	}
}

// update is by those who run the room: who writes there, and whether anybody does.
func (m *actors) update(by *actor, room *actorsRoom) *request {
	writers, archived := any1(m, []plausch.Writers{plausch.WritersMembers, plausch.WritersAdmins}), m.pick(4) == 0
	change := plausch.RoomChange{Writers: &writers, Archived: &archived}
	return &request{
		what:    fmt.Sprintf("%s has %s write in room %d, archived %t", by.ref.Name, writers, room.id, archived),
		allowed: func() bool { return room.managedBy(by) && (room.writers != writers || room.archived != archived) },
		facts:   func() string { return fmt.Sprint(room.managedBy(by), room.writers, room.archived) },
		draft: &store.Draft{
			Room: room.id, Kind: plausch.EventRoom, Actor: by.ref, Time: start, Details: &plausch.Details{Room: &change},
			If: store.Conditions{Active: true, Member: true, Manage: true},
		},
		applied: func([]plausch.Event) {
			room.seq++
			room.writers, room.archived = writers, archived
		},
	}
}

// join is by joining a public room, or adding somebody to a room that it is in.
func (m *actors) join(by, member *actor, room *actorsRoom) *request {
	if room.members == nil {
		return nil
	}
	judged := store.Conditions{Active: true, Member: by != member, Write: by != member}
	return &request{
		what: fmt.Sprintf("%s brings %s to room %d", by.ref.Name, member.ref.Name, room.id),
		allowed: func() bool {
			return by.active() && member.held() && !room.has(member) && (by == member && room.kind == plausch.RoomPublic || by != member && room.takes(by))
		},
		facts: func() string {
			return fmt.Sprint(by.active(), member.held(), room.has(member), by != member && room.has(by), by != member && room.takes(by))
		},
		draft:   &store.Draft{Room: room.id, Kind: plausch.EventJoin, Actor: by.ref, Member: member.ref, Time: start, If: judged},
		applied: func([]plausch.Event) { room.join(member) },
	}
}

// leave is by leaving, or removing somebody as the room's maker or an admin.
func (m *actors) leave(by, member *actor, room *actorsRoom) *request {
	if room.members == nil {
		return nil
	}
	judged := store.Conditions{Active: true}
	if by != member {
		judged.Member, judged.Manage, judged.Outrank = true, true, true
	}
	return &request{
		what: fmt.Sprintf("%s takes %s out of room %d", by.ref.Name, member.ref.Name, room.id),
		allowed: func() bool {
			return by.active() && room.has(member) && (by == member || room.has(by) && room.outranks(by, member))
		},
		facts: func() string {
			return fmt.Sprint(by.active(), room.has(member), by != member && room.outranks(by, member), by != member && room.has(by))
		},
		draft:   &store.Draft{Room: room.id, Kind: plausch.EventLeave, Actor: by.ref, Member: member.ref, Time: start, If: judged},
		applied: func([]plausch.Event) { room.drop(member) },
	}
}

func (m *actors) create(by *actor) *request {
	kind := any1(m, []plausch.RoomKind{plausch.RoomPublic, plausch.RoomPrivate})
	return &request{
		what:    fmt.Sprintf("a %s room of %s", kind, by.ref.Name),
		allowed: by.active,
		facts:   func() string { return fmt.Sprint(by.active()) },
		draft: &store.Draft{
			Create: &plausch.Room{Kind: kind, Name: fmt.Sprint("room", m.next())}, Kind: plausch.EventJoin,
			Actor: by.ref, Member: by.ref, Time: start, If: store.Conditions{Active: true},
		},
		applied: func(events []plausch.Event) {
			made := &actorsRoom{id: events[0].Room, kind: kind, members: map[*actor]place{}, writers: plausch.WritersMembers}
			made.join(by)
			m.rooms = append(m.rooms, made)
			if len(m.rooms) > 5 { // few, so that people meet; the first one is public
				m.quiet, m.rooms = append(m.quiet, m.rooms[1]), slices.Delete(m.rooms, 1, 2)
			}
		},
	}
}

// change is an owner or admin who gives a role or shuts out, lets in or deletes.
func (m *actors) change(by, other *actor) *request {
	c := store.AccountUpdate{Account: other.ref.ID, At: start}
	switch m.pick(16) {
	case 0:
		c.State = plausch.AccountDeleted
	case 1, 2:
		c.State = plausch.AccountDeactivated
	case 3, 4, 5, 6:
		c.State = plausch.AccountActive
	default:
		c.Role = any1(m, []plausch.Role{plausch.RoleAdmin, plausch.RoleMember})
	}
	if by == other || other == m.accounts[0] { // the first owner stays, so that there is one
		return nil
	}
	c.If = []store.Judged{{Account: by.ref.ID, Role: by.role}, {Account: other.ref.ID, Role: other.role, Inactive: true}}
	return &request{
		what: fmt.Sprintf("%s makes %s %s%s", by.ref.Name, other.ref.Name, c.State, c.Role),
		allowed: func() bool {
			owner := by.role == plausch.RoleOwner
			return by.active() && other.held() && (owner || c.Role == "" && by.admin() && !other.admin())
		},
		facts: func() string { return fmt.Sprint(by.active(), by.role, other.role, other.held()) },
		write: func(ctx context.Context) error { _, err := m.store.UpdateAccount(ctx, c); return err },
		applied: func([]plausch.Event) {
			if c.Role != "" {
				other.role = c.Role
				return
			}
			other.state = c.State
			if other.held() {
				return
			}
			other.hash = ""
			for _, room := range slices.Concat(m.rooms, m.quiet) {
				if _, is := room.members[other]; is {
					room.drop(other)
				}
			}
			m.gone = append(m.gone, other)
			m.accounts = slices.DeleteFunc(m.accounts, func(a *actor) bool { return a == other })
			if err := m.addAccount(context.Background(), other.role); err != nil {
				panic(err)
			}
		},
	}
}

// password is by giving itself a new password, by the one that it has.
func (m *actors) password(by *actor) *request {
	was, hash := by.hash, fmt.Sprint("$", m.next())
	return &request{
		what:    fmt.Sprintf("a new password of %s", by.ref.Name),
		allowed: func() bool { return by.active() && by.hash == was },
		facts:   func() string { return fmt.Sprint(by.active(), by.hash) },
		write: func(ctx context.Context) error {
			_, err := m.store.UpdateAccount(ctx, store.AccountUpdate{
				Account: by.ref.ID, At: start, PasswordHash: hash, If: []store.Judged{{Account: by.ref.ID, PasswordHash: was}},
			})
			return err
		},
		applied: func([]plausch.Event) { by.hash = hash },
	}
}

func (m *actors) signIn(by *actor) *request {
	was, token := by.hash, token(m.next())
	return &request{
		what:    fmt.Sprintf("a sign-in of %s", by.ref.Name),
		allowed: func() bool { return by.active() && by.hash == was },
		facts:   func() string { return fmt.Sprint(by.active(), by.hash) },
		write: func(ctx context.Context) error {
			_, err := m.store.CreateDevice(ctx, store.NewDevice{
				Account: by.ref.ID, Token: token, At: start, If: []store.Judged{{Account: by.ref.ID, PasswordHash: was}},
			})
			return err
		},
		applied: func([]plausch.Event) {},
	}
}

// hook makes or deletes a webhook of a room that by is in and manages.
func (m *actors) hook(by *actor, room *actorsRoom) *request {
	judged := store.Judged{Account: by.ref.ID, Member: room.id}
	if by.admin() {
		judged.Role = by.role
	}
	allowed := func() bool { return room.managedBy(by) }
	facts := func() string { return fmt.Sprint(by.active(), by.role, room.has(by)) }
	if len(m.hooks) > 0 && m.pick(2) == 0 {
		old := any1(m, m.hooks)
		if old.room != room {
			return nil
		}
		return &request{
			what: fmt.Sprintf("%s deletes webhook %d", by.ref.Name, old.id), allowed: func() bool { return allowed() && old.alive },
			facts: func() string { return fmt.Sprint(facts(), old.alive) },
			write: func(ctx context.Context) error { return m.store.DeleteWebhook(ctx, old.id, start, by.ref.ID, judged) },
			applied: func([]plausch.Event) {
				old.alive = false
				m.hooks = slices.DeleteFunc(m.hooks, func(h *actorsHook) bool { return h == old })
			},
		}
	}
	made := &actorsHook{room: room, maker: by, alive: true}
	n := store.NewWebhook{Room: room.id, Name: fmt.Sprint("hook", m.next()), Maker: by.ref.ID, Token: token(m.next()), At: start, If: []store.Judged{judged}}
	return &request{
		what: fmt.Sprintf("%s makes a webhook of room %d", by.ref.Name, room.id), allowed: allowed, facts: facts,
		write: func(ctx context.Context) error {
			w, err := m.store.CreateWebhook(ctx, n)
			made.id, made.bot = w.ID, w.Account
			return err
		},
		applied: func([]plausch.Event) {
			if m.hooks = append(m.hooks, made); len(m.hooks) > 4 {
				m.hooks = m.hooks[1:]
			}
		},
	}
}

func (m *actors) post() *request {
	if len(m.hooks) == 0 {
		return nil
	}
	hook := any1(m, m.hooks)
	return &request{
		what:    fmt.Sprintf("a post of webhook %d", hook.id),
		allowed: func() bool { return hook.works() && !hook.room.archived },
		facts:   func() string { return fmt.Sprint(hook.works(), hook.room.archived) },
		draft: &store.Draft{
			Room: hook.room.id, Kind: plausch.EventMessage, Actor: hook.bot, Text: "alert", Time: start,
			If: store.Conditions{Active: true, Write: true, Webhook: hook.id},
		},
		applied: func([]plausch.Event) { hook.room.seq++ },
	}
}
