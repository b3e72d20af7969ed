package core

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plausch"
	"plausch/internal/network"
)

const (
	// refusedBurst is how many posts to webhooks are refused of one source before it
	// hears that there were too many, and refusedPerSecond how fast that is forgotten.
	// What is wider than a source has failureShares times as much.
	refusedBurst     = 60
	refusedPerSecond = 1
	// maxRefusedNetworks is how many networks are remembered.
	maxRefusedNetworks = 1 << 14
)

// failureShares are those of the [network.Groups] of an address.
var failureShares = [...]int{1, 4, 16}

// failureLimits counts posts that were refused, by where they came from, in memory.
type failureLimits struct {
	mu       sync.Mutex
	networks map[netip.Prefix]*rate.Limiter
}

// count counts one. The error is RateLimited if there were too many of one of the
// networks of addr. Each local address, behind which there may be many programs, is
// one source.
func (r *failureLimits) count(addr netip.Addr, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var wait time.Duration
	for i, net := range network.Groups(addr) {
		if net == network.Local {
			net = network.Household(addr)
		}
		turn := r.of(net, failureShares[i], now).ReserveN(now, 1)
		if delay := turn.DelayFrom(now); delay > 0 {
			turn.CancelAt(now)
			wait = max(wait, delay)
		}
	}
	if wait == 0 {
		return nil
	}
	return &plausch.Error{
		Code: plausch.RateLimited, Message: "too many posts from your network were refused; look at what is sent, and to where",
		RetryAfter: max(wait, time.Second).Truncate(time.Millisecond),
	}
}

// of returns the limiter of a network. The lock is held.
func (r *failureLimits) of(net netip.Prefix, share int, now time.Time) *rate.Limiter {
	l := r.networks[net]
	if l != nil {
		return l
	}
	if len(r.networks) >= maxRefusedNetworks {
		for net, l := range r.networks {
			if l.TokensAt(now) >= float64(l.Burst()) { // it remembers nothing worth keeping
				delete(r.networks, net)
			}
		}
		if len(r.networks) > maxRefusedNetworks/2 {
			clear(r.networks)
		}
	}
	l = rate.NewLimiter(rate.Limit(refusedPerSecond*share), refusedBurst*share)
	if r.networks == nil {
		r.networks = map[netip.Prefix]*rate.Limiter{}
	}
	r.networks[net] = l
	return l
}
