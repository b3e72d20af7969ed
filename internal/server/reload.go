package server

import (
	"slices"
	"strings"

	"plausch/internal/config"
	"plausch/internal/front/port"
)

// Reload takes over what can be changed while the server runs, and reads the
// files of its certificate. It logs what was taken over, and for what the server
// has to be restarted. Before is what it runs with, or was given last.
func (s *Server) Reload(before, now *config.Config) {
	taken, later := before.Changes(now)
	if slices.Contains(taken, "hosts") {
		s.hosts.Set(hosts(now))
	}
	s.port.SetLimits(portLimits(now))
	if status, ok := s.Certificate(); ok { // looks at its files
		s.log.Info("certificate looked at", "until", status.NotAfter)
	}
	s.log.Info("settings read anew", "changed", strings.Join(taken, ", "))
	if len(later) > 0 {
		s.log.Warn("some changed settings need a restart", "settings", strings.Join(later, ", "))
	}
}

func portLimits(cfg *config.Config) port.Limits {
	return port.Limits{
		PerAccount: cfg.Limits.ConnectionsPerAccount,
		PerAddress: cfg.Limits.ConnectionsPerAddress, BeforeSignIn: cfg.Limits.ConnectionsPerAddressBeforeSignIn,
		Private: cfg.Limits.ConnectionsPrivate, PrivateBeforeSignIn: cfg.Limits.ConnectionsPrivateBeforeSignIn,
		AllBeforeSignIn: cfg.Limits.ConnectionsBeforeSignIn,
	}
}
