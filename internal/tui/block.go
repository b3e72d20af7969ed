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
	text      string
	edited    int64
	deleted   int64
	pinned    bool
	reactions string
	quote     string
	clock     string
	nick      string
	day       string
	divider   bool
	gap       bool
	selected  bool
	shown     bool // its spoilers
	mention   bool
	notices   int
	lastNote  int
	pictures  int // how many of its pictures are there
}

// blocks draws blocks for one width and theme, and keeps them.
type blocks struct {
	widths
	theme        *theme
	texts        *texts
	columns      int // of the pane
	gutter       int
	kept         map[int64]block
	pictures     map[string]picture // by the ids of files
	showPictures bool
}

// groupFor is how long the messages of one author stand under one name.
const groupFor = 5 * time.Minute

// maxBlocks bounds the blocks that are kept.
const maxBlocks = 2000

func newBlocks(w widths, t *theme, x *texts, columns int) *blocks {
	b := &blocks{widths: w, theme: t, texts: x, columns: columns, gutter: gutterColumns(columns), kept: make(map[int64]block), pictures: make(map[string]picture)}
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

// drawing is an item with what its block depends on besides.
type drawing struct {
	item
	previous *item // nil if there is none, or a gap between
	divider  bool
	gap      bool // messages are missing before it
	selected bool
	shown    bool
	names    func(string) bool
	notices  []notice
	now      time.Time
}

// base returns the event of an item.
func (it *item) base() *plausch.Event {
	if it.message != nil {
		return &it.message.Event
	}
	return it.event
}

// of returns the rows of an item.
func (b *blocks) of(d drawing) []row {
	key := b.key(d)
	if old, kept := b.kept[d.seq]; kept && old.of == key {
		return old.rows
	}
	if len(b.kept) >= maxBlocks {
		clear(b.kept)
	}
	rows := b.draw(d, key)
	b.kept[d.seq] = block{rows, key}
	return rows
}

func (b *blocks) key(d drawing) blockKey {
	e := d.base()
	k := blockKey{
		text: e.Text, divider: d.divider, gap: d.gap, selected: d.selected, shown: d.shown, notices: len(d.notices),
		clock: e.Time.Local().Format("15:04"), nick: e.Actor.Shown(),
	}
	if m := d.message; m != nil {
		k.mention, k.edited, k.deleted, k.pinned = m.Mention, m.Edited, m.Deleted, m.Pinned != 0
		k.reactions = reactionsText(m.Reactions)
		for _, a := range m.Attachments {
			if b.pictures[a.ID].rows != nil {
				k.pictures++
			}
		}
		if m.Quote != nil {
			k.quote = connect.QuoteText(m.Quote, plausch.MaxQuote)
		}
	}
	if n := len(d.notices); n > 0 {
		k.lastNote = d.notices[n-1].id
	}
	if d.previous == nil || day(d.previous.base().Time) != day(e.Time) {
		k.day = b.texts.day(e.Time, d.now)
	} else if grouped(d.previous.message, d.message) && !d.divider {
		k.nick = ""
		if d.previous.message.Time.Local().Format("15:04") == k.clock {
			k.clock = ""
		}
	}
	return k
}

// grouped reports whether m stands under the name above p.
func grouped(p, m *timeline.Message) bool {
	return p != nil && m != nil && p.Actor.ID == m.Actor.ID && m.Time.Sub(p.Time) < groupFor && m.Quote == nil
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
	if m := d.message; m != nil {
		rows = append(rows, b.gutters(k, m.Actor, b.body(d, k))...)
	} else {
		rows = append(rows, b.event(k, d.event)...)
	}
	for _, n := range d.notices {
		rows = append(rows, b.notice(n)...)
	}
	return rows
}

// textColumns returns how many columns texts have.
func (b *blocks) textColumns() int { return b.columns - max(b.gutter, 1) }

// body returns the rows of what a message says, with what it answers before and the
// reactions behind.
func (b *blocks) body(d drawing, k blockKey) []row {
	m := d.message
	var rows []row
	if k.quote != "" {
		quote, n := b.cut("┌ "+b.settle(k.quote), b.textColumns())
		rows = append(rows, row{b.theme.styled(styleDim, quote), n})
	}
	switch {
	case m.Deleted != 0 || m.Erased():
		return append(rows, b.plain(b.texts.get(textDeleted), styleDim)...)
	case m.Sealed():
		rows = append(rows, b.plain(b.texts.get(textSealed), styleDim)...)
	case m.Text != "":
		rows = append(rows, b.markdown(marker{names: d.names, shown: d.shown}, m.Text)...)
	}
	for _, a := range m.Attachments {
		rows = append(rows, b.plain(b.settle(connect.FileText(a)), style{fg: tokenAccent})...)
		if a.Picture() {
			rows = append(rows, b.picture(a)...)
		}
	}
	var marks []run
	if m.Edited != 0 {
		marks = append(marks, run{b.texts.get(textEdited) + " ", styleDim, ""})
	}
	if m.Pinned != 0 {
		marks = append(marks, run{b.texts.get(textPinned) + " ", style{fg: tokenAway}, ""})
	}
	for _, r := range m.Reactions {
		look := styleDim
		if r.Mine {
			look = style{fg: tokenAccent, bg: tokenSelected}
		}
		marks = append(marks, run{reactionText(b.cleanLine(r.Emoji), r.Count), look, ""}, run{" ", style{}, ""})
	}
	if len(marks) > 0 {
		rows = append(rows, b.wrap(b.theme, b.textColumns(), marks, run{})...)
	}
	return rows
}

func reactionText(emoji string, n int) string { return emoji + " " + number(n) }

// reactionsText tells reactions from others.
func reactionsText(all []plausch.Reaction) string {
	text := ""
	for _, r := range all {
		text += reactionText(r.Emoji, r.Count)
		if r.Mine {
			text += "*"
		}
		text += " "
	}
	return text
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
