package protocol

import (
	"sync"

	"plausch"
)

// Prepared is what many connections are sent: events of one room, or one other
// push. Its frames are made at most once for each format, when the first
// connection of that format asks, and every connection is given the same bytes.
// It is safe for concurrent use and must not be changed.
type Prepared struct {
	events []plausch.Event
	push   Frame
	format [formats]struct {
		once  sync.Once
		bytes []byte
	}
}

// PrepareEvents prepares a push of each event, in order: at least one. It keeps
// the slice.
func PrepareEvents(events []plausch.Event) *Prepared { return &Prepared{events: events} }

// PreparePush prepares the one push that f has.
func PreparePush(f Frame) *Prepared { return &Prepared{push: f} }

// Events returns the events, nil for other pushes. Do not change them.
func (p *Prepared) Events() []plausch.Event { return p.events }

// Push returns the push, empty if p is of events.
func (p *Prepared) Push() *Frame { return &p.push }

// Frames returns the frames in a format, one behind the other. Do not change them.
func (p *Prepared) Frames(f Format) []byte {
	e := &p.format[f.index()]
	e.once.Do(func() { e.bytes = p.encode(f) })
	return e.bytes
}

func (p *Prepared) encode(f Format) []byte {
	if p.events == nil {
		return f.AppendFrame(nil, func(b []byte) []byte { return f.Codec.AppendPush(b, &p.push) })
	}
	w := wires.Get().(*wire)
	size := 0
	for i := range p.events {
		w.event = NewEvent(&p.events[i])
		size += pushRoom + w.event.Msgsize()
	}
	dst := make([]byte, 0, size)
	for i := range p.events {
		w.event = NewEvent(&p.events[i])
		start := len(dst)
		dst = f.end(f.Codec.AppendPush(f.begin(dst), &w.frame), start)
	}
	w.event = Event{} // its texts must not stay alive here
	wires.Put(w)
	return dst
}

// pushRoom is what an event push takes beside its event, and about what its
// numbers take more as text.
const pushRoom = 48

// wire is an event push. It is reused, so that all that is allocated for events
// is their bytes.
type wire struct {
	event Event
	frame Frame
}

var wires = sync.Pool{New: func() any {
	w := new(wire)
	w.frame.Event = &w.event
	return w
}}
