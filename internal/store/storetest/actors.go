package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plausch"
	"plausch/internal/store"
)

// This is a model of several people who act at once, each as the core does: a
// request is judged by what is so now, then waits, and is written later, while others
// write. However it comes, no write that succeeds may contradict what was so right
// before it; and what was judged by facts that still hold succeeds.

// actors is what should be in the store, as simply as it can be said.
type actors struct {
	store    store.Store
	pick     func(n int) int // from 0 to n-1
	accounts []*actor        // who may act; deleted ones are in gone
	rooms    []*actorsRoom   // where something happens; others are in quiet
	hooks    []*actorsHook
	gone     []*actor
	quiet    []*actorsRoom
	waiting  []*request
	n        int // of what was made, for names and tokens
}

type actor struct {
	ref   plausch.AccountRef
	role  plausch.Role
	state plausch.AccountState
	hash  string
}

func (a *actor) active() bool { return a.state == plausch.AccountActive }
func (a *actor) held() bool   { return a.state != plausch.AccountDeleted }
func (a *actor) admin() bool  { return a.role == plausch.RoleOwner || a.role == plausch.RoleAdmin }

type actorsRoom struct {
	id       plausch.RoomID
	kind     plausch.RoomKind
	members  map[*actor]place // nil: everybody
	seq      int64
	writers  plausch.Writers
	archived bool
	said     []said
}

// place is what somebody is in a room, and since which seq.
type place struct {
	role  plausch.RoomRole
	since int64
}

// said is a message.
type said struct {
	seq int64
	by  *actor
}

func (r *actorsRoom) has(a *actor) bool { return r.role(a) != "" }

// role returns a's role, empty if it is not in the room.
func (r *actorsRoom) role(a *actor) plausch.RoomRole {
	if r.members == nil {
		return plausch.RoomMember
	}
	return r.members[a].role
}

// join adds an event by which a is in the room.
func (r *actorsRoom) join(a *actor) {
	r.seq++
	role := plausch.RoomMember
	if len(r.members) == 0 {
		role = plausch.RoomOwner
	}
	r.members[a] = place{role, r.seq}
}

// drop adds the event by which a membership ends, and before it, if it was the last
// owner's, that by which another becomes one.
func (r *actorsRoom) drop(a *actor) {
	if r.lastOwner(a) && len(r.members) > 1 {
		r.seq++
		next := r.successor(a)
		r.members[next] = place{plausch.RoomOwner, r.members[next].since}
	}
	r.seq++
	delete(r.members, a)
}

func (r *actorsRoom) lastOwner(a *actor) bool {
	owners := 0
	for _, p := range r.members {
		if p.role == plausch.RoomOwner {
			owners++
		}
	}
	return r.members[a].role == plausch.RoomOwner && owners == 1
}

func (r *actorsRoom) successor(leaves *actor) *actor {
	rank := func(a *actor) []int64 {
		passive := int64(1)
		if a.active() {
			passive = 0
		}
		order := []plausch.RoomRole{plausch.RoomOwner, plausch.RoomAdmin, plausch.RoomMember, plausch.RoomReader}
		return []int64{passive, int64(slices.Index(order, r.members[a].role)), r.members[a].since}
	}
	others := slices.DeleteFunc(slices.Collect(maps.Keys(r.members)), func(a *actor) bool { return a == leaves })
	return slices.MinFunc(others, func(a, b *actor) int { return slices.Compare(rank(a), rank(b)) })
}

// managedBy reports whether a, who is in it, runs it by its role or is an admin.
func (r *actorsRoom) managedBy(a *actor) bool {
	return a.active() && r.has(a) && (a.admin() || r.role(a).Runs())
}

// ownedBy reports whether a, who is in it, is an owner of it or an admin of the server.
func (r *actorsRoom) ownedBy(a *actor) bool {
	return a.active() && r.has(a) && (a.admin() || r.role(a) == plausch.RoomOwner)
}

