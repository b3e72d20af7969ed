package timeline

import "slices"

// spans are seqs of a room's log: ascending ranges that neither overlap nor touch.
type spans []span

// span is the seqs from first to last, both included.
type span struct{ first, last int64 }

// add returns s with the seqs from first to last.
func (s spans) add(first, last int64) spans {
	if first > last {
		return s
	}
	from := slices.IndexFunc(s, func(x span) bool { return x.last >= first-1 })
	if from < 0 {
		return append(s, span{first, last})
	}
	to := from
	for to < len(s) && s[to].first <= last+1 {
		first, last = min(first, s[to].first), max(last, s[to].last)
		to++
	}
	return slices.Replace(s, from, to, span{first, last})
}

// from returns s without the seqs below first.
func (s spans) from(first int64) spans {
	s = slices.DeleteFunc(s, func(x span) bool { return x.last < first })
	if len(s) > 0 {
		s[0].first = max(s[0].first, first)
	}
	return s
}

// upTo returns s without the seqs above last.
func (s spans) upTo(last int64) spans {
	s = slices.DeleteFunc(s, func(x span) bool { return x.first > last })
	if n := len(s); n > 0 {
		s[n-1].last = min(s[n-1].last, last)
	}
	return s
}

// end returns the last of the seqs that follow each other from first on, and
// first-1 if first is not in s.
func (s spans) end(first int64) int64 {
	for _, x := range s {
		if x.first <= first && first <= x.last {
			return x.last
		}
	}
	return first - 1
}
