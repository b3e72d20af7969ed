package protocol

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// A node is a value that is not bound by any codec's rules: keys may stand twice,
// there is nil, nesting has no end. It can be written in both codecs.
type node struct {
	kind  nodeKind
	bool  bool
	neg   bool // of integers: the sign of uint
	uint  uint64
	float float64
	text  string
	nodes []node // elements, or keys and values in turn
}

type nodeKind uint8

const (
	nilNode nodeKind = iota
	boolNode
	intNode
	floatNode
	textNode
	listNode
	mapNode
)

// choose picks one of n ways to write something.
type choose func(n int) int

func first(int) int { return 0 }

// appendMsgpack writes n; any form that is as long as or longer than needed may
// be chosen.
func (n *node) appendMsgpack(b []byte, pick choose) []byte {
	switch n.kind {
	case nilNode:
		return append(b, 0xc0)
	case boolNode:
		if n.bool {
			return append(b, 0xc3)
		}
		return append(b, 0xc2)
	case intNode:
		return n.appendInt(b, pick)
	case floatNode:
		if f := float32(n.float); float64(f) == n.float && pick(2) == 1 {
			return binary.BigEndian.AppendUint32(append(b, 0xca), math.Float32bits(f))
		}
		return binary.BigEndian.AppendUint64(append(b, 0xcb), math.Float64bits(n.float))
	case textNode:
		b = appendLength(b, len(n.text), pick, 0xa0, 31, 0xd9, 0xda, 0xdb)
		return append(b, n.text...)
	case listNode:
		b = appendLength(b, len(n.nodes), pick, 0x90, 15, 0, 0xdc, 0xdd)
	case mapNode:
		b = appendLength(b, len(n.nodes)/2, pick, 0x80, 15, 0, 0xde, 0xdf)
	}
	for i := range n.nodes {
		b = n.nodes[i].appendMsgpack(b, pick)
	}
	return b
}

func (n *node) appendInt(b []byte, pick choose) []byte {
	var forms [][]byte
	u := n.uint
	for i, size := range []int{1, 2, 4, 8} {
		var be [8]byte
		if binary.BigEndian.PutUint64(be[:], u); !n.neg && (size == 8 || u>>(8*size) == 0) {
			forms = append(forms, append([]byte{0xcc + byte(i)}, be[8-size:]...))
		}
		if most := uint64(1) << (8*size - 1); u < most || n.neg && u == most {
			if n.neg {
				binary.BigEndian.PutUint64(be[:], -u)
			}
			forms = append(forms, append([]byte{0xd0 + byte(i)}, be[8-size:]...))
		}
	}
	if !n.neg && u < 128 || n.neg && u <= 32 {
		fix := byte(u)
		if n.neg {
			fix = -fix
		}
		forms = append(forms, []byte{fix})
	}
	return append(b, forms[pick(len(forms))]...)
}

// appendLength writes a length with one of the type bytes that can hold it, 0
// being none.
func appendLength(b []byte, n int, pick choose, fix byte, fixMost int, t8, t16, t32 byte) []byte {
	var forms [][]byte
	if n <= fixMost {
		forms = append(forms, []byte{fix | byte(n)})
	}
	if t8 != 0 && n <= 0xff {
		forms = append(forms, []byte{t8, byte(n)})
	}
	if n <= 0xffff {
		forms = append(forms, binary.BigEndian.AppendUint16([]byte{t16}, uint16(n)))
	}
	forms = append(forms, binary.BigEndian.AppendUint32([]byte{t32}, uint32(n)))
	return append(b, forms[pick(len(forms))]...)
}

func (n *node) appendJSON(b []byte, pick choose) []byte {
	b = appendSpace(b, pick)
	switch n.kind {
	case nilNode:
		b = append(b, "null"...)
	case boolNode:
		b = strconv.AppendBool(b, n.bool)
	case intNode:
		if n.neg {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, n.uint, 10)
	case floatNode:
		s := strconv.FormatFloat(n.float, "eg"[pick(2)], -1, 64)
		if !strings.ContainsAny(s, ".e") { // or else it would be an integer
			s += []string{".0", "e0", "E+0"}[pick(3)]
		}
		b = append(b, s...)
	case textNode:
		b = appendText(b, n.text, pick)
	case listNode:
		b = append(b, '[')
		for i := range n.nodes {
			if i > 0 {
				b = append(b, ',')
			}
			b = n.nodes[i].appendJSON(b, pick)
		}
		b = append(b, ']')
	case mapNode:
		b = append(b, '{')
		for i := range n.nodes {
			if i > 0 {
				b = append(b, ",:"[i%2])
			}
			b = n.nodes[i].appendJSON(b, pick)
		}
		b = append(b, '}')
	}
	return appendSpace(b, pick)
}

func appendSpace(b []byte, pick choose) []byte {
	return append(b, []string{"", "", "", "", " ", "\n", "\t\r"}[pick(7)]...)
}