// outranks reports whether by may decide on a member.
func (r *actorsRoom) outranks(by, member *actor) bool {
	return by.active() && (r.ownedBy(by) || r.managedBy(by) && (by == member || !r.role(member).Runs()))
}

// takes reports whether a, who is in it, may write.
func (r *actorsRoom) takes(a *actor) bool {
	return a.active() && r.has(a) && !r.archived && r.role(a) != plausch.RoomReader && (r.writers == plausch.WritersMembers || r.managedBy(a))
}

type actorsHook struct {
	id    int64
	room  *actorsRoom
	maker *actor
	bot   plausch.AccountRef
	alive bool
}

// works reports whether it is neither deleted nor paused.
func (h *actorsHook) works() bool { return h.alive && h.room.managedBy(h.maker) }

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

func newActors(ctx context.Context, st store.Store, pick func(int) int, made int) (*actors, error) {
	m := &actors{store: st, pick: pick, n: made}
	public, err := st.Room(ctx, plausch.PublicRoom)
	if err != nil {
		return nil, err
	}
	m.rooms = []*actorsRoom{{id: public.ID, kind: public.Kind, seq: public.Head, writers: public.Writers, archived: public.Archived}}
	for _, role := range []plausch.Role{plausch.RoleOwner, plausch.RoleOwner, plausch.RoleAdmin, plausch.RoleMember, plausch.RoleMember, plausch.RoleMember} {
		if err := m.addAccount(ctx, role); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *actors) next() int { m.n++; return m.n }

func (m *actors) addAccount(ctx context.Context, role plausch.Role) error {
	name, hash := fmt.Sprint("account", m.next()), fmt.Sprint("$", m.next())
	a, err := m.store.CreateAccount(ctx, store.NewAccount{Name: name, Role: role, PasswordHash: hash, At: start})
	m.accounts = append(m.accounts, &actor{ref: a.Ref(), role: role, state: plausch.AccountActive, hash: hash})
	return err
}

func any1[T any](m *actors, all []T) T { return all[m.pick(len(all))] }

// judge draws a request, and keeps it if the rules allow it now.
func (m *actors) judge() {
	by, other, room := any1(m, m.accounts), any1(m, m.accounts), any1(m, m.rooms)
	var r *request
	switch m.pick(22) {
	case 16, 17, 18:
		r = m.giveRole(m.memberOf(room), m.memberOf(room), room)
	case 19, 20:
		r = m.update(m.memberOf(room), room)
	case 21:
		r = m.edit(m.memberOf(room), room)
	case 0, 1:
		r = m.send(by, room)
	case 2, 12, 13:
		r = m.join(by, by, room)
	case 14, 15:
		r = m.change(m.accounts[0], by)
	case 3:
		r = m.join(by, other, room)
	case 4:
		r = m.leave(m.memberOf(room), m.memberOf(room), room)
	case 5:
		r = m.leave(by, by, room)
	case 6:
		r = m.create(by)
	case 7:
		r = m.change(by, other)
	case 8:
		r = m.password(by)
	case 9:
		r = m.signIn(by)
	case 10:
		r = m.hook(by, room)
	case 11:
		r = m.post()
	}
	if r != nil && (r.allowed() || r.rash) {
		r.was, r.wasAllowed = r.facts(), r.allowed()
		m.waiting = append(m.waiting, r)
	}
}

// memberOf draws a member of a room, or anybody if it has none.
func (m *actors) memberOf(room *actorsRoom) *actor {
	var all []*actor
	for _, a := range m.accounts {
		if room.has(a) {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		all = m.accounts
	}
	return any1(m, all)
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

// commit writes some of the requests that wait: several drafts in one batch, or one
// other write.
func (m *actors) commit(ctx context.Context) error {
	if len(m.waiting) == 0 {
		return nil
	}
	var batch []*request
	for range 1 + m.pick(4) {
		if len(m.waiting) == 0 {
			break
		}
		i := m.pick(len(m.waiting))
		r := m.waiting[i]
		if r.write != nil && len(batch) > 0 {
			break
		}
		m.waiting = slices.Delete(m.waiting, i, i+1)
		batch = append(batch, r)
		if r.write != nil {
			break
		}
	}
	if r := batch[0]; r.write != nil {
		return m.written(r, store.Appended{Err: r.write(ctx), Unchanged: false})
	}
	drafts := make([]store.Draft, len(batch))
	for i, r := range batch {
		drafts[i] = *r.draft
	}
	got, err := m.store.Append(ctx, drafts)
	if err != nil {
		return err
	}
	for i, r := range batch {
		if err := m.written(r, got[i]); err != nil {
			return err
		}
	}
	return nil
}

// written holds what became of a request against the rules.
func (m *actors) written(r *request, got store.Appended) error {
	done := got.Err == nil && !got.Unchanged
	switch {
	case got.Err != nil && !errors.Is(got.Err, store.ErrUnmet):
		if code := plausch.CodeOf(got.Err); code != plausch.NotFound && code != plausch.Forbidden {
			return fmt.Errorf("%s: %w", r.what, got.Err)
		}
	case done && !r.allowed():
		return fmt.Errorf("%s was written, though it is not allowed any more: %s, was %s", r.what, r.facts(), r.was)
	}
	if !done && r.wasAllowed && r.facts() == r.was {
		return fmt.Errorf("%s was not written, though nothing has changed: %v", r.what, got.Err)
	}
	if done {
		r.applied(got.Events)
	}
	return nil
}

// run makes steps, and then compares all that is kept.
func (m *actors) run(ctx context.Context, steps int) error {
	for range steps {
		act := m.judge
		if m.pick(3) == 0 || len(m.waiting) > 40 {
			if err := m.commit(ctx); err != nil {
				return err
			}
			continue
		}
		act()
	}
	for len(m.waiting) > 0 {
		if err := m.commit(ctx); err != nil {
			return err
		}
	}
	return m.compare(ctx)
}

func (m *actors) compare(ctx context.Context) error {
	for _, r := range slices.Concat(m.rooms, m.quiet) {
		room, err := m.store.Room(ctx, r.id)
		if err != nil || room.Head != r.seq {
			return fmt.Errorf("room %d has %d events, want %d (%v)", r.id, room.Head, r.seq, err)
		}
		members, err := m.store.ListMembers(ctx, r.id, 0, 0)
		if err != nil || len(members) != len(r.members) {
			return fmt.Errorf("room %d has %d members, want %d (%v)", r.id, len(members), len(r.members), err)
		}
		for a, p := range r.members {
			if !slices.ContainsFunc(members, func(m plausch.Member) bool { return m.ID == a.ref.ID && m.RoomRole == p.role }) {
				return fmt.Errorf("in room %d %s is not %s", r.id, a.ref.Name, p.role)
			}
		}
	}
	for _, a := range slices.Concat(m.accounts, m.gone) {
		is, err := m.store.Account(ctx, a.ref.ID)
		if err != nil || is.State != a.state || is.Role != a.role {
			return fmt.Errorf("%s is %s and %s, want %s and %s (%v)", a.ref.Name, is.State, is.Role, a.state, a.role, err)
		}
	}
	return nil
}

// testActors holds the model for random acts, and then for ten thousand in one go.
func testActors(t *testing.T, open func(t *testing.T) store.Store) {
	made := 0 // so that no two have the same names
	run := func(t testing.TB, st store.Store, pick func(int) int, steps int) error {
		m, err := newActors(t.Context(), st, pick, made)
		made += 100_000
		if err != nil {
			t.Fatal(err)
		}
		return m.run(t.Context(), steps)
	}
	t.Run("random", func(t *testing.T) {
		s := open(t) // one for all: each has people and rooms of its own, and a new one costs more
		defer s.Close()
		rapid.Check(t, func(rt *rapid.T) {
			pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") }
			if err := run(t, s, pick, 30); err != nil {
				rt.Fatal(err)
			}
		})
	})
	t.Run("long", func(t *testing.T) {
		s := open(t)
		defer s.Close()
		if err := run(t, s, rand.New(rand.NewPCG(1, 2)).IntN, 10_000); err != nil {
			t.Fatal(err)
		}
	})
	// The model itself is tested: a store that does not ask for one of the conditions
	// is found out.
	for name, weaken := range weakenings {
		t.Run("without "+name, func(t *testing.T) {
			for more := range uint64(5) { // the seed that is named finds it soon
				s := open(t)
				defer s.Close()
				if run(t, weak{s, weaken}, rand.New(rand.NewPCG(weaken.seed+more, 2)).IntN, 10_000) != nil {
					return
				}
			}
			t.Fatal("nothing is noticed")
		})
	}
}

// weakening takes conditions from writes.
type weakening struct {
	seed   uint64
	draft  func(*store.Conditions)
	judged func(*store.Judged)
}

var weakenings = map[string]weakening{
	"that the actor is active":      {seed: 9, draft: func(c *store.Conditions) { c.Active = false }},
	"that the actor runs the room":  {seed: 9, draft: func(c *store.Conditions) { c.Manage = false }},
	"that the actor owns the room":  {seed: 1, draft: func(c *store.Conditions) { c.Own = false }},
	"that the actor outranks":       {seed: 1, draft: func(c *store.Conditions) { c.Outrank = false }},
	"that the actor may write":      {seed: 1, draft: func(c *store.Conditions) { c.Write = false }},
	"that the actor is the author":  {seed: 1, draft: func(c *store.Conditions) { c.Author = false }},
	"the actor's membership":        {seed: 11, draft: func(c *store.Conditions) { c.Member = false }},
	"the webhook":                   {seed: 34, draft: func(c *store.Conditions) { c.Webhook = 0 }},
	"that who is judged is active":  {seed: 12, judged: func(j *store.Judged) { j.Inactive = true }},
	"the role of who is judged":     {seed: 18, judged: func(j *store.Judged) { j.Role = "" }},
	"the password of who is judged": {seed: 21, judged: func(j *store.Judged) { j.PasswordHash = "" }},
	"the room of who is judged":     {seed: 25, judged: func(j *store.Judged) { j.Member = 0 }},
}

// weak is a store that does not ask for all conditions.
type weak struct {
	store.Store
	weakening
}

func (w weak) Append(ctx context.Context, drafts []store.Draft) ([]store.Appended, error) {
	drafts = slices.Clone(drafts)
	for i := range drafts {
		if w.draft != nil {
			w.draft(&drafts[i].If)
		}
	}
	return w.Store.Append(ctx, drafts)
}

func (w weak) weaker(all []store.Judged) []store.Judged {
	all = slices.Clone(all)
	for i := range all {
		if w.judged != nil {
			w.judged(&all[i])
		}
	}
	return all
}

func (w weak) UpdateAccount(ctx context.Context, c store.AccountUpdate) (plausch.Account, error) {
	c.If = w.weaker(c.If)
	return w.Store.UpdateAccount(ctx, c)
}

func (w weak) CreateDevice(ctx context.Context, n store.NewDevice) (plausch.Device, error) {
	n.If = w.weaker(n.If)
	return w.Store.CreateDevice(ctx, n)
}

func (w weak) CreateWebhook(ctx context.Context, n store.NewWebhook) (plausch.Webhook, error) {
	n.If = w.weaker(n.If)
	return w.Store.CreateWebhook(ctx, n)
}

func (w weak) DeleteWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...store.Judged) error {
	return w.Store.DeleteWebhook(ctx, id, at, by, w.weaker(judged)...)
}
