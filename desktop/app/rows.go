package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
	"plausch/markdown"
)

// groupTime is how long messages of one author stand below one name.
const groupTime = 5 * time.Minute

// rowMaker makes the rows of a room. It remembers what it has made of texts, since most
// rows are as they were.
type rowMaker struct {
	words *words
	now   func() time.Time
	made  map[int64]formatted
}

type formatted struct {
	text, me string
	plain    string
	blocks   []screen.Block
	big      bool
}

// nameOf returns how an account is called on the screen.
func nameOf(a plausch.AccountRef) string { return client.CleanLine(a.Shown()) }

// rows returns the rows of the messages of r that stand around one with the seq near, or
// of the newest if near is 0, up to where messages are not loaded, and whether there are older ones.
func (m *rowMaker) rows(s *timeline.Server, r *timeline.Room, near int64) (rows []screen.Row, older bool) {
	after, before := int64(0), int64(1<<62)
	for _, gap := range r.Gaps() {
		switch {
		case near == 0 || gap.Before <= near:
			after, older = max(after, gap.Before-1), true
		case gap.After >= near:
			before = min(before, gap.After+1)
		}
	}
	b := rowBuilder{rowMaker: m, server: s, room: r, last: lastSent(r)}
	notices := r.Notices
	for i := range r.Messages {
		msg := &r.Messages[i]
		if msg.Seq <= after || msg.Seq >= before {
			continue
		}
		for len(notices) > 0 && notices[0].Seq < msg.Seq {
			if notices[0].Seq > after {
				b.notice(&notices[0])
			}
			notices = notices[1:]
		}
		b.message(msg)
	}
	if before == 1<<62 {
		for i := range notices {
			if notices[i].Seq > after {
				b.notice(&notices[i])
			}
		}
		for _, send := range r.Sends {
			b.send(send)
		}
	}
	return b.rows, older
}

// lastSent returns the seq of the message that has the tick: the newest, if the account wrote it.
func lastSent(r *timeline.Room) int64 {
	if n := len(r.Messages); n > 0 && r.Messages[n-1].Mine && len(r.Sends) == 0 {
		return r.Messages[n-1].Seq
	}
	return 0
}

type rowBuilder struct {
	*rowMaker
	server *timeline.Server
	room   *timeline.Room
	last   int64
	rows   []screen.Row
	day    string
	author plausch.AccountID // of the row before, 0 if none
	time   time.Time         // of the row before
}

func (b *rowBuilder) add(r screen.Row) { b.rows = append(b.rows, r) }

// begin adds what stands before an event of a time: a new day, and what is new.
func (b *rowBuilder) begin(seq int64, t time.Time) {
	if day := t.Local().Format(time.DateOnly); day != b.day {
		b.day, b.author = day, 0
		b.add(screen.Row{Key: "day:" + day, Kind: "day", Text: b.words.day(t, b.now())})
	}
	if seq > 0 && seq == b.room.Divider() {
		b.author = 0
		b.add(screen.Row{Key: "new", Kind: "new", Text: b.words.say("new")})
	}
}

func (b *rowBuilder) notice(e *plausch.Event) {
	text := b.words.notice(e)
	if text == "" || b.room.Kind == plausch.RoomDirect {
		return
	}
	b.begin(0, e.Time)
	b.author = 0
	b.add(screen.Row{Key: fmt.Sprintf("e%d", e.Seq), Kind: "line", Seq: e.Seq, Text: text})
}

// follows reports whether a message stands below the name of the one before.
func (b *rowBuilder) follows(author plausch.AccountID, t time.Time) bool {
	same := author != 0 && author == b.author && t.Sub(b.time) < groupTime
	b.author, b.time = author, t
	return same
}

func (b *rowBuilder) message(m *timeline.Message) {
	b.begin(m.Seq, m.Time)
	row := screen.Row{
		Key: fmt.Sprintf("m%d", m.Seq), Kind: "message", Seq: m.Seq, Name: nameOf(m.Actor), Hue: m.Actor.ID.Hue(),
		Time: b.words.clock(m.Time), FullTime: b.words.fullTime(m.Time),
		Mine: m.Mine, Mention: m.Mention, Edited: m.Edited > 0, Pinned: m.Pinned > 0, Deleted: m.Deleted != 0,
		CanEdit: m.Mine && !m.Sealed(), CanDelete: m.Mine || b.room.Role.Runs(),
	}
	if m.Quote != nil {
		row.Quote = b.quote(m.Quote)
	}
	row.Grouped = b.follows(m.Actor.ID, m.Time) && row.Quote == nil
	if m.Seq == b.last {
		row.State = "sent"
	}
	switch {
	case row.Deleted:
		row.CanEdit, row.CanDelete = false, false
		b.quiet(&row, b.words.say("deleted"))
	case m.Sealed():
		b.quiet(&row, b.words.say("sealed"))
	default:
		f := b.format(m.Seq, m.Text)
		row.Text, row.Blocks, row.Big = f.plain, f.blocks, f.big
		row.Files = b.files(m.Attachments)
		for _, x := range m.Reactions {
			row.Reactions = append(row.Reactions, screen.Reaction{Emoji: client.CleanLine(x.Emoji), Count: x.Count, Mine: x.Mine, Who: b.who(x)})
		}
	}
	b.add(row)
}

