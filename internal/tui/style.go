package tui

import (
	"image/color"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"plausch"
)

// token names a colour by what it is for.
type token uint8

const (
	tokenNone   token = iota // the terminal's own
	tokenDim                 // what is less important
	tokenAccent              // what can be acted on, and the open room
	tokenDanger
	tokenOK
	tokenAway
	tokenMention  // the background of what is for the user
	tokenBar      // the background of the status line
	tokenSelected // the background of what is selected
	tokenCode     // the background of code
	tokenName     // the first of plausch.NameHues
)

const tokens = int(tokenName) + plausch.NameHues

// attribute is a set of what a text can be besides coloured.
type attribute uint8

const (
	bold attribute = 1 << iota
	italic
	underlined
	struck
	reversed
	faint
)

// style is how a text looks. The zero style is that of the terminal.
type style struct {
	fg, bg token
	attrs  attribute
}

// with returns s with further attributes.
func (s style) with(a attribute) style { s.attrs |= a; return s }

// on returns s on a background.
func (s style) on(bg token) style { s.bg = bg; return s }

var (
	styleDim    = style{fg: tokenDim}
	styleAccent = style{fg: tokenAccent}
	styleDanger = style{fg: tokenDanger}
	styleHead   = style{attrs: bold}
)

// nameStyle returns the style of an account's name, which depends on its id alone.
func nameStyle(id plausch.AccountID) style {
	return style{fg: tokenName + token(id.Hue()), attrs: bold}
}

// theme has the colours of tokens, and remembers the sequences of styles.
type theme struct {
	colours   [tokens]color.Color // nil for the terminal's own
	sequences map[style]string
}

// newTheme returns a theme of colours by the names of tokens.
func newTheme(colours map[token]string, names [plausch.NameHues]string) *theme {
	t := &theme{sequences: make(map[style]string)}
	for token, value := range colours {
		t.colours[token] = lipgloss.Color(value)
	}
	for i, value := range names {
		t.colours[int(tokenName)+i] = lipgloss.Color(value)
	}
	return t
}

// The built-in themes. The renderer brings the colours down to what a terminal has.
var (
	darkColours = map[token]string{
		tokenDim: "#A7B0BE", tokenAccent: "#82B1FF", tokenDanger: "#FF8F85", tokenOK: "#62D492", tokenAway: "#F0B84C",
		tokenMention: "#32280E", tokenBar: "#232A33", tokenSelected: "#17263D", tokenCode: "#181C22",
	}
	darkNames = [plausch.NameHues]string{
		"#FF8A80", "#F2A65A", "#DDB945", "#B7C94B", "#7FD67F", "#5AD8AE", "#4DD3D3", "#5CC3F2", "#8FB0FF", "#B49DFF", "#D991F0", "#F58CC0",
	}
	lightColours = map[token]string{
		tokenDim: "#4B5361", tokenAccent: "#1B5FC9", tokenDanger: "#B3261E", tokenOK: "#1A7447", tokenAway: "#8A5A00",
		tokenMention: "#FFF3D1", tokenBar: "#E9ECF1", tokenSelected: "#E7F0FE", tokenCode: "#F5F6F8",
	}
	lightNames = [plausch.NameHues]string{
		"#A3262A", "#964000", "#7A5300", "#556400", "#1C701C", "#00704F", "#006D6D", "#005F93", "#2A4FC4", "#5B3BC0", "#8524A8", "#A01B72",
	}
)

func darkTheme() *theme  { return newTheme(darkColours, darkNames) }
func lightTheme() *theme { return newTheme(lightColours, lightNames) }

// sequence returns the escape sequence that begins a style, empty for the zero style.
func (t *theme) sequence(s style) string {
	if s == (style{}) {
		return ""
	}
	seq, known := t.sequences[s]
	if !known {
		seq = t.makeSequence(s)
		t.sequences[s] = seq
	}
	return seq
}

func (t *theme) makeSequence(s style) string {
	var codes []string
	for i, code := range []string{"1", "3", "4", "9", "7", "2"} { // in the order of the attributes
		if s.attrs&(1<<i) != 0 {
			codes = append(codes, code)
		}
	}
	if c := t.colours[s.fg]; c != nil {
		codes = append(codes, "38;2;"+rgb(c))
	}
	if c := t.colours[s.bg]; c != nil {
		codes = append(codes, "48;2;"+rgb(c))
	}
	if len(codes) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

func rgb(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return strconv.Itoa(int(r>>8)) + ";" + strconv.Itoa(int(g>>8)) + ";" + strconv.Itoa(int(b>>8))
}

// put writes a text in a style. The text has no escape sequences.
func (t *theme) put(b *strings.Builder, s style, text string) {
	if text == "" {
		return
	}
	seq := t.sequence(s)
	if seq == "" {
		b.WriteString(text)
		return
	}
	b.WriteString(seq)
	b.WriteString(text)
	b.WriteString("\x1b[m")
}

// styled is put to a string.
func (t *theme) styled(s style, text string) string {
	var b strings.Builder
	t.put(&b, s, text)
	return b.String()
}
