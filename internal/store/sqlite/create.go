package sqlite

import (
	"context"
	"errors"
	"slices"
	"sync"

	"plausch"
	"plausch/internal/store"
)

// creation is an account to be created. What is below n is the writer's until done
// is closed.
type creation struct {
	n       store.NewAccount
	account plausch.Account
	err     error
	done    chan struct{}
	stop    context.CancelFunc // it need not wait for the writer's lock any more
}

// creations are the accounts that wait to be created. Whoever has the writer's lock
// first creates all of them in one transaction: the sync of a commit is most of
// what a guest costs, and after a restart all come back at once.
type creations struct {
	mu      sync.Mutex
	waiting []*creation
}

// maxCreations bounds how long others wait for one transaction.
const maxCreations = 64

func (q *creations) add(c *creation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
}

// withdraw reports whether c was waiting still, and is not any more.
func (q *creations) withdraw(c *creation) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, c)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// take returns c and others that wait, or nothing if c was taken by somebody.
func (q *creations) take(c *creation) []*creation {
	if !q.withdraw(c) {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), maxCreations-1)
	taken := append([]*creation{c}, q.waiting[:n]...)
	q.waiting = slices.Delete(q.waiting, 0, n)
	return taken
}

// CreateAccount implements [store.Accounts].
func (s *Store) CreateAccount(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := &creation{n: n, done: make(chan struct{}), stop: stop}
	s.creations.add(c)
	var taken []*creation
	err := s.write(ctx, "create account", func(ctx context.Context) error {
		if taken == nil { // else the transaction is tried again
			taken = s.creations.take(c)
		}
		return s.create(ctx, taken)
	})
	for _, other := range taken {
		if err != nil {
			other.account, other.err = plausch.Account{}, err
		}
		close(other.done)
		other.stop()
	}
	if len(taken) == 0 && s.creations.withdraw(c) {
		return plausch.Account{}, err // there was no turn for it
	}
	<-c.done // somebody else may have been about to commit it
	return c.account, c.err
}

// create creates accounts, inside a write. One that cannot be created is no
// hindrance to the others.
func (s *Store) create(ctx context.Context, all []*creation) error {
	for _, c := range all {
		if len(all) == 1 {
			var err error
			c.account, err = s.createAccount(ctx, c.n)
			return err
		}
		if err := s.createOf(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// createOf creates one account of several. The error is that of them all.
func (s *Store) createOf(ctx context.Context, c *creation) error {
	if _, err := s.w.savepoint.ExecContext(ctx); err != nil {
		return err
	}
	noted := len(s.noted.accounts)
	c.account, c.err = s.createAccount(ctx, c.n)
	if c.err != nil {
		if !errors.As(c.err, new(*plausch.Error)) && !errors.Is(c.err, store.ErrUnmet) {
			return c.err
		}
		c.account = plausch.Account{}
		s.noted.accounts = s.noted.accounts[:noted]
		s.batch.forget() // it may count what is undone
		if _, err := s.w.rollbackTo.ExecContext(ctx); err != nil {
			return err
		}
	}
	_, err := s.w.release.ExecContext(ctx)
	return err
}

// createAccount creates an account, inside a write.
func (s *Store) createAccount(ctx context.Context, n store.NewAccount) (a plausch.Account, err error) {
	at := n.At.UnixMilli()
	a = plausch.Account{
		Seen: true,
		Name: n.Name, Display: n.Display, Role: n.Role, Bot: n.Bot, Invited: n.Invite != store.TokenHash{},
		State: plausch.AccountActive, Transient: n.Transient, Created: toTime(at), LastSeen: toTime(at),
	}
	if err := s.judged(ctx, n.If); err != nil {
		return a, err
	}
	if n.Claim != (store.TokenHash{}) {
		if err := s.claim(ctx, n.Claim, n.ServerName, at); err != nil {
			return a, err
		}
	}
	var invite plausch.InviteID
	if a.Invited {
		if invite, a.Role, err = s.spendInvite(ctx, n.Invite, at); err != nil {
			return a, err
		}
	}
	if a.ID, err = s.insertAccount(ctx, a, n); err != nil {
		return a, err
	}
	if n.Token != (store.TokenHash{}) {
		r, err := s.w.insertDevice.ExecContext(ctx, n.Token[:], a.ID, n.Program, n.Bot, at, at)
		if err != nil {
			return a, err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return a, err
		} else if rows == 0 {
			return a, plausch.Errorf(plausch.Taken, "there is a device with this token already")
		}
	}
	if a.Invited {
		joined := &plausch.Audit{Time: n.At, Actor: a.Ref(), Action: plausch.AuditJoin, Detail: inviteDetail(invite)}
		if err := s.audit(ctx, joined, a.ID); err != nil {
			return a, err
		}
	}
	return a, s.audit(ctx, n.Audit, a.ID)
}
