package core

import (
	"context"
	"sync"

	"plausch"
)

// maxScalings is how many pictures are decoded at a time.
const maxScalings = 2

// scalings bounds the pictures that are decoded at a time, so that the pictures of one account
// never take all places.
type scalings struct {
	places chan struct{} // holds one token for each picture that is decoded

	mu sync.Mutex
	// busy has the accounts of whose pictures one is decoded, or waits for a place. The
	// channel is closed when that ends.
	busy map[plausch.AccountID]chan struct{}
}

func newScalings() scalings {
	return scalings{places: make(chan struct{}, maxScalings), busy: map[plausch.AccountID]chan struct{}{}}
}

// begin waits for a place; done frees it. An account whose last picture is not done yet
// waits for that, too, if it is patient, or gets RateLimited.
func (s *scalings) begin(ctx context.Context, by plausch.AccountID, patient bool) (done func(), err error) {
	ended := make(chan struct{})
	for {
		s.mu.Lock()
		before := s.busy[by]
		if before == nil {
			s.busy[by] = ended
		}
		s.mu.Unlock()
		if before == nil {
			break
		}
		if !patient {
			return nil, plausch.Errorf(plausch.RateLimited, "your last picture is still being processed; wait a moment")
		}
		select {
		case <-before:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	forget := func() {
		s.mu.Lock()
		delete(s.busy, by)
		s.mu.Unlock()
		close(ended)
	}
	select {
	case s.places <- struct{}{}:
		return func() { <-s.places; forget() }, nil
	case <-ctx.Done():
		forget()
		return nil, ctx.Err()
	}
}
