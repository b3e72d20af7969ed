package server

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"plausch/internal/config"
	"plausch/internal/portmap"
)

// router is what the server wants of the router at home.
type router struct {
	inside  uint16 // 0: nothing
	outside uint16
	network portmap.Network
	mapped  func(netip.AddrPort)
}

// OnMapped has f called whenever the router forwards another address and port to
// this server. It is to be called before Run.
func (s *Server) OnMapped(f func(outside netip.AddrPort)) { s.router.mapped = f }

// mappingPorts chooses the port to forward: nothing comes from the router to a
// loopback address.
func (s *Server) mappingPorts(cfg *config.Config) error {
	if !cfg.MapPort {
		return nil
	}
	for _, addr := range s.Addrs() {
		tcp, ok := addr.(*net.TCPAddr)
		if ok && !tcp.IP.IsLoopback() && schemeAt(cfg.Listen, addr) == config.TCP {
			s.router.inside, s.router.outside = uint16(tcp.Port), uint16(cfg.OutsidePort)
			return nil
		}
	}
	return errors.New("map_port is on, but the server listens on this machine's loopback only, where a router cannot reach it; " +
		"listen on all addresses with --listen :7528, or turn map_port off")
}

// mapPort keeps the port forwarded until ctx ends. What it returns is closed when
// the router has been told that this is over.
func (s *Server) mapPort(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	if s.router.inside == 0 {
		close(ended)
		return ended
	}
	opts := portmap.Options{Inside: s.router.inside, Outside: s.router.outside, Log: s.log}
	if tell := s.router.mapped; tell != nil {
		opts.Changed = func(m portmap.Mapping) { tell(m.Outside) }
	}
	go func() {
		defer close(ended)
		portmap.Keep(ctx, s.router.network, opts)
	}()
	return ended
}
