package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/store"
)

// Append implements [store.Log].
func (s *Store) Append(ctx context.Context, drafts []store.Draft) ([]store.Appended, error) {
	for i := range drafts {
		if err := check(&drafts[i]); err != nil {
			return nil, fmt.Errorf("append: draft %d: %w", i, err)
		}
	}
	if len(drafts) == 0 {
		return nil, nil
	}
	results := make([]store.Appended, len(drafts))
	err := s.write(ctx, "append", func(ctx context.Context) error {
		b := &s.batch
		b.begin(ctx, &s.w, &s.noted, len(drafts))
		for i := range drafts {
			var err error
			if results[i], err = b.draft(&drafts[i]); err != nil {
				return err
			}
			if r := &results[i]; len(r.Events) > 0 && !r.Repeated {
				r.Cursor = s.committed + 1
			}
		}
		b.events = nil // it is the results' from here on
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// check reports a draft that no caller should make.
func check(d *store.Draft) error {
	places := 0
	if d.Room != 0 {
		places++
	}
	if d.Create != nil {
		places++
		if d.Create.Kind != plausch.RoomPublic && d.Create.Kind != plausch.RoomPrivate {
			return fmt.Errorf("it would create a room of kind %q", d.Create.Kind)
		}
	}
	if d.Direct != [2]plausch.AccountRef{} {
		places++
		if d.Direct[0].ID == d.Direct[1].ID {
			return errors.New("its direct room is of one account")
		}
	}
	ofMember := d.Kind == plausch.EventJoin || d.Kind == plausch.EventLeave || d.Kind == plausch.EventRole
	switch {
	case places != 1:
		return fmt.Errorf("it names %d rooms", places)
	case ofMember != (d.Member.ID != 0):
		return fmt.Errorf("the %s has the member %d", d.Kind, d.Member.ID)
	case d.Kind != plausch.EventMessage && len(d.Attachments) > 0:
		return fmt.Errorf("the %s has attachments", d.Kind)
	case d.Kind.Targeted() != (d.Target != 0) && d.Kind != plausch.EventMessage:
		return fmt.Errorf("the %s has the target %d", d.Kind, d.Target)
	case d.Target != 0 && d.Room == 0:
		return fmt.Errorf("the %s has a target in a room that may be new", d.Kind)
	case d.Kind == plausch.EventRole && (d.Details == nil || d.Details.Role == ""):
		return errors.New("the role event has no role")
	case d.Kind == plausch.EventRoom && (d.Details == nil || d.Details.Room == nil):
		return errors.New("the room event has no change")
	}
	_, err := eventKinds.of(d.Kind)
	return err
}

// batch is one Append inside its transaction. It is kept for its memory, and for
// the heads.
type batch struct {
	ctx   context.Context
	w     *writes
	noted *noted
	// What follows is remembered from one batch to the next, until a rollback or
	// another process makes it doubtful.

	// heads are the newest seqs of rooms: asking again was a ninth of a batch to 64
	// rooms.
	heads map[plausch.RoomID]int64
	// members has the code of each member's role, 0 for who is none; accounts says
	// who is active, rooms who writes there.
	members  map[membership]int64
	accounts map[plausch.AccountID]accountNow
	rooms    map[plausch.RoomID]roomNow
	// events is what has been added, in one piece; results point into it.
	events []plausch.Event
}

const maxRemembered = 1 << 14 // of each kind, in about half a MiB

func (b *batch) begin(ctx context.Context, w *writes, n *noted, drafts int) {
	b.ctx, b.w, b.noted = ctx, w, n
	b.events = make([]plausch.Event, 0, drafts)
	if b.heads == nil {
		b.heads = make(map[plausch.RoomID]int64)
		b.members = make(map[membership]int64)
		b.accounts = make(map[plausch.AccountID]accountNow)
		b.rooms = make(map[plausch.RoomID]roomNow)
	}
	if len(b.heads) > maxRemembered {
		clear(b.heads)
	}
	if len(b.members) > maxRemembered {
		clear(b.members)
	}
	if len(b.accounts) > maxRemembered {
		clear(b.accounts)
	}
	if len(b.rooms) > maxRemembered {
		clear(b.rooms)
	}
}

func (b *batch) forget() {
	clear(b.heads)
	clear(b.members)
	clear(b.accounts)
	clear(b.rooms)
}

// draft adds a draft, and removes the scheduled message that it sends, if it is one.
func (b *batch) draft(d *store.Draft) (store.Appended, error) {
	if d.Scheduled.ID == 0 {
		return b.addDraft(d)
	}
	var is bool
	if err := b.w.scheduledNow.QueryRowContext(b.ctx, d.Scheduled.ID, d.Scheduled.Edit).Scan(&is); err != nil {
		return store.Appended{}, err
	} else if !is {
		return store.Appended{Err: &store.Unmet{Scheduled: true}}, nil
	}
	added, err := b.addDraft(d)
	if err == nil && added.Err == nil {
		_, err = b.w.deleteScheduled.ExecContext(b.ctx, d.Scheduled.ID)
	}
	return added, err
}

func (b *batch) addDraft(d *store.Draft) (store.Appended, error) {
	first := len(b.events)
	if unmet, err := b.unmet(d); err != nil {
		return store.Appended{}, err
	} else if unmet != nil { // which the repeat of a send that was in time may be, too
		return b.repeat(d, unmet)
	}
	if unchanged, err := b.unchanged(d); err != nil {
		return store.Appended{}, err
	} else if unchanged {
		again, err := b.repeat(d, nil)
		again.Unchanged = !again.Repeated
		return again, err
	}
	failure, err := b.checkTarget(d)
	if failure == nil && err == nil {
		failure, err = b.checkOwner(d)
	}
	if failure == nil && err == nil {
		failure, err = b.checkBan(d)
	}
	if err != nil {
		return store.Appended{}, err
	}
	if failure != nil { // which the repeat of an edit may be, too: the message was deleted since
		return b.repeat(d, failure)
	}
	attachments, failure, err := b.pending(d)
	if err != nil {
		return store.Appended{}, err
	}
	if failure != nil { // which the repeat of a send has too: it has sent them
		return b.repeat(d, failure)
	}
	var room plausch.RoomID
	switch {
	case d.Create != nil:
		room, failure, err = b.create(d)
	case d.Room != 0:
		room, failure, err = b.existing(d)
	default:
		if room, err = b.direct(d); errors.Is(err, store.ErrUnmet) {
			return b.repeat(d, err)
		}
	}
	if err != nil {
		return store.Appended{}, err
	}
	if room == 0 { // the draft is a repeat or fails
		return b.repeat(d, failure)
	}
	// Whether the client id is new shows only here, by the unique index: asking
	// first would cost every send a look that nearly none needs.
	added, err := b.addOwn(room, d)
	if err != nil {
		return store.Appended{}, err
	}
	if !added {
		return b.repeat(d, errors.New("the event that its client id was used for has gone"))
	}
	if err := b.attach(attachments); err != nil {
		return store.Appended{}, err
	}
	return store.Appended{Events: b.events[first:len(b.events):len(b.events)]}, nil
}

// existing, create and direct return the room that a draft goes to, or 0 if it
// is a repeat or, with the failure given, cannot be added.

func (b *batch) existing(d *store.Draft) (room plausch.RoomID, failure, err error) {
	switch _, err := b.head(d.Room); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, plausch.Errorf(plausch.NotFound, "there is no such room"), nil
	case err != nil:
		return 0, nil, err
	}
	return d.Room, nil, nil
}

func (b *batch) create(d *store.Draft) (room plausch.RoomID, failure, err error) {
	taken := plausch.Errorf(plausch.Taken, "the name %q is taken", d.Create.Name)
	// A repeat must not be told that the name, its own, is taken; nor may the
	// repeat of a message make a room.
	if used, err := b.used(d); used || err != nil {
		return 0, taken, err
	}
	kind, err := roomKinds.of(d.Create.Kind)
	if err != nil {
		return 0, nil, err
	}
	room, err = b.insertRoom(d, kind, d.Create.Name, nil, nil)
	return room, taken, err
}

func (b *batch) direct(d *store.Draft) (room plausch.RoomID, err error) {
	low, high := d.Direct[0].ID, d.Direct[1].ID
	if low > high {
		low, high = high, low
	}
	err = b.w.pairRoom.QueryRowContext(b.ctx, low, high).Scan(&room)
	if !errors.Is(err, sql.ErrNoRows) {
		return room, err
	}
	if used, err := b.used(d); used || err != nil {
		return 0, err
	}
	for _, member := range d.Direct {
		if now, err := b.account(member.ID); err != nil {
			return 0, err
		} else if d.If.Active && !now.held {
			return 0, &store.Unmet{Active: true}
		}
	}
	if room, err = b.insertRoom(d, codeDirect, nil, low, high); err != nil {
		return 0, err
	}
	for _, member := range d.Direct {
		if _, err := b.add(room, newEvent{kind: plausch.EventJoin, actor: d.Actor, member: member, time: d.Time}); err != nil {
			return 0, err
		}
	}
	return room, nil
}

// insertRoom makes a room and returns its id, or 0 if the name is held.
func (b *batch) insertRoom(d *store.Draft, kind int64, name, low, high any) (plausch.RoomID, error) {
	r, err := b.w.insertRoom.ExecContext(b.ctx, kind, name, low, high, d.Time.UnixMilli())
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	if id > maxRoom {
		return 0, errors.New("there are too many rooms")
	}
	b.heads[plausch.RoomID(id)] = 0
	return plausch.RoomID(id), nil
}

// head returns the newest seq of a room, or sql.ErrNoRows.
func (b *batch) head(room plausch.RoomID) (int64, error) {
	if head, ok := b.heads[room]; ok {
		return head, nil
	}
	var head int64
	if err := b.w.head.QueryRowContext(b.ctx, room).Scan(&head); err != nil {
		return 0, err
	}
	b.heads[room] = head
	return head, nil
}

// newEvent is an event to add to a room.
type newEvent struct {
	kind          plausch.EventKind
	bits          int64 // of its kind
	actor, member plausch.AccountRef
	time          time.Time
	text          string
	clientID      string
	role          int64 // of a join, the code of the role if it is not that of a member
}

// addOwn adds the event that a draft is of, with all that it does.
func (b *batch) addOwn(room plausch.RoomID, d *store.Draft) (bool, error) {
	n := newEvent{kind: d.Kind, actor: d.Actor, member: d.Member, time: d.Time, text: d.Text, clientID: d.ClientID}
	if len(d.Attachments) > 0 {
		n.bits |= attachedBit
	}
	if d.Target != 0 || d.Details != nil {
		n.bits |= detailedBit
	}
	if d.Kind == plausch.EventLeave && d.ClientID != "" {
		// A repeat makes nobody the owner: that event would come before this one.
		if _, err := b.firstUse(d); !errors.Is(err, sql.ErrNoRows) {
			return false, err
		}
	}
	if n.kind == plausch.EventLeave {
		// Its repeat must not make anybody the owner.
		if used, err := b.used(d); used || err != nil {
			return false, err
		}
	}
	if err := b.keepOwned(room, &n); err != nil {
		return false, err
	}
	if added, err := b.add(room, n); !added || err != nil {
		return added, err
	}
	if n.bits&detailedBit == 0 {
		return true, nil
	}
	e := &b.events[len(b.events)-1]
	e.Target, e.Details = d.Target, d.Details
	if err := b.addDetails(e); err != nil {
		return false, err
	}
	return true, b.apply(e)
}

// add adds an event to a room that exists. It reports false if the actor has used
// the client id before.
func (b *batch) add(room plausch.RoomID, n newEvent) (bool, error) {
	code, err := eventKinds.of(n.kind)
	if err != nil {
		return false, err
	}
	at := n.time.UnixMilli()
	var memberID, client any // null unless there is one
	if n.member.ID != 0 {
		memberID = int64(n.member.ID)
	}
	if n.clientID != "" {
		client = n.clientID
	}
	args := []any{nil, at, code | n.bits, int64(n.actor.ID), memberID, client, n.text}
	seq, added, err := b.insert(room, args)
	if extendedCode(err) == lib.SQLITE_CONSTRAINT_PRIMARYKEY {
		return false, errOthersWrote // and the seq after the head that was remembered is there
	}
	if !added || err != nil {
		return false, err
	}
	b.noted.event(room, seq)
	b.events = append(b.events, plausch.Event{
		Room: room, Seq: seq, Time: toTime(at), Kind: n.kind,
		Actor: n.actor, Member: n.member, Text: n.text, ClientID: n.clientID,
	})
	return true, b.member(room, seq, n)
}

// insert adds a row as the newest of its room; its id is left for insert to set.
func (b *batch) insert(room plausch.RoomID, args []any) (seq int64, added bool, err error) {
	head, err := b.head(room)
	if err != nil {
		return 0, false, err
	}
	if head == maxSeq {
		return 0, false, fmt.Errorf("room %d is full", room)
	}
	args[0] = eventID(room, head+1)
	r, err := b.w.insertEvent.ExecContext(b.ctx, args...)
	if err != nil {
		return 0, false, err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return 0, false, err
	}
	b.heads[room] = head + 1
	return head + 1, true, nil
}

// member does what a join or leave does to the memberships.
func (b *batch) member(room plausch.RoomID, seq int64, n newEvent) (err error) {
	switch {
	case room == plausch.PublicRoom: // has none
	case n.kind == plausch.EventJoin:
		role := n.role
		if role == 0 {
			role = codeRoomMember
		}
		_, err = b.w.insertMember.ExecContext(b.ctx, n.member.ID, room, role, b.heads[room], seq)
		b.members[membership{room, n.member.ID}] = role
	case n.kind == plausch.EventLeave:
		if _, err = b.w.deleteMember.ExecContext(b.ctx, n.member.ID, room); err == nil {
			_, err = b.w.deleteDraft.ExecContext(b.ctx, n.member.ID, room)
		}
		if err == nil {
			_, err = b.w.deleteRoomPreference.ExecContext(b.ctx, n.member.ID, room)
		}
		b.members[membership{room, n.member.ID}] = 0
	}
	return err
}

// used reports whether the draft's actor has used its client id before. Only
// drafts that do something else before ask; the others find out by inserting.
func (b *batch) used(d *store.Draft) (bool, error) {
	if d.ClientID == "" {
		return false, nil
	}
	switch _, err := b.firstUse(d); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}

func (b *batch) firstUse(d *store.Draft) (plausch.Event, error) {
	e, bits, err := scanEvent(b.w.repeat.QueryRowContext(b.ctx, d.ClientID, d.Actor.ID))
	if err != nil {
		return e, err
	}
	one := []plausch.Event{e}
	err = complete(b.ctx, b.w.attachments, b.w.details, one, bits)
	return one[0], err
}

// repeat returns the event that the draft's client id was first used for, or
// the failure given if it was not used.
func (b *batch) repeat(d *store.Draft, failure error) (store.Appended, error) {
	e, err := plausch.Event{}, sql.ErrNoRows
	if d.ClientID != "" {
		e, err = b.firstUse(d)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.Appended{Err: failure}, nil
	case err != nil:
		return store.Appended{}, err
	}
	return store.Appended{Events: []plausch.Event{e}, Repeated: true}, nil
}
