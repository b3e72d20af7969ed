package tui

import (
	"strconv"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

func number(n int) string { return strconv.Itoa(n) }

// part is a part of the status line. Those of lower rank go first if there is no place.
type part struct {
	text  string
	style style
}

// statusLine returns the row between timeline and input: what was just said, or the
// connection, who is typing, and where something is new.
func (m *Model) statusLine() string {
	var parts []part
	add := func(text string, s style) {
		if text != "" {
			parts = append(parts, part{text, s})
		}
	}
	if c := m.completing; c != nil {
		return m.completionLine(c)
	}
	add(m.connectionText())
	if m.status != "" && m.now.Before(m.statusEnd) {
		add(m.status, style{attrs: bold})
	}
	for _, t := range m.transfers {
		add(t.text(), styleAccent)
	}
	if n := len(m.waiting()); n > 0 && (m.server().Connection().Phase != client.Online || m.now.Sub(m.waiting()[0].Since) > connect.OfflineDelay) {
		add(m.texts.count(textWaiting, n), style{fg: tokenAway})
	}
	if r := m.opened(); r != nil && !m.at.end && r.Unread > 0 {
		add(m.texts.count(textBelow, r.Unread), styleAccent)
	}
	add(m.typingText(), styleDim)
	add(m.activityText(), style{})
	return m.bar(parts)
}

// bar draws the parts of a status line, as many as fit.
func (m *Model) bar(parts []part) string {
	var b strings.Builder
	used := 0
	put := func(s style, text string) {
		text, n := m.cut(text, m.columns-used)
		m.theme.put(&b, s.on(tokenBar), text)
		used += n
	}
	for i, p := range parts {
		if i > 0 {
			put(styleDim, " · ")
		} else {
			put(style{}, " ")
		}
		put(p.style, p.text)
	}
	m.theme.put(&b, style{bg: tokenBar}, blanks(m.columns-used))
	return b.String()
}

// connectionText says who is signed in where, and that there is no connection.
func (m *Model) connectionText() (string, style) {
	s, server := m.session(), m.server()
	state := server.Connection()
	me := m.cleanLine(server.Account().Shown())
	switch {
	case state.Phase == client.Online:
		text := me
		if a := s.login.Address; !a.Secure() && !isLoopback(a.Host) {
			text += " (" + m.texts.get(textUnencrypted) + ")"
		}
		return text, style{fg: tokenOK}
	case s.lost.IsZero() || m.now.Sub(s.lost) < connect.OfflineDelay:
		if me == "" {
			return m.texts.get(textConnecting), styleDim
		}
		return me, styleDim
	case state.Err != nil && server.Account().ID == 0:
		return m.cleanLine(s.login.ExplainOffline(state.Err)), style{fg: tokenAway}
	case state.Retry.After(m.now):
		return m.texts.get(textOfflineIn, int((state.Retry.Sub(m.now)+time.Second-1)/time.Second)), style{fg: tokenAway}
	}
	return m.texts.get(textOffline), style{fg: tokenAway}
}

// waiting returns the messages of the session that the server has not acknowledged.
func (m *Model) waiting() []*timeline.Send {
	var waiting []*timeline.Send
	for _, s := range m.server().Sends() {
		if s.Waiting() {
			waiting = append(waiting, s)
		}
	}
	return waiting
}

func (m *Model) typingText() string {
	who, _ := m.server().Typing(m.now, m.here().room)
	name := func(i int) string { return m.cleanLine(who[i].Shown()) }
	switch len(who) {
	case 0:
		return ""
	case 1:
		return m.texts.get(textTypingOne, name(0))
	case 2:
		return m.texts.get(textTypingTwo, name(0), name(1))
	}
	return m.texts.get(textTypingMany)
}

// activityText lists the rooms in which something is unread, by their numbers.
func (m *Model) activityText() string {
	var parts []string
	for _, l := range m.list() {
		r := l.room
		if r == nil || r.Unread == 0 || m.isOpen(l) {
			continue
		}
		text := number(l.number)
		if m.layout.rooms == 0 {
			text += ":" + m.cleanLine(r.Title())
		}
		text += "(" + unreadCount(r) + ")"
		if r.Mentions > 0 || r.Kind == plausch.RoomDirect {
			text += "!"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}