func appendText(b []byte, s string, pick choose) []byte {
	b = append(b, '"')
	for _, part := range runes(s) {
		r, size := utf8.DecodeRuneInString(part)
		switch valid := r != utf8.RuneError || size > 1; {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || valid && r < 0x10000 && pick(8) == 1:
			b = fmt.Appendf(b, "\\u%04x", r)
		default:
			b = append(b, part...)
		}
	}
	return append(b, '"')
}

// runes splits s into its characters and bytes that are none.
func runes(s string) (parts []string) {
	for s != "" {
		_, size := utf8.DecodeRuneInString(s)
		parts, s = append(parts, s[:size]), s[size:]
	}
	return parts
}

var errNoNode = errors.New("not a value that both codecs can write")

// parse reads what c wrote, however it breaks the protocol's rules, unless the
// other codec has no way to break them like that.
func parse(c Codec, body []byte) (node, error) {
	if c == JSON {
		if !utf8.Valid(body) || bytes.Contains(body, []byte(`\ud`)) || bytes.Contains(body, []byte(`\uD`)) {
			return node{}, errNoNode // escapes of surrogates: msgpack has none
		}
		d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
		n, err := parseJSON(d)
		if err == nil && len(bytes.Trim(body[d.InputOffset():], " \t\r\n")) > 0 {
			err = errNoNode
		}
		return n, err
	}
	n, rest, err := parseMsgpack(body, 0)
	if err == nil && len(rest) > 0 {
		err = errNoNode
	}
	return n, err
}

func parseJSON(d *jsontext.Decoder) (n node, err error) {
	t, err := d.ReadToken()
	if err != nil {
		return n, err
	}
	switch kind := t.Kind(); kind {
	case 'n':
	case 't', 'f':
		n = node{kind: boolNode, bool: t.Bool()}
	case '"':
		n = node{kind: textNode, text: t.String()}
	case '0':
		return parseNumber(t.String())
	default:
		n.kind = map[jsontext.Kind]nodeKind{'[': listNode, '{': mapNode}[kind]
		for d.PeekKind() != kind+2 { // the closing bracket in ASCII
			next, err := parseJSON(d)
			if err != nil {
				return n, err
			}
			n.nodes = append(n.nodes, next)
		}
		_, err = d.ReadToken()
	}
	return n, err
}

func parseNumber(s string) (node, error) {
	digits, neg := strings.CutPrefix(s, "-")
	if u, err := strconv.ParseUint(digits, 10, 64); err == nil && (!neg || u <= 1<<63) {
		return node{kind: intNode, uint: u, neg: neg && u > 0}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return node{}, errNoNode
	}
	return node{kind: floatNode, float: f}, nil
}

func parseMsgpack(b []byte, depth int) (n node, rest []byte, err error) {
	if len(b) == 0 || depth > 100 {
		return n, nil, errNoNode
	}
	t := b[0]
	size, isLength := map[byte]int{
		0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8,
		0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
	}[t], t >= 0xd9 && t <= 0xdf
	b = b[1:]
	if len(b) < size {
		return n, nil, errNoNode
	}
	var u uint64
	for _, x := range b[:size] {
		u = u<<8 | uint64(x)
	}
	b = b[size:]
	if isLength && u > uint64(len(b)) {
		return n, nil, errNoNode
	}
	signed := func(i int64) node {
		if i < 0 {
			return node{kind: intNode, neg: true, uint: -uint64(i)}
		}
		return node{kind: intNode, uint: uint64(i)}
	}
	count := 0
	switch {
	case t <= 0x7f, t >= 0xe0:
		return signed(int64(int8(t))), b, nil
	case t == 0xc0:
		return n, b, nil
	case t == 0xc2, t == 0xc3:
		return node{kind: boolNode, bool: t == 0xc3}, b, nil
	case t >= 0xcc && t <= 0xcf:
		return node{kind: intNode, uint: u}, b, nil
	case t >= 0xd0 && t <= 0xd3:
		shift := 64 - 8*size
		return signed(int64(u<<shift) >> shift), b, nil
	case t == 0xca, t == 0xcb:
		f := math.Float64frombits(u)
		if t == 0xca {
			f = float64(math.Float32frombits(uint32(u)))
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return n, nil, errNoNode
		}
		return node{kind: floatNode, float: f}, b, nil
	case t&0xe0 == 0xa0, t >= 0xd9 && t <= 0xdb:
		if !isLength {
			u = uint64(t & 0x1f)
		}
		if u > uint64(len(b)) {
			return n, nil, errNoNode
		}
		return node{kind: textNode, text: string(b[:u])}, b[u:], nil
	case t&0xf0 == 0x90, t&0xf0 == 0x80:
		count = int(t & 0x0f)
	case t >= 0xdc:
		count = int(u)
	default:
		return n, nil, errNoNode // bin, ext and what has no meaning
	}
	n.kind = listNode
	if t&0xf0 == 0x80 || t >= 0xde {
		n.kind = mapNode
		count *= 2
	}
	for i := range count {
		var next node
		if next, b, err = parseMsgpack(b, depth+1); err != nil {
			return n, nil, err
		}
		if n.kind == mapNode && i%2 == 0 && next.kind != textNode {
			return n, nil, errNoNode // JSON has no such keys
		}
		n.nodes = append(n.nodes, next)
	}
	return n, b, nil
}
