// Package server wires a Plausch server together and runs it.
//
//	port ─► native, web ─► session ─► api ─► core ─► store
//	     ─► ktn, htl ────► gateway ──►
//	                          ▲                │
//	                          └───── hub ◄──── bus
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/backup"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/cert"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/dial"
	"plausch/internal/front/htl"
	"plausch/internal/front/ktn"
	"plausch/internal/front/native"
	"plausch/internal/front/port"
	"plausch/internal/front/web"
	"plausch/internal/front/web/rest"
	"plausch/internal/hub"
	"plausch/internal/notify"
	"plausch/internal/session"
	"plausch/internal/store/sqlite"
)

// drainTime is how long a stopping server waits for its connections to end.
const drainTime = 8 * time.Second

// Server is one running server. Run it once.
type Server struct {
	log     *slog.Logger
	unlock  func() error
	running string // the file of Running, empty if it was not written
	store   *sqlite.Store
	blobs   *blob.Folder
	// thumbnails are small pictures that can be made again.
	thumbnails *blob.Cache
	secret     []byte // which nobody but this server knows
	core       *core.Core
	hub        *hub.Hub
	sessions   *session.Server
	htl        *htl.Server
	ktn        *ktn.Server
	web        *web.Server
	port       *port.Port
	listeners  []listener
	metrics    *metrics
	broken     chan error
	router     router
	hosts      *web.Hosts

	calls         *dial.Client
	notifyOptions notify.Options
	notify        *notify.Listener
	pushes        struct{ taken, failed atomic.Uint64 } // for metrics

	// damage is what is wrong with the database, nil if nothing is known.
	damage atomic.Pointer[string]

	httpListener net.Listener  // for plain HTTP, or nil
	certificate  cert.Provider // nil without TLS
	acme         *cert.ACME    // certificate, or nil if it is of another kind
}

// listener is a place where the server listens.
type listener struct {
	net.Listener
	scheme string // config.TCP, KTN or HTL
	serve  func(*port.Port, net.Listener) error
}

