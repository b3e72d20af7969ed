package core

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plausch"
)

// maxSendDelay is how long a send over the rate is held back before it is
// refused. Holding it back stops its connection from being read, which slows the
// sender down without a lost message or a changed order.
const maxSendDelay = 10 * time.Second

// sendLimits bounds the sends of each account.
type sendLimits struct {
	perSecond float64 // 0: no bound
	burst     int

	mu       sync.Mutex
	accounts map[plausch.AccountID]*rate.Limiter
	sweepAt  int // size of accounts at which those at rest are dropped
}

// take waits for the account's turn. It fails with RateLimited if the turn is
// more than maxSendDelay away, and with the context.
func (s *sendLimits) take(ctx context.Context, account plausch.AccountID) error {
	now := time.Now()
	return s.reserve(account, now).wait(ctx, now)
}

// reserve reserves the account's next turn.
func (s *sendLimits) reserve(account plausch.AccountID, now time.Time) reservations {
	if s.perSecond <= 0 {
		return nil
	}
	return reservations{s.of(account).ReserveN(now, 1)}
}

// reservations are places in limiters that were reserved together.
type reservations []*rate.Reservation

// cancel gives them back, if they have not come yet.
func (t reservations) cancel(now time.Time) {
	for _, turn := range t {
		turn.CancelAt(now)
	}
}

// delay is how long it takes until all have come.
func (t reservations) delay(now time.Time) (longest time.Duration) {
	for _, turn := range t {
		longest = max(longest, turn.DelayFrom(now))
	}
	return longest
}

// wait waits for turns that were reserved now.
func (t reservations) wait(ctx context.Context, now time.Time) error {
	delay := t.delay(now)
	if delay == 0 {
		return nil
	}
	if delay > maxSendDelay {
		t.cancel(now)
		return &plausch.Error{
			Code: plausch.RateLimited, Message: "you are sending too fast; wait a little",
			RetryAfter: delay.Truncate(time.Millisecond),
		}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		t.cancel(time.Now())
		return errStopping()
	}
}

func (s *sendLimits) of(account plausch.AccountID) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.accounts[account]
	if l == nil {
		if len(s.accounts) >= max(s.sweepAt, 1024) {
			// One that is full again remembers nothing worth keeping.
			for id, l := range s.accounts {
				if l.Tokens() >= float64(s.burst) {
					delete(s.accounts, id)
				}
			}
			s.sweepAt = 2 * len(s.accounts)
		}
		l = rate.NewLimiter(rate.Limit(s.perSecond), s.burst)
		s.accounts[account] = l
	}
	return l
}
