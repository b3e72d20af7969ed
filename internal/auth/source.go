package auth

import (
	"net/netip"

	"plausch/internal/network"
)

// Source says for whom a password is hashed, so that each network gets its share
// of the turns.
type Source struct {
	Addr netip.Addr // the zero Addr counts as one of this network
	// Known sources have a share of the turns that others cannot take: somebody has
	// signed in from there before.
	Known bool
}

// scope is a network whose attempts are bounded together.
type scope struct {
	net   netip.Prefix
	share float64 // how many single sources' worth it has
}

// shares are those of the [network.Groups] of an address: what is wider than one
// source is bounded too, more loosely.
var shares = [...]float64{1, 4, 16}

// scopesOf returns the networks that count an attempt of addr, the narrowest
// first.
func scopesOf(addr netip.Addr) []scope {
	var scopes []scope
	for i, net := range network.Groups(addr) {
		share := shares[i]
		if net == network.Local {
			share = privateShare
		}
		scopes = append(scopes, scope{net, share})
	}
	return scopes
}
