package markdown

import (
	"slices"
	"strconv"
	"strings"
)

// blocks parses the lines of a text or of a container (B1). depth is the number
// of containers around them. It may change lines.
func (p *parser) blocks(lines []string, depth int) []Block {
	var blocks []Block
	paragraph := 0 // where the lines begin that belong to no block yet
	endParagraph := func(end int) {
		text := trimBlankLines(lines[paragraph:end])
		if len(text) > 0 {
			blocks = append(blocks, Block{Kind: Paragraph, Spans: p.spans(strings.Join(text, "\n"))})
		}
	}
	for i := 0; i < len(lines); {
		end := i // of the paragraph before a block
		found, n := p.block(lines[i:], depth)
		if at := strings.Index(lines[i], "```"); n == 0 && at > 0 {
			if found, n = p.codeBlock(lines[i:], at); len(found) > 0 {
				lines[i] = strings.TrimRight(lines[i][:at], " \t")
				end++
			}
		}
		if len(found) > 0 {
			endParagraph(end)
			blocks = append(blocks, found...)
			paragraph = i + n
		}
		i += max(n, 1)
	}
	endParagraph(len(lines))
	return blocks
}

// block returns the blocks that begin at the first of lines, if any do, and how
// many lines they take. Lines that it takes without a block are a paragraph's.
func (p *parser) block(lines []string, depth int) (blocks []Block, n int) {
	line := lines[0]
	p.steps += len(line) + 1
	switch {
	case strings.HasPrefix(line, "```"):
		return p.codeBlock(lines, 0)
	case strings.HasPrefix(line, "> ") && depth < maxContainers:
		return p.quote(lines, depth)
	case strings.HasPrefix(line, "||") && depth < maxContainers:
		return p.spoilerBlock(lines, depth)
	default:
		return p.list(lines)
	}
}

// codeBlock parses a fenced block of code whose fence stands at at in the first of
// lines (B2). Of an unfinished one it takes all lines that are left.
func (p *parser) codeBlock(lines []string, at int) ([]Block, int) {
	before, opening := lines[0][:at], lines[0][at:]
	fence := opening[:runLength(opening, 0)]
	first := strings.Trim(opening[len(fence):], " \t")
	if strings.Contains(before+first, "`") || at > 0 && len(fence) > 3 {
		return nil, 0
	}
	var code []string
	n, rest, closed := 1, "", false
	for ; n < len(lines) && !closed; n++ {
		p.steps += len(lines[n]) + 1
		line, at := lines[n], strings.Index(lines[n], fence)
		if closed = at >= 0; closed {
			line, rest = line[:at], strings.Trim(line[at+runLength(line, at):], " \t")
		}
		if !closed || !isBlank(line) {
			code = append(code, line)
		}
	}
	block := Block{Kind: CodeBlock}
	switch hasCode := len(trimBlankLines(code)) > 0; {
	case at > 0 && !(closed && hasCode):
		return nil, 0
	case first == "" && !hasCode:
		return nil, n
	case hasCode && isLang(first):
		block.Lang = first
	case first != "":
		code = slices.Insert(code, 0, first)
	}
	block.Text = strings.Join(code, "\n")
	if rest != "" {
		n--
		lines[n] = rest
	}
	return []Block{block}, n
}

// quote parses lines that begin with > (B3).
func (p *parser) quote(lines []string, depth int) ([]Block, int) {
	if isBlank(lines[0][1:]) {
		return nil, 0
	}
	var inner []string
	for _, line := range lines {
		if line != ">" && !strings.HasPrefix(line, "> ") {
			break
		}
		p.steps += len(line) + 1
		inner = append(inner, strings.TrimPrefix(line[1:], " "))
	}
	return []Block{{Kind: Quote, Children: p.blocks(inner, depth+1)}}, len(inner)
}

