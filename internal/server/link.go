package server

import (
	"plausch/internal/config"
	"plausch/internal/link"
)

// PublicAddress says where a server with the settings cfg is reached that listens at
// places, see [Server.ListenAddresses].
func PublicAddress(cfg *config.Config, places []string) link.Server {
	s := link.Server{
		PublicURL: cfg.PublicURL, Domain: cfg.Domain, Port: cfg.OutsidePort, TLS: cfg.Certificates() != config.NoCertificate,
		Plaintext: cfg.Plaintext, Proxied: len(cfg.BehindProxy) > 0,
	}
	for _, place := range places {
		if scheme, address, err := config.SplitListen(place); err == nil && scheme == config.TCP {
			s.Places = append(s.Places, address)
		}
	}
	return s
}
