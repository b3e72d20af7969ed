package client

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"plausch"
)

// Update is something that a [Client] tells: one of [State], [RoomJoined],
// [RoomLeft], [RoomReset], [RoomTrimmed], [Event], [CaughtUp], [Presence], [Typing],
// [Marker], [Draft], [Personal], [Report], [Block], [Seen], [Scheduled], [Reminder],
// [Preferences], [RoomPreference], [NewGuest], [NotKept], [Queued], [Sent] and [Failed].
type Update interface{ update() }

// Phase is how a client stands to its server.
type Phase string

const (
	Connecting Phase = "connecting"
	Online     Phase = "online"  // signed in; events flow
	Offline    Phase = "offline" // waits until it tries again
)

// State tells of a new phase. One that was not read before the next is dropped.
type State struct {
	Phase   Phase
	Account plausch.AccountRef // while Online: who is signed in
	Role    plausch.Role       // while Online
	Err     error              // while Offline: why
	Retry   time.Time          // while Offline: when it tries again
}

// RoomJoined tells that the account is a member of a room; it comes before the
// room's first event, and again after the room was left and joined anew.
type RoomJoined struct {
	Room plausch.Room
	Role plausch.RoomRole // the account's in the room
	// Read is what the account has read of it, counted up to Read.AsOf.
	Read plausch.ReadState
	// Preference is what the account has chosen for the room.
	Preference plausch.RoomPreference
	// After is the seq behind which the events begin that are handed on.
	After int64
	// Epoch is the state of the server in which the room's seqs count.
	Epoch string
}

// RoomLeft tells that the account is not a member of a room any more.
type RoomLeft struct{ Room plausch.RoomID }

// RoomReset tells that the server went back to an older backup: the events of a
// room after Head are not there any more, and others take their seqs. The next event
// that is told is Head+1, or an earlier one if those up to Head were not told yet.
type RoomReset struct {
	Room  plausch.RoomID
	Head  int64
	Epoch string // in which the room's seqs count from now on
	// Settings and Role are those of the state that the server is in now.
	Settings plausch.RoomSettings
	Role     plausch.RoomRole
}

// RoomTrimmed tells that the events of a room below First are not kept any more, as its
// retention says: drop them, also from disk. If those before it were not told yet, the
// next event is First. Also Room.First of [RoomJoined] says so.
type RoomTrimmed struct {
	Room  plausch.RoomID
	First int64
}

// Event is the next event of its room: seqs come in order, without gaps, none
// twice. Events of kinds that are not known come too; they count.
type Event struct{ plausch.Event }

// CaughtUp tells, once after each Online, that everything has been handed on
// that was there when the connection was made. Epoch is the state of the server in
// which the seqs of all rooms count: keep them with it.
type CaughtUp struct{ Epoch string }

// Presence tells whether somebody can be expected to answer. Of several that
// were not read, only the last of each account comes.
type Presence struct {
	Account  plausch.AccountRef
	Presence plausch.Presence
	Status   plausch.Status // what the account says of itself; zero: nothing
}

// Typing tells that somebody is writing in a room; it holds for [TypingHolds].
type Typing struct {
	Room    plausch.RoomID
	Account plausch.AccountRef
}

// Marker tells what the account has read of a room, on whichever device; also, of a room
// of which RoomJoined was told, how that is after a new connection. Of several of a room
// that were not read, only the last comes.
type Marker struct {
	Room plausch.RoomID
	plausch.ReadState
}

// Draft tells what has been begun to write in a room, on whichever device. Of several of
// a room the one with the highest Edit is the newest; take none while the user is writing
// there.
type Draft struct{ plausch.Draft }

// Personal tells what the account has done with a message for itself, on whichever device.
type Personal struct{ plausch.Personal }

// Report tells of a report that the account moderates: it is new, or was closed.
type Report struct{ plausch.Report }

// Block tells that the account has blocked another, or ended that, on whichever device.
type Block struct {
	Account plausch.AccountRef // the other
	Blocked bool
}

// Seen tells up to where the other one has read a direct room. Of several of a room that
// were not read, only the last comes.
type Seen struct {
	Room plausch.RoomID
	Seq  int64
}

// Scheduled tells of a message that the server sends later: it was made or changed, or it
// failed. If it is Gone it was deleted or, if Seq is not 0, sent.
type Scheduled struct {
	plausch.ScheduledMessage
	Gone bool
	Seq  int64
}

// Reminder tells of a reminder: it was set, it is Due, or it is Gone.
type Reminder struct {
	plausch.Reminder
	Gone bool
}

// Preferences tells what the account has chosen, on whichever device. Of several that were
// not read, only the last comes.
type Preferences struct{ plausch.Preferences }

// RoomPreference tells what the account has chosen for a room, on whichever device, also
// while there was no connection; what it was at first, RoomJoined says. Of
// several of a room that were not read, only the last comes.
type RoomPreference struct {
	Room plausch.RoomID
	plausch.RoomPreference
}

// NewGuest tells that the guest that this client was is gone (away for too
// long), and that it goes on as a new one of the same name, to whom private
// rooms of the old one are closed.
type NewGuest struct{ Name string }

// NotKept tells that the token of this sign-in could not be kept for the next
// time: a guest's name cannot be had again then.
type NotKept struct{ Err error }

// Queued tells that a send was put into the outbox, now or by an earlier
// process, and will be sent.
type Queued struct {
	ID string
	Outgoing
	Time time.Time
}

