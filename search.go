package plausch

// TextRange is a part of a text that a search has found, in Unicode code points.
type TextRange struct{ From, To int } // the first, and the one behind the last

// Hit is a message that a search has found.
type Hit struct {
	// Event is the message, with the text and files that it has now.
	Event
	// Edited is the seq of its newest edit, 0 if there is none.
	Edited int64
	// Ranges are where the text is what was looked for, ascending, at most 32.
	Ranges []TextRange
	// Before and After are the messages next to it, nil if there is none near.
	Before, After *Quote
}

// HitPage is a part of what a search finds, newest first.
type HitPage struct {
	Hits []Hit
	// Next is where the next page begins, empty if there is none.
	Next string
	// Partial: not all was looked at, since it took too long or a part of a word stands
	// in too many words. There may be more on the next page, if there is one.
	Partial bool
	// Since is how far back messages can be found so far, in milliseconds since 1970
	// while an older database is being prepared; 0: all can.
	Since int64
}