// New opens the data folder and the listeners. Run has to follow, or Close.
// If a service manager has opened listeners already, those are used in place of
// the places in the settings.
func New(cfg *config.Config, log *slog.Logger, inherited ...net.Listener) (_ *Server, err error) {
	s := &Server{log: log, broken: make(chan error, 1), hosts: web.NewHosts(hosts(cfg))}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if err := s.openData(cfg); err != nil {
		return nil, err
	}
	if err := s.listen(cfg, inherited); err != nil {
		return nil, err
	}
	if err := s.openCertificate(cfg); err != nil {
		return nil, err
	}
	push, err := s.openCalls(cfg)
	if err != nil {
		return nil, err
	}
	local := new(bus.Local)
	s.core, err = core.New(context.Background(), core.Options{
		Store:      s.store,
		Blobs:      s.blobs,
		Thumbnails: s.thumbnails,
		Bus:        local,
		Passwords:  auth.NewHasher(),
		Access:     access(cfg), SendsPerSecond: cfg.Limits.SendsPerSecond, SendBurst: cfg.Limits.SendBurst,
		MaxFile: int64(cfg.Limits.FileBytes), MaxAccountFiles: int64(cfg.Limits.AccountFileBytes),
		Guests:    core.GuestLimits{Address: core.GuestRates(cfg.Guests.Address), All: core.GuestRates(cfg.Guests.All)},
		LockFiles: func() (func() error, error) { return backup.Lock(cfg.Data) },
		Push:      push,
		Secret:    s.secret,
		Log:       log,
		Fatal: func(err error) {
			select {
			case s.broken <- err:
			default: // the first is enough
			}
		},
	})
	if err != nil {
		return nil, err
	}
	s.hub = hub.New(local)
	if err := s.startNotifying(local); err != nil {
		return nil, err
	}
	table := api.New(s.core, s.hub, "plausch/"+plausch.Version)
	s.sessions = session.NewServer(table, session.Options{
		SignInDeadline: cfg.Limits.SignInDeadline,
		FrameDeadline:  cfg.Limits.SignInDeadline,
		WriteDeadline:  cfg.Limits.WriteDeadline,
		OutboxBytes:    cfg.Limits.OutboxBytes,
		Log:            log,

		DeadPeerTimeout: cfg.Limits.DeadPeerTimeout,
	})
	s.ktn = ktn.New(table, ktn.Options{
		Pace: cfg.KTN.Pace, WriteDeadline: cfg.Limits.WriteDeadline, DeadPeerTimeout: cfg.Limits.DeadPeerTimeout,
		History: ktn.HistoryMode(cfg.KTN.History), HistoryMessages: cfg.KTN.HistoryMessages,
		Echo: cfg.KTN.Echo, Joins: cfg.KTN.Joins, Guests: cfg.Open, Links: PublicAddress(cfg, s.ListenAddresses()).Base().URL, Log: log,
	})
	s.htl = htl.New(table, htl.Options{
		Pace: cfg.HTL.Pace, WriteDeadline: cfg.Limits.WriteDeadline, DeadPeerTimeout: cfg.Limits.DeadPeerTimeout,
		HistoryMessages: cfg.HTL.HistoryMessages,
		FileBytes:       cfg.Limits.FileBytes, Certificate: s.certificatePEM, Log: log,
	})
	s.web = web.New(web.Options{
		API: table, Sessions: s.sessions, Ready: s.Ready, TLS: s.webTLS(cfg),
		Hosts: s.hosts, Forwarded: cfg.ProxyHeaders == config.Forwarded, Links: PublicAddress(cfg, s.ListenAddresses()).Base(), LastBackup: lastBackup(cfg.Data), Downloads: filepath.Join(cfg.Data, "downloads"),
		REST: rest.Options{
			API: table, BodyDeadline: cfg.Limits.SignInDeadline, WriteDeadline: cfg.Limits.WriteDeadline,
			StreamBytes: cfg.Limits.OutboxBytes, Log: log,
		},
		Log: log,
	})
	s.port = port.New(port.Options{
		Limits:         portLimits(cfg),
		SignInDeadline: cfg.Limits.SignInDeadline,
		TLS:            s.tlsConfig(),
		Plaintext:      plaintext(cfg),
		Proxies:        cfg.Proxies(),
		Log:            log,
	},
		port.Protocol{Name: "http", Match: web.Match, Serve: s.web.Serve, Refuse: s.web.Serve, Busy: web.Busy, ALPN: []string{web.ALPN}},
		s.ktnProtocol(),
		s.htlProtocol(), // before native, whose frames have lengths, too
		port.Protocol{Name: "native", Match: native.Match, Serve: native.Serve(s.sessions), Refuse: native.Refuse, Busy: native.Busy, ALPN: []string{native.ALPN}},
	)
	if err := s.mappingPorts(cfg); err != nil {
		return nil, err
	}
	if err := s.writeRunning(cfg); err != nil {
		log.Warn("plausch status will not know much", "err", err) // the disk may be full; reading goes on
	}
	return s, nil
}

func (s *Server) ktnProtocol() port.Protocol {
	return port.Protocol{Name: "ktn", Match: ktn.Match, Serve: s.ktn.Serve, Busy: ktn.Busy}
}

func (s *Server) htlProtocol() port.Protocol {
	return port.Protocol{Name: "htl", Match: htl.Match, Serve: s.htl.Serve, Busy: htl.Busy}
}

func access(cfg *config.Config) core.Access {
	if cfg.Open {
		return core.AccessOpen
	}
	return core.Access(cfg.Access) // config lets only ours through
}

// listen opens all places to listen, or takes over those that a service manager
// has opened.
func (s *Server) listen(cfg *config.Config, inherited []net.Listener) error {
	for _, ln := range inherited {
		scheme := schemeAt(cfg.Listen, ln.Addr())
		s.listeners = append(s.listeners, listener{ln, scheme, s.serving(cfg, scheme)})
	}
	places := cfg.Listen
	if len(inherited) > 0 {
		places = nil
	}
	for _, place := range places {
		scheme, address, err := config.SplitListen(place)
		if err != nil {
			return err
		}
		ln, err := net.Listen(network(places, address), address)
		if err != nil {
			return s.listenError("--listen", address, err)
		}
		s.listeners = append(s.listeners, listener{ln, scheme, s.serving(cfg, scheme)})
	}
	s.listenHTTP(cfg)
	return s.listenMetrics(cfg)
}