// Sent tells that a send is on the server's disk, as event Seq of Room. The
// [Event] itself comes before or after.
type Sent struct {
	ID   string
	Room plausch.RoomID
	Seq  int64
	Time time.Time
}

// Failed tells that the server refused a send for good. It is not tried again.
type Failed struct {
	ID string
	Outgoing
	Err error
}

func (State) update()      {}
func (RoomJoined) update() {}
func (RoomLeft) update()   {}
func (RoomReset) update()  {}
func (Event) update()      {}
func (CaughtUp) update()   {}
func (Presence) update()   {}
func (Typing) update()     {}
func (Marker) update()     {}
func (Draft) update()      {}
func (Personal) update()   {}
func (Report) update()     {}
func (Block) update()      {}
func (Seen) update()       {}
func (Scheduled) update()  {}
func (Reminder) update()   {}
func (NewGuest) update()   {}
func (NotKept) update()    {}
func (Queued) update()     {}
func (Sent) update()       {}
func (Failed) update()     {}

func (RoomTrimmed) update()    {}
func (Preferences) update()    {}
func (RoomPreference) update() {}

const (
	// maxQueue is how many updates wait to be read before events are left on
	// the server, to be fetched when there is room again.
	maxQueue = 1024
	// maxPresences bounds the accounts whose presence waits to be read.
	maxPresences = 10_000
)

// feed holds the updates that wait to be read. It is bounded: events and rooms by
// [feed.full], sends by the outbox, the rest because only the newest is kept. The
// client's lock guards it.
type feed struct {
	queue     []Update
	presences map[plausch.AccountID]Presence
	sends     int           // how many of queue are Queued, Sent or Failed
	ready     chan struct{} // has an element while there may be something to read
	err       error         // the end, after what waits
}

func newFeed() feed {
	return feed{presences: make(map[plausch.AccountID]Presence), ready: make(chan struct{}, 1)}
}

func (f *feed) full() bool { return len(f.queue) >= maxQueue }

func (f *feed) add(u Update) {
	switch u := u.(type) {
	case State, CaughtUp:
		f.dropOlder(u)
	case Queued, Sent, Failed:
		f.sends++
	case Marker:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { m, ok := old.(Marker); return ok && m.Room == u.Room })
	case Draft:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { d, ok := old.(Draft); return ok && d.Room == u.Room })
	case Personal:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { p, ok := old.(Personal); return ok && p.Room == u.Room && p.Seq == u.Seq })
	case Block:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { b, ok := old.(Block); return ok && b.Account.ID == u.Account.ID })
	case Seen:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { s, ok := old.(Seen); return ok && s.Room == u.Room })
	case Preferences:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { _, ok := old.(Preferences); return ok })
	case RoomPreference:
		f.queue = slices.DeleteFunc(f.queue, func(old Update) bool { p, ok := old.(RoomPreference); return ok && p.Room == u.Room })
	case Typing, Report, Scheduled, Reminder: // which can be listed
		if f.full() {
			return
		}
	case Presence:
		if _, waits := f.presences[u.Account.ID]; waits || len(f.presences) < maxPresences {
			f.presences[u.Account.ID] = u
		}
		f.signal()
		return
	}
	f.queue = append(f.queue, u)
	f.signal()
}

// dropOlder drops an older update of u's type: a State, or a CaughtUp.
func (f *feed) dropOlder(u Update) {
	_, state := u.(State)
	for i, old := range f.queue {
		_, oldState := old.(State)
		_, oldCaughtUp := old.(CaughtUp)
		if state && oldState || !state && oldCaughtUp {
			f.queue = append(f.queue[:i], f.queue[i+1:]...)
			return
		}
	}
}

func (f *feed) end(err error) {
	f.err = err
	f.signal()
}

func (f *feed) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// take returns all that waits.
func (f *feed) take() []Update {
	us := f.queue
	for _, p := range f.presences {
		us = append(us, p)
	}
	f.queue, f.sends = nil, 0
	clear(f.presences)
	return us
}

// Next waits until there are updates and returns all of them, in order. After
// the last it returns why the client ended: a [*SignInError],
// [ErrClosed] or [ErrSignedOut].
// One goroutine at a time may read. It may call any method of the client
// between reads: a client whose updates are not read keeps working, and leaves
// events on the server until they are.
func (c *Client) Next(ctx context.Context) ([]Update, error) {
	for {
		c.mu.Lock()
		us, err := c.feed.take(), c.feed.err
		if len(us) > 0 {
			c.resumeStalled()
		}
		c.mu.Unlock()
		if len(us) > 0 {
			return us, nil
		}
		if err != nil {
			c.feed.signal() // for the next read
			return nil, err
		}
		select {
		case <-c.feed.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Updates returns the updates one by one, as [Client.Next] does, until the
// context is done or the client ends; Err then says why it ended. What was
// taken from the client but not looped over when the loop is left is lost.
func (c *Client) Updates(ctx context.Context) iter.Seq[Update] {
	return func(yield func(Update) bool) {
		for {
			us, err := c.Next(ctx)
			if err != nil {
				return
			}
			for _, u := range us {
				if !yield(u) {
					return
				}
			}
		}
	}
}

// Why a client has ended, besides [SignInError].
var (
	ErrClosed    = errors.New("the client is closed")
	ErrSignedOut = errors.New("signed out")
)
