package search

import "slices"

// MaxRanges is the most ranges that [Query.Match] returns.
const MaxRanges = 32

// Match reports whether a text has all terms, and where: ranges that ascend and do not
// overlap. A query without terms matches everything.
func (q *Query) Match(text string) (ranges []Range, ok bool) {
	if len(q.Terms) == 0 {
		return nil, true
	}
	var lists [spellings][]token
	var others [spellings]bool
	lists[plain], others = tokens(text, plain)
	for s := digraph; s < spellings; s++ {
		if others[s] {
			lists[s], _ = tokens(text, s)
		}
	}
	for i := range q.Terms {
		found := q.Terms[i].find(lists[:])
		if len(found) == 0 {
			return nil, false
		}
		ranges = append(ranges, found...)
	}
	slices.SortFunc(ranges, func(a, b Range) int { return a.From - b.From })
	joined := ranges[:1]
	for _, r := range ranges[1:] {
		if last := &joined[len(joined)-1]; r.From <= last.To {
			last.To = max(last.To, r.To)
			continue
		}
		joined = append(joined, r)
	}
	return joined[:min(len(joined), MaxRanges)], true
}

// find returns the first places of a term.
func (t *Term) find(lists [][]token) (found []Range) {
	pieces := t.Pieces
	count := len(lists[plain])
	for at := 0; at+len(pieces) <= count && len(found) < MaxRanges; at++ {
		var all Range
		for i := range pieces {
			r, ok := pieces[i].in(lists, at+i)
			if !ok {
				all.To = 0
				break
			}
			if i == 0 {
				all.From = r.From
			}
			all.To = r.To
		}
		if all.To > 0 {
			found = append(found, all)
		}
	}
	return found
}

// in returns where a piece stands in the token at a place: of all spellings, the longest
// of what begins first.
func (p *Piece) in(lists [][]token, place int) (best Range, ok bool) {
	for _, list := range lists {
		if place >= len(list) {
			continue // it does not differ
		}
		t := &list[place]
		if p.Signs != (t.kind == signs) {
			return Range{}, false
		}
		for _, runes := range p.runes {
			from := p.at(t.text, runes)
			if from < 0 {
				continue
			}
			r := t.part(from, len(runes))
			if !ok || r.From < best.From || r.From == best.From && r.To > best.To {
				best, ok = r, true
			}
		}
	}
	return best, ok
}

// at returns the place of a text in a token, or -1 if it does not count.
func (p *Piece) at(token, text []rune) int {
	switch {
	case len(text) > len(token):
		return -1
	case p.Part || p.Signs:
		for i := 0; i+len(text) <= len(token); i++ {
			if slices.Equal(token[i:i+len(text)], text) {
				return i
			}
		}
		return -1
	case p.Prefix:
		token = token[:len(text)]
	}
	if slices.Equal(token, text) {
		return 0
	}
	return -1
}

// part returns where n folded characters of a token stand in its text.
func (t *token) part(from, n int) Range {
	r := Range{From: t.at[from], To: t.end}
	for i := from + n; i < len(t.at); i++ {
		if t.at[i] > t.at[from+n-1] {
			r.To = t.at[i]
			break
		}
	}
	return r
}