// serving returns how connections to a place with the given scheme are served.
func (s *Server) serving(cfg *config.Config, scheme string) func(*port.Port, net.Listener) error {
	switch scheme {
	case config.KTN:
		return func(p *port.Port, ln net.Listener) error {
			return p.ServeAs(ln, s.ktnProtocol(), cfg.KTN.SignInDeadline)
		}
	case config.HTL:
		return func(p *port.Port, ln net.Listener) error {
			return p.ServeAs(ln, s.htlProtocol(), cfg.HTL.SignInDeadline)
		}
	}
	return (*port.Port).Serve
}

// schemeAt returns the scheme of the place with the port of addr. What no place
// names is the one port that tells protocols apart.
func schemeAt(places []string, addr net.Addr) string {
	_, port, _ := net.SplitHostPort(addr.String())
	for _, place := range places {
		scheme, address, err := config.SplitListen(place)
		if _, its, _ := net.SplitHostPort(address); err == nil && its == port {
			return scheme
		}
	}
	return config.TCP
}

func (s *Server) listenMetrics(cfg *config.Config) error {
	if cfg.MetricsListen == config.Off {
		return nil
	}
	ln, err := net.Listen("tcp", cfg.MetricsListen)
	if errors.Is(err, syscall.EADDRINUSE) { // by another server of this machine, most likely
		host, _, _ := net.SplitHostPort(cfg.MetricsListen)
		if ln, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err == nil {
			s.log.Warn("metrics are elsewhere, since their port is in use; name another with --metrics-listen, or off",
				"wanted", cfg.MetricsListen, "listen", ln.Addr())
		}
	}
	if err != nil {
		return s.listenError("--metrics-listen", cfg.MetricsListen, err)
	}
	s.metrics = newMetrics(ln, s, s.hosts)
	return nil
}

// network returns what address is listened on as. An IPv6 socket for all
// addresses hears IPv4, too, unless IPv4 is named beside it.
func network(places []string, address string) string {
	host, number, _ := net.SplitHostPort(address)
	switch ip, err := netip.ParseAddr(host); {
	case err == nil && ip == netip.IPv4Unspecified():
		return "tcp4" // net would hear IPv6, too
	case host != "" && (err != nil || ip != netip.IPv6Unspecified()):
		return "tcp"
	}
	for _, place := range places {
		_, other, err := config.SplitListen(place)
		if err != nil {
			continue
		}
		otherHost, otherNumber, _ := net.SplitHostPort(other)
		if otherNumber == number && otherHost == netip.IPv4Unspecified().String() {
			return "tcp6"
		}
	}
	return "tcp"
}

func (s *Server) listenError(flag, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		_, number, _ := net.SplitHostPort(address)
		for _, ln := range s.listeners {
			if _, ours, _ := net.SplitHostPort(ln.Addr().String()); ours == number {
				return fmt.Errorf("%s and %s of %s overlap (a place without a HOST, and [::], are every address of this machine); remove one",
					ln.Addr(), address, flag)
			}
		}
		return fmt.Errorf("%s is in use by another program, perhaps another server; stop it, or choose another place with %s", address, flag)
	}
	if errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("this user may not listen on %s: allow it (setcap cap_net_bind_service=+ep plausch, or AmbientCapabilities in a systemd unit), "+
			"or listen elsewhere with %s and have port 443 lead there", address, flag)
	}
	return fmt.Errorf("cannot listen on %s; choose another place with %s: %w", address, flag, err)
}

// Unclaimed reports whether the server has no owner yet.
func (s *Server) Unclaimed(ctx context.Context) (bool, error) {
	owned, err := s.store.HasOwner(ctx)
	return !owned, err
}

// NewClaim returns a code that makes the first owner: see core.Admin.NewClaim.
func (s *Server) NewClaim(ctx context.Context) (auth.LinkCode, error) {
	return (&core.Admin{Store: s.store}).CreateClaim(ctx)
}

// Addrs returns where the server listens.
func (s *Server) Addrs() []net.Addr {
	addrs := make([]net.Addr, len(s.listeners))
	for i, ln := range s.listeners {
		addrs[i] = ln.Addr()
	}
	return addrs
}

