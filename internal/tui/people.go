package tui

import (
	"cmp"
	"slices"
	"strings"

	"plausch"
)

// peoplePane returns the rows of who is in the open room: who is there first.
func (m *Model) peoplePane(height int) []string {
	columns := m.layout.people
	rows := make([]string, 0, height)
	r := m.opened()
	if r == nil {
		return padRows(rows, height, columns)
	}
	members := slices.Clone(r.Members)
	rank := map[plausch.Presence]int{plausch.Online: 0, plausch.Away: 1, plausch.Offline: 2}
	server := m.server()
	slices.SortStableFunc(members, func(a, b plausch.Member) int {
		return cmp.Compare(rank[server.Presence(a.ID)], rank[server.Presence(b.ID)])
	})
	rows = append(rows, m.theme.styled(styleDim, m.fit(m.texts.get(textPeople)+" "+number(len(members)), columns)))
	for i, member := range members {
		if len(rows) == height-1 && i < len(members)-1 {
			rows = append(rows, m.theme.styled(styleDim, m.fit("… "+number(len(members)-i), columns)))
			break
		}
		if len(rows) == height {
			break
		}
		rows = append(rows, m.memberRow(member, server.Presence(member.ID)))
	}
	return padRows(rows, height, columns)
}

func (m *Model) memberRow(member plausch.Member, p plausch.Presence) string {
	var b strings.Builder
	sign, look := "○", styleDim
	switch p {
	case plausch.Online:
		sign, look = "●", style{fg: tokenOK}
	case plausch.Away:
		sign, look = "◐", style{fg: tokenAway}
	}
	m.theme.put(&b, look, sign)
	name := nameStyle(member.ID)
	if p == plausch.Offline {
		name = styleDim
	}
	role := ""
	if member.RoomRole.Runs() {
		role = "*"
	}
	m.theme.put(&b, name, m.fit(role+m.cleanLine(member.Shown()), m.layout.people-m.of(sign)))
	return b.String()
}

func padRows(rows []string, height, columns int) []string {
	for len(rows) < height {
		rows = append(rows, blanks(columns))
	}
	return rows
}