// quiet has a row say something in the place of its text.
func (b *rowBuilder) quiet(row *screen.Row, text string) {
	row.Text = text
	row.Blocks = []screen.Block{{Kind: "text", Text: text, Spans: []screen.Span{
		{Length: units(text), Kind: "italic"}, {Length: units(text), Kind: "quiet"},
	}}}
}

func (b *rowBuilder) who(x plausch.Reaction) string {
	var names []string
	for _, a := range x.First {
		names = append(names, nameOf(a))
	}
	if more := x.Count - len(names); more > 0 && len(names) > 0 {
		names = append(names, fmt.Sprintf("+%d", more))
	}
	return strings.Join(names, ", ")
}

func (b *rowBuilder) quote(q *plausch.Quote) *screen.Quote {
	text := client.CleanLine(markdown.Plain(q.Text))
	switch {
	case q.Deleted:
		text = b.words.say("deleted")
	case q.Sealed:
		text = b.words.say("sealed")
	case text == "" && q.Files > 0:
		text = b.words.say("a_file")
	}
	return &screen.Quote{Seq: q.Seq, Name: nameOf(q.Actor), Hue: q.Actor.ID.Hue(), Text: text}
}

func (b *rowBuilder) files(all []plausch.Attachment) (files []screen.File) {
	for _, a := range all {
		files = append(files, screen.File{ID: a.ID, Name: client.CleanLine(a.Name), Info: plausch.ByteSize(a.Size), Picture: a.Picture()})
	}
	return files
}

func (b *rowBuilder) format(seq int64, text string) formatted {
	me := b.server.Account().Name
	f, ok := b.made[seq]
	if ok && f.text == text && f.me == me {
		return f
	}
	f = formatted{text: text, me: me, plain: client.Clean(markdown.Plain(text))}
	f.blocks, f.big = format(text, me)
	if text == "" {
		f.blocks = nil
	}
	if len(b.made) > 4*timeline.DefaultMessages {
		clear(b.made)
	}
	b.made[seq] = f
	return f
}

func (b *rowBuilder) send(s *timeline.Send) {
	b.begin(0, s.Time)
	me := b.server.Account()
	row := screen.Row{
		Key: "s" + s.ID, Kind: "message", Send: s.ID, Name: nameOf(me), Hue: me.ID.Hue(), Time: b.words.clock(s.Time), Mine: true,
		Grouped: b.follows(me.ID, s.Time), Text: client.Clean(markdown.Plain(s.Text)), State: "sending",
	}
	row.Blocks, row.Big = format(s.Text, me.Name)
	if s.Text == "" {
		row.Blocks = nil
		b.quiet(&row, b.words.say("a_file"))
	}
	if s.Err != nil {
		row.State, row.Error = "failed", b.words.failure(s.Err)
	}
	b.add(row)
}

// changed returns what to put where so that old rows become new ones, and whether
// anything changes.
func changed(old, rows []screen.Row) (at, remove int, put []screen.Row, any bool) {
	same := func(a, b screen.Row) bool { return equalRows(&a, &b) }
	for at < len(old) && at < len(rows) && same(old[at], rows[at]) {
		at++
	}
	end := 0
	for end < len(old)-at && end < len(rows)-at && same(old[len(old)-1-end], rows[len(rows)-1-end]) {
		end++
	}
	remove, put = len(old)-at-end, rows[at:len(rows)-end]
	return at, remove, put, remove > 0 || len(put) > 0
}

func equalRows(a, b *screen.Row) bool {
	if a.Key != b.Key || a.Text != b.Text || len(a.Blocks) != len(b.Blocks) || (a.Quote == nil) != (b.Quote == nil) || a.Quote != nil && *a.Quote != *b.Quote {
		return false
	}
	if !slices.Equal(a.Reactions, b.Reactions) || !slices.Equal(a.Files, b.Files) {
		return false
	}
	for i := range a.Blocks {
		x, y := &a.Blocks[i], &b.Blocks[i]
		if x.Text != y.Text || x.Kind != y.Kind || x.Mark != y.Mark || x.Spoiler != y.Spoiler || x.Quotes != y.Quotes || x.Indent != y.Indent || !slices.Equal(x.Spans, y.Spans) {
			return false
		}
	}
	p, q := *a, *b
	p.Blocks, p.Reactions, p.Files, p.Quote = nil, nil, nil, nil
	q.Blocks, q.Reactions, q.Files, q.Quote = nil, nil, nil, nil
	return fmt.Sprint(p) == fmt.Sprint(q)
}