// ListenAddresses returns where it listens as the settings name it: HOST:PORT, with the
// scheme before it where one of the old protocols has a port of its own.
func (s *Server) ListenAddresses() []string {
	places := make([]string, len(s.listeners))
	for i, ln := range s.listeners {
		places[i] = ln.Addr().String()
		if ln.scheme != config.TCP {
			places[i] = ln.scheme + "://" + places[i]
		}
	}
	return places
}

// Ready reports why requests cannot be served now, if so.
func (s *Server) Ready(ctx context.Context) error {
	if damage := s.damage.Load(); damage != nil {
		return fmt.Errorf("the database is damaged: %s", *damage)
	}
	return s.core.Ready(ctx)
}

// MetricsAddr returns where metrics are served, nil if they are not.
func (s *Server) MetricsAddr() net.Addr {
	if s.metrics == nil {
		return nil
	}
	return s.metrics.ln.Addr()
}

// Run serves until ctx ends, and then drains: sends in flight are answered and
// connections told to come back. It returns nil after that, and an error at once,
// with everything left as it is, if the store is broken: the process has to end.
func (s *Server) Run(ctx context.Context) error {
	checking, stopChecking := context.WithCancel(ctx)
	checked := make(chan struct{})
	go func() { defer close(checked); s.checkLoop(checking) }()
	defer func() { stopChecking(); <-checked }()
	for _, ln := range s.listeners {
		go func() { _ = ln.serve(s.port, ln) }() // ends with the listener
	}
	if s.httpListener != nil {
		go func() { _ = s.port.Serve(s.httpListener) }() // ends with the listener
	}
	if s.acme != nil {
		s.acme.Start()
	}
	if s.metrics != nil {
		go s.metrics.serve()
	}
	go s.watchCertificate(ctx) // ends with it
	unmapped := s.mapPort(ctx)
	select {
	case err := <-s.broken:
		return brokenError(err)
	case <-ctx.Done():
	}
	stopped := make(chan error, 1)
	go func() {
		err := s.stop()
		<-unmapped
		stopped <- err
	}()
	var err error
	select {
	case err = <-stopped:
	case err := <-s.broken: // what is in flight will never be answered
		return brokenError(err)
	}
	select {
	case err := <-s.broken:
		return brokenError(err)
	default:
		return err
	}
}

func brokenError(err error) error {
	return fmt.Errorf("stopped without an answer to the last sends: %w", err)
}

// stop drains and closes.
func (s *Server) stop() error {
	s.log.Info("stopping", "connections", s.port.Stats().Open)
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	s.port.Close()
	err := errors.Join(s.drain(drain), s.closeWeb(drain), s.port.Wait(drain))
	if err != nil {
		s.log.Warn("some connections were cut off", "err", err)
	}
	return s.Close()
}

// drain ends the connections of every protocol, at once.
func (s *Server) drain(ctx context.Context) error {
	all := []func(context.Context) error{s.sessions.Drain, s.ktn.Drain, s.htl.Drain}
	errs := make([]error, len(all))
	var draining sync.WaitGroup
	for i, drain := range all {
		draining.Go(func() { errs[i] = drain(ctx) })
	}
	draining.Wait()
	return errors.Join(errs...)
}

// closeWeb lets the requests that are running end, but not those that have not
// come whole.
func (s *Server) closeWeb(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return s.web.Close(ctx)
}

// Close ends a server that is not running.
func (s *Server) Close() error {
	var errs []error
	for _, ln := range s.listeners {
		_ = ln.Close()
	}
	if s.httpListener != nil {
		_ = s.httpListener.Close()
	}
	if s.acme != nil {
		s.acme.Close()
	}
	if s.metrics != nil {
		errs = append(errs, s.metrics.close())
	}
	if s.hub != nil {
		s.hub.Close()
	}
	if s.notify != nil {
		s.notify.Close()
	}
	if s.calls != nil {
		s.calls.Close()
	}
	if s.web != nil {
		errs = append(errs, s.web.Close(context.Background()))
	}
	if s.core != nil {
		errs = append(errs, s.core.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.blobs != nil {
		errs = append(errs, s.blobs.Close())
	}
	if s.thumbnails != nil {
		errs = append(errs, s.thumbnails.Close())
	}
	errs = append(errs, s.forgetRunning())
	if s.unlock != nil {
		errs = append(errs, s.unlock())
	}
	return errors.Join(errs...)
}
