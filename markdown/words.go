package markdown

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// ipv6 is a host that is an address of IPv6. Of other hosts the first character
// has to be a visible one.
var ipv6 = regexp.MustCompile(`^\[[0-9a-fA-F:.]{2,45}\]`)

// bareLink reads an address that is a link as it stands (S6).
func (s *scanner) bareLink() bool {
	if isWord(s.before()) {
		return false
	}
	end := s.address(s.at)
	if end == none {
		return false
	}
	url := strings.TrimRight(s.text[s.at:end], ".,:;!?'*_~([")
	s.putVisible(len(url), Span{Kind: Link, URL: url, Children: []Span{{Kind: Text, Text: url}}})
	s.link = len(s.out) - 1
	return true
}

// address returns where the address ends that begins at at, or none (S6).
func (s *scanner) address(at int) (end int) {
	scheme := ""
	for _, known := range []string{"https://", "http://", "mailto:"} {
		if at+len(known) <= len(s.text) && strings.EqualFold(s.text[at:at+len(known)], known) {
			scheme = known
		}
	}
	mail := scheme == "mailto:"
	end = at + len(scheme)
	if mail {
		for end < len(s.text) && (isLetter(rune(s.text[end])) || strings.IndexByte("._%+-", s.text[end]) >= 0) {
			end++
		}
		s.steps += end - at
		if end == at+len(scheme) || end == len(s.text) || s.text[end] != '@' {
			return none
		}
		end++
	}
	first := s.runeAt(end)
	if scheme == "" || !isAddress(first) || !isVisible(first) && (mail || !ipv6.MatchString(s.text[end:])) {
		return none
	}
	round, square := 0, 0 // brackets that are open
	for end < len(s.text) {
		s.steps++
		r, size := utf8.DecodeRuneInString(s.text[end:])
		switch r {
		case '(':
			round++
		case ')':
			round--
		case '[':
			square++
		case ']':
			square--
		}
		if round < 0 || square < 0 || !isAddress(r) {
			break
		}
		end += size
	}
	return end
}

// mention reads @ and a name, or @room (S7).
func (s *scanner) mention() bool {
	if before := s.before(); isWord(before) || before == '@' || before == '/' {
		return false
	}
	if digits, ok := strings.CutPrefix(s.text[s.at+1:], "id:"); ok {
		n := number(digits)
		if n > 0 && !isWord(s.runeAt(s.at+len("@id:")+n)) {
			s.putVisible(len("@id:")+n, Span{Kind: Mention, Text: "@id:" + digits[:n]})
			return true
		}
	}
	name := s.text[s.at+1 : s.name(s.at+1)]
	for name != "" && (strings.HasSuffix(name, ".") || strings.HasSuffix(name, "-") || strings.HasSuffix(name, "_") && s.open[underscore] != none) {
		name = name[:len(name)-1]
	}
	after := s.runeAt(s.at + 1 + len(name))
	if !isName(name) || strings.Trim(name, "0123456789") == "" || isWord(after) || after == '@' {
		return false
	}
	kind := Mention
	if strings.EqualFold(name, "room") {
		kind = MentionRoom
	}
	s.putVisible(1+len(name), Span{Kind: kind, Text: "@" + name})
	return true
}

// messageLink reads /r/ROOM/SEQ (S8).
func (s *scanner) messageLink() bool {
	const prefix = "/r/"
	if before := s.before(); isWord(before) || before == '/' || before == '.' || !strings.HasPrefix(s.text[s.at:], prefix) {
		return false
	}
	end := s.at + len(prefix)
	if digits, ok := strings.CutPrefix(s.text[end:], "id:"); ok {
		n := number(digits)
		if n == 0 {
			return false
		}
		end += len("id:") + n
	} else {
		name := s.name(end)
		if !isName(s.text[end:name]) {
			return false
		}
		end = name
	}
	if end == len(s.text) || s.text[end] != '/' {
		return false
	}
	n := number(s.text[end+1:])
	end += 1 + n
	if after := s.runeAt(end); n == 0 || isWord(after) || after == '/' {
		return false
	}
	text := s.text[s.at:end]
	s.putVisible(len(text), Span{Kind: MessageLink, Text: text, URL: strings.ToLower(text)})
	return true
}

// name returns where the characters of names end that stand at at.
func (s *scanner) name(at int) (end int) {
	for end = at; end < len(s.text) && (isLetter(rune(s.text[end])) || strings.IndexByte("._-", s.text[end]) >= 0); end++ {
		s.steps++
	}
	return end
}

// isName reports whether characters of names are a name: 2 to 32, the first a
// letter or digit (S7).
func isName(name string) bool {
	return len(name) >= 2 && len(name) <= 32 && isLetter(rune(name[0]))
}

// number returns the length of the number of 1 to 18 digits that text begins
// with, the first not 0, or 0.
func number(text string) (n int) {
	for n < len(text) && n < 18 && text[n] >= '0' && text[n] <= '9' && text[0] != '0' {
		n++
	}
	return n
}

// before returns the character before the next one; a space if there is none.
func (s *scanner) before() rune {
	if s.at == 0 {
		return ' '
	}
	r, _ := utf8.DecodeLastRuneInString(s.text[:s.at])
	return r
}

// runeAt returns the character at at; a space if there is none.
func (s *scanner) runeAt(at int) rune {
	if at >= len(s.text) {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(s.text[at:])
	return r
}

// The classes of characters are fixed ranges, not those of Unicode's tables, so
// that parsers of all ages and languages make the same tree (C1 to C5).

// isLetter reports whether a character is a letter or digit of ASCII (C1).
func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// isWord reports whether a character is part of a word: a letter or digit of a
// script that has spaces between words and in which names_like_this are written (C2).
func isWord(r rune) bool {
	return isLetter(r) || r >= 0xC0 && r <= 0x52F && r != '×' && r != '÷' || r >= 0x1E00 && r <= 0x1FFF
}

// isSpace reports whether a character is white space (C3).
func isSpace(r rune) bool {
	return r == '\t' || r == '\n' || r == ' ' || r == 0xA0 || r >= 0x2000 && r <= 0x200B || r == 0x3000
}

// isVisible reports whether a character is more than punctuation of ASCII (C4).
func isVisible(r rune) bool { return isLetter(r) || r >= utf8.RuneSelf }

// isAddress reports whether a character can be in an address: not white space,
// not what addresses encode, not what turns the direction of writing, and none of
// the punctuation that is outside of ASCII (C5).
func isAddress(r rune) bool {
	if r < 0xA1 {
		return r > ' ' && r < 0x7F && !strings.ContainsRune("\"<>\\^`{|}", r)
	}
	return !(r >= 0x2000 && r <= 0x206F || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF65 || r == 0xFEFF)
}
