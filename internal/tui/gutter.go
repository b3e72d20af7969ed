package tui

import (
	"strings"

	"plausch"
)

// gutters puts the time and the author before the first row of a message, and blanks
// before the others, so that no text can look like somebody else's message.
func (b *blocks) gutters(k blockKey, author plausch.AccountRef, body []row) []row {
	if b.gutter == 0 {
		return b.withoutGutter(k, author, body)
	}
	rows := make([]row, len(body))
	for i, r := range body {
		var s strings.Builder
		b.putGutter(&s, k, author, i == 0)
		s.WriteString(r.text)
		rows[i] = row{s.String(), b.gutter + r.columns}
	}
	return rows
}

func (b *blocks) putGutter(s *strings.Builder, k blockKey, author plausch.AccountRef, first bool) {
	bar := style{}
	sign := " "
	switch {
	case k.selected:
		sign, bar = "▌", styleAccent
	case k.mention:
		sign, bar = "▌", style{fg: tokenAway}
	}
	if !first {
		s.WriteString(blanks(b.gutter - 1))
		b.theme.put(s, bar, sign)
		return
	}
	b.theme.put(s, styleDim, b.fit(k.clock, clockColumns))
	nick := b.gutter - clockColumns - 1
	if k.nick == "" {
		s.WriteString(blanks(nick))
	} else {
		name, n := b.cut(b.cleanLine(author.Shown()), nick)
		s.WriteString(blanks(nick - n))
		b.theme.put(s, nameStyle(author.ID), name)
	}
	b.theme.put(s, bar, sign)
}

// withoutGutter puts the author in a row of its own, where there is no place beside.
// Texts are indented by a column, so that none can look like such a row.
func (b *blocks) withoutGutter(k blockKey, author plausch.AccountRef, body []row) []row {
	var rows []row
	if k.nick != "" {
		name, n := b.cut(b.cleanLine(author.Shown()), max(1, b.columns-clockColumns))
		head := b.theme.styled(styleDim, b.fit(k.clock, clockColumns)) + b.theme.styled(nameStyle(author.ID), name)
		rows = append(rows, row{head, clockColumns + n})
	}
	for _, r := range body {
		rows = append(rows, row{" " + r.text, 1 + r.columns})
	}
	return rows
}
