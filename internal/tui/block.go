package tui

import (
	"time"

	"plausch"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// block is the rows of one message, with what stands before it (a day, the divider, a
// gap) and behind it (notices).
type block struct {
	rows []row
	of   blockKey // what it was drawn from
}

// blockKey is all that a block depends on. Blocks are drawn anew when it changes.
type blockKey struct {
	text     string
	edited   int64
	deleted  int64
	version  int // of its reactions, quote and pin
	clock    string
	nick     string
	day      string
	divider  bool
	gap      bool
	selected bool
	shown    bool // its spoilers
	mention  bool
	notices  int
	lastNote int
}

// blocks draws blocks for one width and theme, and keeps them.
type blocks struct {
	widths
	theme   *theme
	texts   *texts
	columns int // of the pane
	gutter  int
	kept    map[int64]block
}

// groupFor is how long the messages of one author stand under one name.
const groupFor = 5 * time.Minute

// maxBlocks bounds the blocks that are kept.
const maxBlocks = 2000

func newBlocks(w widths, t *theme, x *texts, columns int) *blocks {
	b := &blocks{widths: w, theme: t, texts: x, columns: columns, gutter: gutterColumns(columns), kept: make(map[int64]block)}
	return b
}

const (
	clockColumns  = len("15:04 ")
	narrowGutter  = 14
	wideGutter    = 22
	leastOfText   = 10
	tooNarrow     = narrowGutter + leastOfText // there is no gutter below that
	wideTimelines = 110
)

// gutterColumns returns how many columns stand before texts in a timeline of a width.
func gutterColumns(columns int) int {
	switch {
	case columns < tooNarrow:
		return 0
	case columns < wideTimelines:
		return narrowGutter
	}
	return wideGutter
}

// drawing is a message with what its block depends on besides.
type drawing struct {
	message  *timeline.Message
	previous *timeline.Message // nil if there is none, or a gap between
	divider  bool
	gap      bool // events are missing before it
	selected bool
	shown    bool
	names    func(string) bool
	notices  []notice
	now      time.Time
}

// of returns the rows of a message.
func (b *blocks) of(d drawing) []row {
	key := b.key(d)
	if old, kept := b.kept[d.message.Seq]; kept && old.of == key {
		return old.rows
	}
	if len(b.kept) >= maxBlocks {
		clear(b.kept)
	}
	rows := b.draw(d, key)
	b.kept[d.message.Seq] = block{rows, key}
	return rows
}

func (b *blocks) key(d drawing) blockKey {
	m := d.message
	k := blockKey{
		text: m.Text, divider: d.divider, gap: d.gap, selected: d.selected, shown: d.shown, mention: m.Mention, notices: len(d.notices),
		clock: m.Time.Local().Format("15:04"), nick: m.Actor.Shown(),
	}
	if n := len(d.notices); n > 0 {
		k.lastNote = d.notices[n-1].id
	}
	if p := d.previous; p == nil || day(p.Time) != day(m.Time) {
		k.day = b.texts.day(m.Time, d.now)
	} else if grouped(p, m) && !d.divider {
		k.nick = ""
		if p.Time.Local().Format("15:04") == k.clock {
			k.clock = ""
		}
	}
	return k
}

// grouped reports whether m stands under the name above p.
func grouped(p, m *timeline.Message) bool {
	return p.Kind == plausch.EventMessage && m.Kind == plausch.EventMessage && p.Actor.ID == m.Actor.ID && m.Time.Sub(p.Time) < groupFor
}

func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

func (b *blocks) draw(d drawing, k blockKey) []row {
	var rows []row
	if k.gap {
		rows = append(rows, b.rule("···", styleDim))
	}
	if k.day != "" {
		rows = append(rows, b.rule(k.day, styleDim))
	}
	if k.divider {
		rows = append(rows, b.rule(b.texts.get(textNew), styleDanger))
	}
	m := d.message
	if m.Kind == plausch.EventMessage {
		rows = append(rows, b.gutters(k, m.Actor, b.body(d))...)
	} else {
		rows = append(rows, b.event(k, &m.Event)...)
	}
	for _, n := range d.notices {
		rows = append(rows, b.notice(n)...)
	}
	return rows
}

// textColumns returns how many columns texts have.
func (b *blocks) textColumns() int { return b.columns - max(b.gutter, 1) }

// body returns the rows of what a message says.
func (b *blocks) body(d drawing) []row {
	m := d.message
	switch {
	case m.Erased():
		return b.plain(b.texts.get(textDeleted), styleDim)
	case m.Sealed():
		return b.plain(b.texts.get(textSealed), styleDim)
	}
	var rows []row
	if m.Text != "" {
		rows = b.markdown(marker{names: d.names, shown: d.shown}, m.Text)
	}
	for _, a := range m.Attachments {
		rows = append(rows, b.plain(connect.FileText(a), style{fg: tokenAccent})...)
	}
	return rows
}

// markdown returns the rows of a text that others have written.
func (b *blocks) markdown(m marker, text string) []row {
	var rows []row
	for _, p := range m.text(b.clean(text)) {
		runs := p.runs
		if p.first.text != "" {
			runs = append([]run{p.first}, runs...)
		}
		rows = append(rows, b.wrap(b.theme, b.textColumns(), runs, p.others)...)
	}
	if len(rows) == 0 {
		rows = []row{{}}
	}
	return rows
}

// plain returns the rows of a text of ours in one style.
func (b *blocks) plain(text string, s style) []row {
	return b.wrap(b.theme, b.textColumns(), []run{{text: text, style: s}}, run{})
}

// event returns the rows of a join, a leave or another change of the room.
func (b *blocks) event(k blockKey, e *plausch.Event) []row {
	return b.gutters(blockKey{clock: k.clock}, plausch.AccountRef{}, b.plain(b.texts.event(e), styleDim))
}

// notice returns the rows of what the program itself says.
func (b *blocks) notice(n notice) []row {
	s := styleDim
	if n.failed {
		s = styleDanger
	}
	return b.gutters(blockKey{}, plausch.AccountRef{}, b.plain(n.text, s))
}

// rule returns a row with a text in its middle.
func (b *blocks) rule(text string, s style) row {
	text, n := b.cut(" "+text+" ", b.columns)
	left := (b.columns - n) / 2
	return row{b.theme.styled(s, lines(left)+text+lines(b.columns-n-left)), b.columns}
}

const manyLines = "────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────"

// lines returns a horizontal line of n columns.
func lines(n int) string {
	const size = len("─")
	out := ""
	for n*size > len(manyLines) {
		out += manyLines
		n -= len(manyLines) / size
	}
	return out + manyLines[:max(n, 0)*size]
}
