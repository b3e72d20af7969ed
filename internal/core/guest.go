package core

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plausch"
	"plausch/internal/network"
)

// GuestLimits bound what guests can do whom nobody has invited. An account costs
// them nothing, so bounds of accounts alone would bound nothing.
//
// An address is an IPv4 address or an IPv6 /64; an IPv6 /56 and a private or
// loopback address have four times as much, since a router or a proxy can make many
// look like one, and a /48 has sixteen times as much.
type GuestLimits struct {
	Address GuestRates // what the guests of one address can do together
	All     GuestRates // what all guests can do together
}

// GuestRates are the bounds of a group of guests; 0 means no bound. What an hour or
// a day has can be used at once, and comes back over that time.
type GuestRates struct {
	AccountsPerHour int
	RoomsPerHour    int // direct ones included
	SendsPerSecond  float64
	SendBurst       int
	BytesPerDay     int // of files
}

// guestShares are those of the [network.Groups] of an address, and nearShare that of a
// private or loopback address.
var guestShares = [...]int{1, 4, 16}

const (
	nearShare = 4
	// maxGuestNetworks is how many networks are remembered.
	maxGuestNetworks = 1 << 16
)

// guestLimits counts what guests do, in memory: a restart forgets it.
type guestLimits struct {
	rates GuestLimits
	now   func() time.Time

	mu       sync.Mutex
	all      *guestGroup
	networks map[netip.Prefix]*guestGroup
}

// guestGroup is what some guests have left together. What is nil has no bound.
type guestGroup struct {
	accounts, rooms, bytes *bucket
	sends                  *rate.Limiter
}

func newGuestLimits(rates GuestLimits, now func() time.Time) *guestLimits {
	return &guestLimits{rates: rates, now: now, all: newGuestGroup(rates.All, 1), networks: map[netip.Prefix]*guestGroup{}}
}

func newGuestGroup(r GuestRates, share int) *guestGroup {
	g := &guestGroup{
		accounts: newBucket(r.AccountsPerHour, share, time.Hour),
		rooms:    newBucket(r.RoomsPerHour, share, time.Hour),
		bytes:    newBucket(r.BytesPerDay, share, 24*time.Hour),
	}
	if r.SendsPerSecond > 0 {
		g.sends = rate.NewLimiter(rate.Limit(r.SendsPerSecond*float64(share)), r.SendBurst*share)
	}
	return g
}

// isIdle reports whether the group has all that it can have.
func (g *guestGroup) isIdle(now time.Time) bool {
	for _, b := range []*bucket{g.accounts, g.rooms, g.bytes} {
		if b != nil && b.wait(b.most, now) > 0 {
			return false
		}
	}
	return g.sends == nil || g.sends.Tokens() >= float64(g.sends.Burst())
}

// bucket has at most so much, and gets that much back in every span of time.
// Unlike a rate.Limiter it takes back what was not used.
type bucket struct {
	most, left float64
	span       time.Duration
	at         time.Time // when left was right
}

func newBucket(of, share int, span time.Duration) *bucket {
	if of <= 0 {
		return nil
	}
	most := float64(of) * float64(share)
	return &bucket{most: most, left: most, span: span}
}

// wait returns how long it takes until there are n.
func (b *bucket) wait(n float64, now time.Time) time.Duration {
	// A clock that was set back gives nothing back, and takes nothing.
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(b.left+float64(passed)/float64(b.span)*b.most, b.most)
	}
	b.at = now
	if b.left >= n {
		return 0
	}
	return max(time.Duration((n-b.left)/b.most*float64(b.span)), time.Millisecond)
}

// groups returns the groups that a guest at addr belongs to, the largest first. The
// lock is held.
func (g *guestLimits) groups(addr netip.Addr) []*guestGroup {
	groups := []*guestGroup{g.all}
	for i, prefix := range slices.Backward(network.Groups(addr)) {
		share := guestShares[i]
		if prefix == network.Local {
			prefix, share = network.Household(addr), nearShare
		}
		group := g.networks[prefix]
		if group == nil {
			g.evict()
			group = newGuestGroup(g.rates.Address, share)
			g.networks[prefix] = group
		}
		groups = append(groups, group)
	}
	return groups
}

