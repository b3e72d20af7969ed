// Package bus carries what was committed to those who react to it: the hub, and
// later push and other nodes. It is the only way from the core to them. Events come
// exactly once and, in each room, in order: who may read a room hangs on its joins
// and leaves. A bus between nodes that can lose them heals that below this contract,
// by the store's cursor.
//
// Beside them it carries signals, which nobody keeps: that somebody is writing, or has read,
// or whatever else the sessions of an account are told.
package bus

import (
	"slices"
	"sync"

	"plausch"
)

// Bus delivers committed events and signals. Every implementation passes the suite in
// bustest.
type Bus interface {
	// Publish delivers events. Each event is published once, and those of one room in
	// seq order, within a call and from call to call. Nobody may change the slice or its
	// events afterwards.
	Publish(events []plausch.Event)
	// Signal delivers a signal to the subscribers of now. It may come late, in another
	// order or not at all.
	Signal(s Signal)
	// Subscribe calls s with all events and signals from now on, until cancel is called.
	// After cancel has returned, no call of s is running and none will follow. s must
	// not call cancel.
	Subscribe(s Subscriber) (cancel func())
}

// Subscriber takes what a bus delivers. Both functions have to be set.
type Subscriber struct {
	// Events is called with events, one call at a time.
	Events func([]plausch.Event)
	// Signal may be called by several goroutines at once.
	Signal func(Signal)
}

// Signal is something that is true now and will not be asked for later.
type Signal struct {
	Kind SignalKind
	Room plausch.RoomID     // whose members it is for, but if Account is set
	From plausch.AccountRef // who has caused it

	Account plausch.AccountID // whose sessions it is for
	Read    plausch.ReadState // of SignalMarker: what Account has read of Room; of SignalSeen
	Draft   plausch.Draft     // of SignalDraft: what Account has begun to write
	First   int64             // of SignalFirst

	Personal plausch.Personal // of SignalPersonal
	Report   *plausch.Report  // of SignalReport, not to be changed
	Blocked  bool             // of SignalBlock

	Scheduled *plausch.ScheduledMessage // of SignalScheduled, not to be changed
	Reminder  *plausch.Reminder         // of SignalReminder, not to be changed
	Gone      bool                      // of both: it is not there any more
	Seq       int64                     // of SignalScheduled: that of the message in Room, if it was sent

	Preferences    *plausch.Preferences    // of SignalPreferences: what Account has chosen
	RoomPreference *plausch.RoomPreference // of SignalRoomPreference: what it has for Room
}

// SignalKind is what a signal tells.
type SignalKind int

// The signals.
const (
	SignalTyping         SignalKind = iota + 1 // From is writing in Room
	SignalMarker                               // Account has read Room up to Read.Marker
	SignalDraft                                // Account has begun to write Draft
	SignalPersonal                             // Account has done something with a message for itself
	SignalBlock                                // Account has blocked From, or ended that
	SignalScheduled                            // Account has a message to be sent later, or has not any more, or it failed
	SignalReminder                             // Account has a reminder, or has not any more, or it is due
	SignalSeen                                 // the other one in the direct room Room has read it up to Read.Seen
	SignalReport                               // there is a report for Account to moderate, or one was closed
	SignalFirst                                // the events of Room below First are not kept any more
	SignalPreferences                          // Account has chosen Preferences
	SignalRoomPreference                       // Account has chosen RoomPreference for Room
)

// Local is the bus inside one process. It calls the subscribers from the
// publisher's goroutine, one after the other; a subscriber that is slow slows the
// commits down, which is wanted of the hub, and others bring a queue of their own.
// The zero value is ready to use.
type Local struct {
	publishing sync.Mutex   // held while subscribers hear events
	mu         sync.RWMutex // guards subs; held while subscribers hear signals
	subs       []*Subscriber
}

// Publish implements [Bus].
func (l *Local) Publish(events []plausch.Event) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	for _, sub := range l.subs { // which changes under both locks only
		sub.Events(events)
	}
}

// Signal implements [Bus].
func (l *Local) Signal(s Signal) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, sub := range l.subs {
		sub.Signal(s)
	}
}

// Subscribe implements [Bus].
func (l *Local) Subscribe(s Subscriber) (cancel func()) {
	sub := &s
	l.change(func() { l.subs = append(l.subs, sub) })
	return func() {
		l.change(func() { l.subs = slices.DeleteFunc(l.subs, func(other *Subscriber) bool { return other == sub }) })
	}
}

// change changes the subscribers while none of them is running.
func (l *Local) change(f func()) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}
