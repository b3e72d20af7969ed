package timeline

import (
	"slices"
	"strings"
	"time"

	"plausch"
)

// Room is a room as it is drawn.
type Room struct {
	Key  Key
	Kind plausch.RoomKind // "" until the client has told
	Name string           // of direct rooms the other's name
	Peer plausch.AccountRef
	Left bool // the account is not a member any more

	// Messages are the newest of the room, ascending by seq; joins and leaves are
	// among them.
	Messages []Message
	// Sends are what the server has not acknowledged or has refused, in order:
	// they are drawn behind the messages.
	Sends []Send

	// Unread and Mentions count messages of others behind ReadTo.
	Unread, Mentions int
	// ReadTo is the seq up to which the user has read.
	ReadTo int64
	// Marker is the seq of the message that was the first unread one when the
	// room was opened, or when the user looked away; 0 if none. It stays until
	// another room is opened, or new messages come while the user looks away
	// again.
	Marker int64
	Draft  string

	last   int64 // the newest seq that was told of
	limit  int   // of Messages
	unseen counts
	typing map[plausch.AccountRef]time.Time // until when
	known  bool                             // the client has told of it
}

// counts are the unread messages that fell out of the window.
type counts struct{ unread, mentions int }

// Message is an event of a room.
type Message struct {
	plausch.Event
	Mine    bool // the account did it
	Mention bool // it names the account, and somebody else wrote it
}

// Send is a message of the account that is not among the messages yet.
type Send struct {
	ID   string
	Text string
	Time time.Time // when it was put into the outbox
	// Err is why the server refused it; nil while it waits.
	Err error
	// Seq is set when the server has it, but the event has not come.
	Seq int64
}

// Public reports whether r belongs to the section Public of a list of rooms,
// and otherwise to Private.
func (r *Room) Public() bool { return r.Kind == plausch.RoomPublic }

// rank orders rooms by what they are.
func (r *Room) rank() int {
	switch {
	case r.Key.ID == plausch.PublicRoom:
		return 0
	case r.Kind == plausch.RoomPublic:
		return 1
	case r.Kind == plausch.RoomPrivate:
		return 2
	default:
		return 3
	}
}

// Older reports whether there are events before Messages; load them by
// client.History with Before, and apply [Older].
func (r *Room) Older() bool {
	return r.known && r.first() > 1
}

// first returns the seq with which Messages begin, or would.
func (r *Room) first() int64 {
	if len(r.Messages) > 0 {
		return r.Messages[0].Seq
	}
	return r.last + 1
}

// Before returns the seq before which older events are to be asked for.
func (r *Room) Before() int64 { return r.first() }

// add takes in the next event.
func (r *Room) add(m Message, mark bool) {
	if m.Seq <= r.last {
		return
	}
	r.last = m.Seq
	r.Messages = append(r.Messages, m)
	if m.Mine {
		r.dropSend(m.ClientID)
	}
	r.settle()
	delete(r.typing, m.Actor)
	if r.counts(m) {
		r.Unread++
		if m.Mention {
			r.Mentions++
		}
		if mark && r.Marker <= r.ReadTo {
			r.Marker = m.Seq
		}
	}
	r.trim()
}

// counts reports whether m is unread.
func (r *Room) counts(m Message) bool {
	return m.Kind == plausch.EventMessage && !m.Mine && m.Seq > r.ReadTo
}

// trim drops messages that are too many from the front.
func (r *Room) trim() {
	n := len(r.Messages) - r.limit
	if n <= 0 {
		return
	}
	for _, m := range r.Messages[:n] {
		if r.counts(m) {
			r.unseen.unread++
			if m.Mention {
				r.unseen.mentions++
			}
		}
	}
	r.Messages = r.Messages[n:]
}

// read moves ReadTo.
func (r *Room) read(to int64) {
	if to <= r.ReadTo {
		return
	}
	r.ReadTo = to
	if to >= r.first()-1 {
		r.unseen = counts{}
	}
	r.recount()
}

func (r *Room) recount() {
	r.Unread, r.Mentions = r.unseen.unread, r.unseen.mentions
	for _, m := range r.Messages {
		if r.counts(m) {
			r.Unread++
			if m.Mention {
				r.Mentions++
			}
		}
	}
}

// prepend takes in a page of older events.
func (r *Room) prepend(page []Message, window int) {
	page = slices.DeleteFunc(page, func(m Message) bool { return m.Seq >= r.first() || m.Room != r.Key.ID })
	// Only what joins on to the window has a place in it.
	next := r.first()
	from := len(page)
	for from > 0 && page[from-1].Seq == next-1 {
		from--
		next--
	}
	page = page[from:]
	if room := maxGrowth*window - len(r.Messages); len(page) > room {
		page = page[len(page)-max(room, 0):]
	}
	for _, m := range page {
		if r.counts(m) { // they were counted when they fell out, if they were there
			r.unseen.unread = max(0, r.unseen.unread-1)
			if m.Mention {
				r.unseen.mentions = max(0, r.unseen.mentions-1)
			}
		}
	}
	r.Messages = append(page, r.Messages...)
	r.limit = max(r.limit, len(r.Messages))
	r.recount()
}

// cut drops the messages behind head, which are not there any more.
func (r *Room) cut(head int64) {
	if n := slices.IndexFunc(r.Messages, func(m Message) bool { return m.Seq > head }); n >= 0 {
		r.Messages = r.Messages[:n]
	}
	if len(r.Messages) == 0 {
		r.unseen = counts{}
	}
	r.last = head
	r.ReadTo = min(r.ReadTo, head)
	if r.Marker > head {
		r.Marker = 0
	}
	r.recount()
}

func (r *Room) send(id string) *Send {
	for i := range r.Sends {
		if r.Sends[i].ID == id {
			return &r.Sends[i]
		}
	}
	return nil
}

func (r *Room) dropSend(id string) {
	r.Sends = slices.DeleteFunc(r.Sends, func(s Send) bool { return s.ID == id })
}

// settle drops the sends whose events have come, or never will.
func (r *Room) settle() {
	if !r.known {
		return
	}
	r.Sends = slices.DeleteFunc(r.Sends, func(s Send) bool { return s.Seq > 0 && s.Seq <= r.last })
}

// mentions reports whether text has @name as a word of its own, in any case.
func mentions(text, name string) bool {
	if name == "" {
		return false
	}
	text, name = strings.ToLower(text), "@"+strings.ToLower(name)
	for {
		i := strings.Index(text, name)
		if i < 0 {
			return false
		}
		before, after := text[:i], text[i+len(name):]
		if (before == "" || !inName(before[len(before)-1])) && !goesOn(after) {
			return true
		}
		text = after
	}
}

// goesOn reports whether s continues a name. A full stop or a hyphen does only
// if more of a name follows it: "Ask @anna." names anna.
func goesOn(s string) bool {
	s = strings.TrimLeft(s, ".-")
	return s != "" && inName(s[0])
}

// inName reports whether b can be in a name; bytes of other letters count too.
func inName(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' || b >= 0x80
}