// evict forgets networks if there are too many: those at rest and, if that does
// not help, all. The lock is held.
func (g *guestLimits) evict() {
	if len(g.networks) < maxGuestNetworks {
		return
	}
	now := g.now()
	for prefix, group := range g.networks {
		if group.isIdle(now) {
			delete(g.networks, prefix)
		}
	}
	if len(g.networks) > maxGuestNetworks/2 {
		clear(g.networks)
	}
}

// reservation is what was taken from buckets.
type reservation struct {
	limits  *guestLimits
	buckets []*bucket
	n       float64
}

// cancel gives back what was not used after all.
func (c reservation) cancel() {
	if c.limits == nil {
		return
	}
	c.limits.mu.Lock()
	defer c.limits.mu.Unlock()
	for _, b := range c.buckets {
		b.left = min(b.left+c.n, b.most)
	}
}

// take takes n of what pick picks for a guest at addr. The error is RateLimited,
// and says what there is too much of.
func (g *guestLimits) take(addr netip.Addr, n int, what string, pick func(*guestGroup) *bucket) (reservation, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	c := reservation{limits: g, n: float64(n)}
	for _, group := range g.groups(addr) {
		b := pick(group)
		if b == nil {
			continue
		}
		if wait := b.wait(c.n, now); wait > 0 {
			return reservation{}, &plausch.Error{
				Code: plausch.RateLimited, Message: what + "; wait, or ask for an invite", RetryAfter: wait.Truncate(time.Millisecond),
			}
		}
		c.buckets = append(c.buckets, b)
	}
	for _, b := range c.buckets {
		b.left -= c.n
	}
	return c, nil
}

// takeAccount counts a new guest.
func (g *guestLimits) takeAccount(addr netip.Addr) (reservation, error) {
	return g.take(addr, 1, "too many guests have come, here or from your network", func(g *guestGroup) *bucket { return g.accounts })
}

// takeRoom counts a room that a guest makes.
func (g *guestLimits) takeRoom(addr netip.Addr) (reservation, error) {
	return g.take(addr, 1, "guests have made too many rooms, here or from your network", func(g *guestGroup) *bucket { return g.rooms })
}

// takeBytes counts bytes of a file that a guest uploads.
func (g *guestLimits) takeBytes(addr netip.Addr, n int) (reservation, error) {
	return g.take(addr, n, "guests have uploaded too much, here or from your network", func(g *guestGroup) *bucket { return g.bytes })
}

// reserveSend reserves the next turns of a guest at addr.
func (g *guestLimits) reserveSend(addr netip.Addr, now time.Time) (reserved reservations) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, group := range g.groups(addr) {
		if group.sends != nil {
			reserved = append(reserved, group.sends.ReserveN(now, 1))
		}
	}
	return reserved
}

// takeSend waits for the turn of a send of by: by its own rate and, for
// guests, by that of their address and of all of them. It fails with RateLimited if
// the turn is more than maxSendDelay away, and with the context.
func (c *Core) takeSend(ctx context.Context, by plausch.Account) error {
	now := time.Now()
	reserved := c.sends.reserve(by.ID, now)
	if by.Uninvited() && reserved.delay(now) <= maxSendDelay {
		reserved = append(reserved, c.guests.reserveSend(c.remoteOf(by.ID), now)...)
	}
	return reserved.wait(ctx, now)
}

// takeRoom counts a room that by is about to make; to be given back if it is not
// made.
func (c *Core) takeRoom(by plausch.Account) (reservation, error) {
	if !by.Uninvited() {
		return reservation{}, nil
	}
	return c.guests.takeRoom(c.remoteOf(by.ID))
}

// takeDirectRoom is takeRoom for a message to an account.
func (c *Core) takeDirectRoom(ctx context.Context, by plausch.Account, to plausch.AccountID) error {
	if !by.Uninvited() {
		return nil
	}
	_, err := c.store.DirectRoom(ctx, by.ID, to)
	if plausch.CodeOf(err) == plausch.NotFound {
		_, err = c.takeRoom(by)
	}
	return err
}

// remoteOf returns where an account is connected from, by its newest connection;
// the zero Addr if it is not.
func (c *Core) remoteOf(id plausch.AccountID) netip.Addr {
	c.connections.mu.Lock()
	defer c.connections.mu.Unlock()
	if a := c.connections.ids[id]; a != nil && len(a.connections) > 0 {
		return a.connections[len(a.connections)-1].remote
	}
	return netip.Addr{}
}
