package timeline

import (
	"strings"

	"plausch"
)

// Message is an event of a room that is drawn; joins and leaves are among them.
type Message struct {
	plausch.Event
	Mine    bool // the account did it
	Mention bool // its text has @NAME of the account, and somebody else wrote it
}

func (s *Server) message(e plausch.Event) Message {
	mine := s.isMine(&e)
	return Message{Event: e, Mine: mine, Mention: !mine && e.Kind == plausch.EventMessage && mentions(e.Text, s.account.Name)}
}

// isMine reports whether the account did e.
func (s *Server) isMine(e *plausch.Event) bool {
	return s.account.ID != 0 && e.Actor.ID == s.account.ID
}

// isJoin reports whether the account got into a room by e.
func (s *Server) isJoin(e *plausch.Event) bool {
	return s.account.ID != 0 && e.Kind == plausch.EventJoin && e.Member.ID == s.account.ID
}

// counts reports whether m is unread as long as it is behind the read marker.
func (m *Message) counts() bool {
	return m.Kind == plausch.EventMessage && !m.Mine && !m.Erased()
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