// spoilerBlock parses a spoiler of more than one line (B4).
func (p *parser) spoilerBlock(lines []string, depth int) ([]Block, int) {
	first := lines[0][2:]
	if strings.HasPrefix(first, "|") || strings.Contains(first, "||") {
		return nil, 0
	}
	inner := []string{first}
	for i, line := range lines[1:] {
		p.steps += len(line) + 1
		at := strings.Index(line, "||")
		if at < 0 {
			inner = append(inner, line)
			continue
		}
		inner = trimBlankLines(append(inner, line[:at]))
		if len(inner) == 0 || !isBlank(line[at+2:]) {
			return nil, 0
		}
		return []Block{{Kind: SpoilerBlock, Children: p.blocks(inner, depth+1)}}, i + 2
	}
	return nil, 0
}

// item is a line of a list, and those that go on with it.
type item struct {
	indent  int
	ordered bool
	number  int
	text    string
}

// list parses lines that begin with -, * or a number (B5).
func (p *parser) list(lines []string) ([]Block, int) {
	var items []item
	var texts []string // of the last item
	endItem := func() {
		if len(items) > 0 {
			items[len(items)-1].text = strings.Join(texts, "\n")
		}
	}
	n := 0
	for ; n < len(lines); n++ {
		line := lines[n]
		p.steps += len(line) + 1
		if it, ok := parseItem(line); ok {
			endItem()
			items, texts = append(items, it), []string{it.text}
			continue
		}
		if indent, rest := cutIndent(line); len(items) > 0 && indent >= 2 && rest != "" {
			texts = append(texts, rest)
			continue
		}
		break
	}
	endItem()
	return p.nest(items, 1), n
}

// nest returns the lists of items: what is indented further than the first item
// of a list belongs to the item before it (B5).
func (p *parser) nest(items []item, level int) []Block {
	var lists []Block
	for len(items) > 0 {
		first, n := items[0], 1
		for level < maxLists && n < len(items) && items[n].indent >= first.indent+2 {
			n++
		}
		p.steps += n
		kind := List
		if first.ordered {
			kind = OrderedList
		}
		if len(lists) == 0 || lists[len(lists)-1].Kind != kind {
			lists = append(lists, Block{Kind: kind})
		}
		list := &lists[len(lists)-1]
		list.Children = append(list.Children, Block{
			Kind: Item, Number: first.number, Spans: p.spans(first.text), Children: p.nest(items[1:n], level+1),
		})
		items = items[n:]
	}
	return lists
}

// parseItem returns the item that a line begins (B5).
func parseItem(line string) (it item, ok bool) {
	indent, rest := cutIndent(line)
	it = item{indent: indent}
	marker, text, spaced := strings.Cut(rest, " ")
	text = strings.TrimLeft(text, " \t")
	if !spaced || text == "" {
		return item{}, false
	}
	it.text = text
	if marker == "-" || marker == "*" {
		return it, true
	}
	digits, dotted := strings.CutSuffix(marker, ".")
	if !dotted || digits == "" || len(digits) > 9 || digits[0] == '0' && digits != "0" || strings.Trim(digits, "0123456789") != "" {
		return item{}, false
	}
	it.ordered = true
	it.number, _ = strconv.Atoi(digits)
	return it, true
}

// cutIndent returns the columns of white space that a line begins with, a tab as
// four, and the rest of the line.
func cutIndent(line string) (indent int, rest string) {
	rest = strings.TrimLeft(line, " \t")
	space := line[:len(line)-len(rest)]
	return len(space) + 3*strings.Count(space, "\t"), rest
}

// isLang reports whether a word is the name of a language (B2).
func isLang(word string) bool {
	return len(word) <= 32 && strings.IndexFunc(word, func(r rune) bool { return !isLetter(r) && !strings.ContainsRune("+#._-", r) }) < 0
}

// trimBlankLines takes blank lines off both ends.
func trimBlankLines(lines []string) []string {
	for len(lines) > 0 && isBlank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// isBlank reports whether a line has nothing but spaces and tabs.
func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }

// runLength returns how often the character at at is repeated there, itself counted.
func runLength(text string, at int) int {
	n := 1
	for at+n < len(text) && text[at+n] == text[at] {
		n++
	}
	return n
}
