package tui

// layout says which parts of the window there are and how large. The rooms stand left,
// the people right, both down to the status line; the input is below that.
type layout struct {
	rooms, timeline, people int // columns; 0 is not shown
	body                    int // rows above the status line, the head of the timeline among them
	about                   int // rows of what the input is about: an answer, an edit
	input                   int // rows
}

const (
	roomsColumns    = 16
	peopleColumns   = 16
	leastWithPeople = 100
	leastWithRooms  = 70
	maxInputRows    = 6
	leastBody       = 3
)

// shows is what the user wants to see; unset is as the window has place.
type shows uint8

const (
	unset shows = iota
	shown
	hidden
)

// or returns whether a part is shown that otherwise is if auto is set.
func (s shows) or(auto bool) bool { return s == shown || s == unset && auto }

// toggle returns the opposite of what is seen.
func (s shows) toggle(auto bool) shows {
	if s.or(auto) {
		return hidden
	}
	return shown
}

// newLayout divides a window.
func newLayout(columns, rows, inputRows int, about bool, rooms, people shows) layout {
	l := layout{timeline: columns}
	if rooms.or(columns >= leastWithRooms) && columns > 2*roomsColumns {
		l.rooms = roomsColumns
		l.timeline -= roomsColumns + 1 // and a line
	}
	if people.or(columns >= leastWithPeople) && l.timeline > 2*peopleColumns {
		l.people = peopleColumns
		l.timeline -= peopleColumns + 1
	}
	if about && rows > leastBody+2 {
		l.about = 1
	}
	l.input = max(1, min(inputRows, maxInputRows, rows-1-l.about-leastBody))
	l.body = max(rows-1-l.about-l.input, 1)
	return l
}

// history returns how many rows the messages have.
func (l layout) history() int { return max(l.body-1, 0) }
