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

// PrepareEvents prepares a push of each event, in order. It keeps the slice.
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
	size := 0
	for i := range p.events {
		size += len(p.events[i].Text) + 160
	}
	dst := make([]byte, 0, size)
	for i := range p.events {
		e := NewEvent(&p.events[i])
		dst = f.AppendFrame(dst, func(b []byte) []byte { return f.Codec.AppendPush(b, &Frame{Event: &e}) })
	}
	return dst
}
