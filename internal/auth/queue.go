package auth

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/internal/network"
)

const (
	// running is how many hashes are computed at the same time. Each takes
	// 64 MiB and several processors.
	running = 2
	// maxQueued is how many may wait for their turn, of known sources and of
	// others each. They are connections that exist anyway, so the bound is for time, not
	// for memory.
	maxQueued = 512
	// maxWait is how long anyone waits for a turn.
	maxWait = time.Minute
	// retryAfter is what those hear who waited in vain.
	retryAfter = 10 * time.Second
)

// queue gives out turns. Sources that are known and those that are not have
// every other turn if both wait, and among each of them the networks take turns:
// whoever comes with many connections waits for himself.
type queue struct {
	mu        sync.Mutex
	free      int
	known     line
	strangers line
	last      *line // that had the last turn
}

// line is those who wait, by network; the network with the next turn is first.
type line struct {
	networks []*waitingNetwork
	n        int // waiters of all networks
}

type waitingNetwork struct {
	net     netip.Prefix
	waiters []waiter // the first has waited longest
}

type waiter struct {
	turn chan error   // tells once, nil for a turn
	home netip.Prefix // the household
}

// take waits for a turn; give has to follow. The error is RateLimited if too many
// wait or it takes too long, and the context's.
func (q *queue) take(ctx context.Context, from Source) error {
	// Asked first, since select would toss a coin between a free turn and a
	// context that has ended.
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("hashing a password: %w", err)
	}
	home := network.Household(from.Addr)
	line, net := &q.strangers, network.Neighbourhood(from.Addr)
	if from.Known {
		line, net = &q.known, home
	}
	q.mu.Lock()
	if q.free > 0 {
		q.free--
		q.mu.Unlock()
		return nil
	}
	turn := line.add(net, home)
	q.mu.Unlock()
	if turn == nil {
		return errBusy()
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	err := errBusy()
	select {
	case err := <-turn:
		return err
	case <-timer.C:
	case <-ctx.Done():
		err = fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
	q.mu.Lock()
	waited := line.remove(net, turn) || q.known.remove(home, turn) // which it may have come to meanwhile
	q.mu.Unlock()
	if !waited && <-turn == nil { // the turn has come at the same moment
		q.give()
	}
	return err
}

// know has those of a household who wait among the strangers wait among the known
// from now on: somebody who came with them has signed in.
func (q *queue) know(home netip.Prefix) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.strangers.n == 0 {
		return
	}
	for _, w := range slices.Clone(q.strangers.networks) {
		for _, waiting := range slices.Clone(w.waiters) {
			if waiting.home == home {
				q.strangers.remove(w.net, waiting.turn)
				q.known.append(home, waiting)
			}
		}
	}
}

// give passes a turn on.
func (q *queue) give() {
	q.mu.Lock()
	defer q.mu.Unlock()
	next := &q.known
	if q.last == next && q.strangers.n > 0 || next.n == 0 {
		next = &q.strangers
	}
	if next.n == 0 {
		q.free++
		return
	}
	q.last = next
	next.next() <- nil
}

// add has somebody of a network wait. In a full line whoever is last of the
// largest network gives way to those of a smaller one; nil means that there is no
// such network.
func (l *line) add(net, home netip.Prefix) chan error {
	if l.n >= maxQueued {
		size := 0
		if w := l.of(net); w != nil {
			size = len(w.waiters)
		}
		largest := slices.MaxFunc(l.networks, func(a, b *waitingNetwork) int { return len(a.waiters) - len(b.waiters) })
		if len(largest.waiters) <= size+1 {
			return nil
		}
		turn := largest.waiters[len(largest.waiters)-1].turn
		l.remove(largest.net, turn)
		turn <- errBusy()
	}
	turn := make(chan error, 1)
	l.append(net, waiter{turn, home})
	return turn
}

func (l *line) append(net netip.Prefix, who waiter) {
	w := l.of(net)
	if w == nil {
		w = &waitingNetwork{net: net}
		l.networks = append(l.networks, w)
	}
	w.waiters = append(w.waiters, who)
	l.n++
}

func (l *line) of(net netip.Prefix) *waitingNetwork {
	if i := slices.IndexFunc(l.networks, func(w *waitingNetwork) bool { return w.net == net }); i >= 0 {
		return l.networks[i]
	}
	return nil
}

// remove has turn wait no more. It returns false if it was told already.
func (l *line) remove(net netip.Prefix, turn chan error) bool {
	w := l.of(net)
	if w == nil {
		return false
	}
	i := slices.IndexFunc(w.waiters, func(who waiter) bool { return who.turn == turn })
	if i < 0 {
		return false
	}
	w.waiters = slices.Delete(w.waiters, i, i+1)
	l.n--
	if len(w.waiters) == 0 {
		l.networks = slices.DeleteFunc(l.networks, func(other *waitingNetwork) bool { return other == w })
	}
	return true
}

// next takes whose turn it is out of the line; its network is the last one now.
func (l *line) next() chan error {
	w := l.networks[0]
	l.networks = append(slices.Delete(l.networks, 0, 1), w)
	turn := w.waiters[0].turn
	l.remove(w.net, turn)
	return turn
}

func errBusy() error {
	return &plausch.Error{
		Code:       plausch.RateLimited,
		Message:    "too many people are signing in right now; try again soon",
		RetryAfter: retryAfter,
	}
}
