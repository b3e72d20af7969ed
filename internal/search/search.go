// Package search is what it means that a message is found: how texts are folded and
// cut into tokens, the grammar of queries, and which parts of a text a query matches.
// It knows no database: an index is made of [Document] and asked for the tokens of
// [Term], and what it proposes is held against [Query.Match].
//
// docs/search.md is its description. testdata/folding.json has texts and queries with
// what is found, for clients in other languages that search by themselves.
//
// Positions are in Unicode code points, which a Go program counts with []rune and a
// browser with Array.from.
package search

const (
	// Version is that of the rules by which texts become tokens. An index that was
	// made by other rules is made anew.
	Version = 1

	// MaxQuery is the most bytes of a query, MaxTokens the most tokens that it can
	// look for.
	MaxQuery  = 512
	MaxTokens = 16

	// MinPart is how many characters a word must have to be found in other words.
	MinPart = 3
	// MaxWords is how many tokens of a text are looked at: what stands behind them is not
	// found.
	MaxWords = 1000
	// maxToken is how many characters of a longer run are looked at.
	maxToken = 64
)

// Range is a part of a text, in code points: from the first to the one behind the last.
type Range struct{ From, To int }

// What a message can have.
const (
	HasFile    = "file"
	HasPicture = "picture"
	HasLink    = "link"
)
