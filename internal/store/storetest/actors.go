package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

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
