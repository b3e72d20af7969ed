package core

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"plausch"
	"plausch/internal/names"
	"plausch/internal/search"
	"plausch/internal/store"
)

const (
	// searchTime is after how long a search stops looking. What it does between two looks
	// at the clock takes a few milliseconds.
	searchTime = 80 * time.Millisecond
	// searchPatience is when a search is broken off, however that is.
	searchPatience = 5 * time.Second
	// maxSearches is how many searches read the database at once; others wait.
	maxSearches = 2
	// An account can search so often a second, and so many times at once. That is fast
	// enough to search while somebody types.
	searchesPerSecond = 5
	searchBurst       = 15

	// indexDelay is how long messages wait to be added to the index: others may come with
	// them. Searches find them meanwhile, only not as fast.
	indexDelay = 500 * time.Millisecond
	// indexWaits is how many messages may wait while the log is busy.
	indexWaits = 8192
	// indexRest is how long the index rests after each slice, in times that it took.
	indexRest = 3
	// indexRetry is how long after an error it is tried again.
	indexRetry = 10 * time.Second
)

// searches bounds what searching costs.
type searches struct {
	places chan struct{}
	rates  sendLimits
}

func newSearches() searches {
	return searches{
		places: make(chan struct{}, maxSearches),
		rates:  sendLimits{perSecond: searchesPerSecond, burst: searchBurst, accounts: map[plausch.AccountID]*rate.Limiter{}},
	}
}

// SearchQuery asks for a part of what a search finds.
type SearchQuery struct {
	// Text is the query: see docs/search.md. Zone is that of its dates; nil: UTC.
	Text string
	Zone *time.Location
	// Room, if not 0, is the only room to look in.
	Room plausch.RoomID
	// Next is that of the page before, empty for the first.
	Next     string
	Limit    int
	MaxBytes int
	Size     func(*plausch.Hit) int
}

// Search returns messages that match a query, of the rooms that by is in.
func (c *Core) Search(ctx context.Context, by plausch.Account, p SearchQuery) (plausch.HitPage, error) {
	query, err := search.Parse(p.Text, p.Zone)
	if err != nil {
		return plausch.HitPage{}, err
	}
	if err := c.searches.take(by.ID); err != nil {
		return plausch.HitPage{}, err
	}
	q := store.SearchQuery{
		Account: by.ID, Query: query, Cursor: p.Next, Limit: p.Limit, MaxBytes: p.MaxBytes, Size: p.Size, Time: searchTime,
	}
	for _, name := range query.From {
		author, err := c.author(ctx, by, name)
		if err != nil {
			return plausch.HitPage{}, err
		}
		q.Authors = append(q.Authors, author)
	}
	if q.Rooms, err = c.searchRooms(ctx, by, p.Room, query.In); err != nil {
		return plausch.HitPage{}, err
	}
	ctx, stop := context.WithTimeout(ctx, searchPatience)
	defer stop()
	select {
	case c.searches.places <- struct{}{}:
	case <-ctx.Done():
		return plausch.HitPage{}, plausch.Errorf(plausch.Unavailable, "too many people search at once; try again in a moment")
	}
	defer func() { <-c.searches.places }()
	page, err := c.store.Search(ctx, q)
	if plausch.CodeOf(err) == plausch.Unavailable {
		c.indexSoon()
	}
	return page, err
}

// take counts a search of an account, or returns why it has to wait.
func (s *searches) take(account plausch.AccountID) error {
	now := time.Now()
	turn := s.rates.reserve(account, now)
	if delay := turn.delay(now); delay > 0 {
		turn.cancel(now)
		return &plausch.Error{
			Code: plausch.RateLimited, Message: "you are searching too often; wait a moment", RetryAfter: delay.Truncate(time.Millisecond) + time.Millisecond,
		}
	}
	return nil
}

// author returns whom from: names.
func (c *Core) author(ctx context.Context, by plausch.Account, name string) (plausch.AccountID, error) {
	if strings.EqualFold(name, "me") {
		return by.ID, nil
	}
	account, err := c.accountByName(ctx, name)
	return account.ID, err
}

// searchRooms returns the rooms that in: names, with @NAME for the direct room with
// somebody, or the one room given, if they are the same; none if there is no bound.
func (c *Core) searchRooms(ctx context.Context, by plausch.Account, only plausch.RoomID, in []string) (rooms []plausch.RoomID, err error) {
	if only != 0 {
		if _, err := c.member(ctx, by.ID, only); err != nil {
			return nil, err
		}
		rooms = append(rooms, only)
	}
	var named []plausch.RoomID
	for _, name := range in {
		id, err := c.searchRoom(ctx, by, name)
		if err != nil {
			return nil, err
		}
		named = append(named, id)
	}
	switch {
	case len(named) == 0:
		return rooms, nil
	case only != 0 && !slices.Contains(named, only):
		return nil, plausch.Errorf(plausch.Invalid, "in: names another room than the one that is searched; leave it out")
	case only != 0:
		return rooms, nil
	}
	return named, nil
}

func (c *Core) searchRoom(ctx context.Context, by plausch.Account, name string) (plausch.RoomID, error) {
	if strings.HasPrefix(names.TrimSpace(name), "@") {
		peer, err := c.accountByName(ctx, name)
		if err != nil {
			return 0, err
		}
		room, err := c.store.DirectRoom(ctx, by.ID, peer.ID)
		if plausch.CodeOf(err) == plausch.NotFound {
			err = plausch.Errorf(plausch.NotFound, "you and %s have not written to each other", peer.Name)
		}
		return room.ID, err
	}
	id, err := c.RoomByAddress(ctx, name)
	if err != nil {
		return 0, err
	}
	_, err = c.member(ctx, by.ID, id)
	return id, err
}

// indexSoon has indexLoop look for something to do.
func (c *Core) indexSoon() {
	select {
	case c.added <- struct{}{}:
	default: // it is asked for already
	}
}

// indexLoop adds messages to the index, soon after they were sent, when nothing more
// urgent is to be done; and at the start what an earlier version has left.
func (c *Core) indexLoop(ctx context.Context) {
	for {
		indexed := c.log.events.Load()
		switch err := c.indexWaiting(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.logBackgroundError("new messages are searched for slowly", err)
			if wait(ctx, indexRetry) != nil {
				return
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-c.added:
		}
		// While the log is busy, the index leaves it the disk and the processor.
		for last := uint64(0); ; {
			if wait(ctx, indexDelay) != nil {
				return
			}
			now := c.log.events.Load()
			if now == last || now-indexed > indexWaits {
				break
			}
			last = now
		}
	}
}

// indexWaiting adds all messages that wait.
func (c *Core) indexWaiting(ctx context.Context) error {
	for {
		began := time.Now()
		more, err := c.store.IndexMessages(ctx)
		if err != nil || !more {
			return err
		}
		if err := wait(ctx, indexRest*time.Since(began)); err != nil {
			return err
		}
	}
}
