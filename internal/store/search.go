package store

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/search"
)

// SearchQuery asks for messages that match a query.
type SearchQuery struct {
	// Account is who asks: only messages of rooms that it is in now are found.
	Account plausch.AccountID
	// Query has the terms and conditions; Authors and Rooms are its From and In, of
	// which one must hold, empty if any may.
	Query   *search.Query
	Authors []plausch.AccountID
	Rooms   []plausch.RoomID
	// Cursor is the Next of the page before, empty for the newest messages.
	Cursor string
	// Limit and MaxBytes bound the page as in [HistoryQuery].
	Limit    int
	MaxBytes int
	Size     func(*plausch.Hit) int
	// Time is after how long to stop looking.
	Time time.Duration
}

// Searcher finds messages by what they say.
type Searcher interface {
	// Search returns messages that match, newest first, as they are now. A message is
	// found from its commit on, and not any more from that of its deletion; what was
	// there before there was an index, when IndexMessages has come to it. Sealed bodies
	// are never found. A cursor that is none is Invalid; a damaged index is Unavailable until
	// IndexMessages has been called again.
	Search(ctx context.Context, q SearchQuery) (plausch.HitPage, error)
	// IndexMessages makes searches fast: it adds some messages to the index, holds up
	// other writes for milliseconds only, and reports whether there are more.
	IndexMessages(ctx context.Context) (more bool, err error)
}
