// Package portmap asks the router at home to forward a port to this machine, as
// a person would do on the router's own page.
//
// Three protocols do that, and a router speaks some of them or none: PCP (RFC
// 6887), its predecessor NAT-PMP (RFC 6886), and UPnP IGD. They are tried in that
// order, and the one that worked stays. One goroutine, [Keep], holds the mapping.
//
// A mapping is a lease. It is short, and renewed at its half; so a router that has
// been restarted, and has forgotten it, has it again soon, and one whose client
// was killed drops it soon.
package portmap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

const (
	// lease is what is asked for. Routers may grant another.
	lease = 10 * time.Minute
	// shortestRenewal bounds what a router with a strange lease can demand.
	shortestRenewal = 200 * time.Millisecond
	// firstRetry and longestRetry bound the doubling pause after a failure.
	firstRetry   = 5 * time.Second
	longestRetry = 10 * time.Minute
	// attempt bounds asking one router by one protocol.
	attempt = 8 * time.Second
	// farewell bounds removing the mapping in the end.
	farewell = 2 * time.Second
)

// Mapping is a port of the router that leads to this machine.
type Mapping struct {
	// Outside is where the router listens. Its address is not valid if the
	// router did not tell.
	Outside  netip.AddrPort
	Inside   uint16 // the port here
	Protocol string // PCP, NAT-PMP or UPnP
	// Lease is how long the router keeps it; 0 means until it is removed.
	Lease time.Duration

	epoch uint32 // seconds since the router's start; 0 if it does not tell
}

// router is one protocol to one router.
type router interface {
	// add asks for outside to lead to inside, or for that to go on; the router
	// may choose another outside port.
	add(ctx context.Context, inside, outside uint16) (Mapping, error)
	remove(ctx context.Context, m Mapping) error
	// address returns the router's address in the outer network.
	address(ctx context.Context) (netip.Addr, error)
	name() string
}

// Options say which port is wanted.
type Options struct {
	Inside  uint16
	Outside uint16 // 0: the same as Inside
	// Changed is called with every mapping that differs from the one before, if
	// it is not nil.
	Changed func(Mapping)
	Log     *slog.Logger
}

// Keep keeps a port of the router mapped until ctx ends, and then removes the
// mapping. Nothing ends it before: a router may be away for a while.
func Keep(ctx context.Context, network Network, opts Options) {
	if opts.Outside == 0 {
		opts.Outside = opts.Inside
	}
	k := &keeper{Options: opts, network: network}
	defer k.leave(context.WithoutCancel(ctx))
	pause := firstRetry
	for {
		wait := pause
		if err := k.renew(ctx); err == nil {
			wait, pause = renewal(k.mapping.Lease), firstRetry
		} else {
			if ctx.Err() != nil {
				return
			}
			k.failed(err, wait)
			pause = min(2*pause, longestRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// renewal returns when to renew. What is kept for ever is looked after all the
// same, because restarted routers forget.
func renewal(granted time.Duration) time.Duration {
	if granted == 0 || granted > lease {
		granted = lease
	}
	return max(granted/2, shortestRenewal)
}

// keeper is the state of [Keep].
type keeper struct {
	Options
	network Network
	router  router // the one that worked, nil if none
	mapping Mapping
	told    bool // that it does not work
}

func (k *keeper) renew(ctx context.Context) error {
	outside := k.Outside
	if k.mapping.Outside.Port() != 0 {
		outside = k.mapping.Outside.Port() // people know this one by now
	}
	if k.router != nil {
		m, err := try(ctx, k.router, k.Inside, outside)
		if err == nil {
			k.accept(k.router, m)
			return nil
		}
		if ctx.Err() != nil {
			return err // not the router's fault; it has to hear our farewell
		}
		// It may speak another protocol after an update, or be another router.
		k.router = nil
	}
	routers, err := k.network.routers()
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range routers {
		m, err := try(ctx, r, k.Inside, outside)
		if err == nil {
			k.accept(r, m)
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", r.name(), err))
	}
	return errors.Join(errs...)
}

func try(ctx context.Context, r router, inside, outside uint16) (Mapping, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	m, err := r.add(ctx, inside, outside)
	if err == nil && m.Outside.Port() == 0 {
		err = errors.New("the router answered with no port")
	}
	return m, err
}

// accept takes over what a router granted, and says so if it is news.
func (k *keeper) accept(r router, m Mapping) {
	before := k.mapping
	restarted := m.epoch+1 < before.epoch && m.Protocol == before.Protocol
	k.router, k.mapping = r, m
	if restarted {
		k.Log.Info("the router was restarted; the port is mapped again", "outside", m.Outside)
	}
	if m.Outside == before.Outside && !k.told {
		return
	}
	k.told = false
	k.Log.Info("port mapped", "outside", m.Outside, "inside", m.Inside, "by", m.Protocol, "lease", m.Lease)
	if why := NotPublic(m.Outside.Addr()); why != "" {
		k.Log.Warn("the router's own address cannot be reached from the internet; only people behind the same network get in",
			"outside", m.Outside.Addr(), "because", why)
	}
	if k.Changed != nil {
		k.Changed(m)
	}
}

// failed says once that it does not work, and then only to those who look closely.
func (k *keeper) failed(err error, again time.Duration) {
	if k.told {
		k.Log.Debug("port still not mapped", "again_in", again, "err", err)
		return
	}
	k.told = true
	k.Log.Warn("the router does not map the port; allow UPnP, NAT-PMP or PCP on the router's page, "+
		"or forward the port there by hand and turn map_port off", "inside", k.Inside, "again_in", again, "err", err)
}

// leave removes the mapping.
func (k *keeper) leave(ctx context.Context) {
	if k.mapping.Outside.Port() == 0 || k.router == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	if err := k.router.remove(ctx, k.mapping); err != nil {
		k.Log.Warn("the router keeps the port mapped until its lease ends", "outside", k.mapping.Outside, "lease", k.mapping.Lease, "err", err)
		return
	}
	k.Log.Info("port no longer mapped", "outside", k.mapping.Outside)
}

// OutsideAddress asks the router for its address in the outer network.
func OutsideAddress(ctx context.Context, network Network) (netip.Addr, error) {
	routers, err := network.routers()
	if err != nil {
		return netip.Addr{}, err
	}
	var errs []error
	for _, r := range routers {
		addr, err := r.address(ctx)
		if err == nil {
			return addr, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", r.name(), err))
	}
	return netip.Addr{}, errors.Join(errs...)
}

// shared is what carrier-grade NAT uses (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// NotPublic says why addr cannot be reached from the internet, or "".
func NotPublic(addr netip.Addr) string {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.IsUnspecified():
		return "it is not known"
	case shared.Contains(addr):
		return "the provider shares one address among many customers (carrier-grade NAT)"
	case addr.IsPrivate():
		return "it is private: there is another router in front"
	case addr.IsLoopback(), addr.IsLinkLocalUnicast(), !addr.IsGlobalUnicast():
		return "it is not an address of the internet"
	}
	return ""
}
