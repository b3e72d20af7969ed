package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"plausch"
	"plausch/internal/cert"
	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/core"
	"plausch/internal/link"
	"plausch/internal/server"
	"plausch/internal/service"
)

func newServeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve [flags] [DOMAIN]",
		Short: "Run a server",
		Long: "Runs a chat server until it is told to stop with SIGTERM or Ctrl-C: then what is being\n" +
			"sent is answered, everybody is told to come back, and it ends. A second signal ends it at\n" +
			"once, and even then nothing that was acknowledged is lost. SIGHUP reads the settings and the\n" +
			"certificate anew; if it comes because the terminal was closed, the server stops.\n\n" +
			"With a DOMAIN that leads to this machine it can be reached from everywhere: it gets a TLS\n" +
			"certificate from Let's Encrypt, whose terms you accept with that, and listens on port 443.\n\n" +
			"Every setting can also stand in a file and in the environment: see plausch config.",
		Example: "  plausch serve --open\n" +
			"  plausch serve chat.example.org\n" +
			"  plausch serve --listen :7528 --tls self-signed\n" +
			"  plausch serve --listen :7528 --plaintext lan",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := setDomain(cmd, args); err != nil {
				return err
			}
			cfg, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			load := func() (*config.Config, error) { return loadSettings(cmd) }
			return serve(cmd.Context(), cfg, load, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addSettings(cmd)
	return cmd
}

// setDomain has the argument count as --domain.
func setDomain(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	flag := cmd.Flags().Lookup("domain")
	if flag.Changed && flag.Value.String() != args[0] {
		return connect.Usagef("DOMAIN and --domain name two domains; name one")
	}
	return cmd.Flags().Set("domain", args[0])
}

// serve runs a server until ctx ends or a signal comes. Load reads the settings
// anew.
func serve(ctx context.Context, cfg *config.Config, load func() (*config.Config, error), stdout, stderr io.Writer) error {
	ctx, reload, stop := serverSignals(ctx)
	defer stop()
	inherited, err := service.Listeners()
	if err != nil {
		return err
	}
	logTo := newLogWriter(stderr)
	defer logTo.close()
	log, level := newLogger(cfg, logTo)
	srv, err := server.New(cfg, log, inherited...)
	if err != nil {
		return err
	}
	claim, err := newClaimCode(ctx, cfg, srv, stdout)
	if err != nil {
		if ctx.Err() != nil { // it was told to end before it began
			log.Info("stopping")
			err = nil
		}
		return errors.Join(err, srv.Close())
	}
	certificate, _ := srv.Certificate()
	if err := printStartup(stdout, cfg, srv, certificate, claim); err != nil {
		// Nobody reads our standard output; that is no reason not to serve.
		fmt.Fprintf(stderr, "plausch: %v\n", err)
	}
	srv.OnMapped(func(outside netip.AddrPort) {
		_, _ = fmt.Fprintln(stdout, outsideText(cfg, outside))
	})
	told := make(chan struct{})
	go func() {
		defer close(told)
		service.Accompany(ctx, srv.Ready, log)
	}()
	reloaded := make(chan struct{})
	go func() {
		defer close(reloaded)
		reloadOn(ctx, reload, cfg, load, srv, level, log)
	}()
	go releaseMemory(ctx) // ends with it
	err = srv.Run(ctx)
	stop()
	<-told
	<-reloaded
	return err
}

// reloadOn takes over changed settings whenever it is asked to, until ctx ends.
// Wrong ones are logged, and the old ones stay.
func reloadOn(ctx context.Context, asked <-chan struct{}, cfg *config.Config, load func() (*config.Config, error),
	srv *server.Server, level *slog.LevelVar, log *slog.Logger) {
	for {
		select {
		case <-asked:
		case <-ctx.Done():
			return
		}
		fresh, err := load()
		if err != nil {
			log.Error("settings not read anew; the old ones stay", "err", err)
			continue
		}
		level.Set(levelOf(fresh))
		srv.Reload(cfg, fresh)
		cfg = fresh
	}
}

// newLogger returns a logger to w, and its level, which can be changed.
func newLogger(cfg *config.Config, w io.Writer) (*slog.Logger, *slog.LevelVar) {
	level := new(slog.LevelVar)
	level.Set(levelOf(cfg))
	opts := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts)), level
	}
	return slog.New(slog.NewTextHandler(w, opts)), level
}

func levelOf(cfg *config.Config) (level slog.Level) {
	must(level.UnmarshalText([]byte(cfg.LogLevel))) // config lets only levels through
	return level
}

// setup says whether a server has no owner yet, and with which code to become it.
type setup struct {
	needed bool
	code   string // of the link that makes one; empty if there is nobody to see it
}

// newClaimCode returns the code that makes the owner of a server which needs one.
// It is made only if stdout is a terminal: it must not get into a log. A server
// that is open needs no owner.
func newClaimCode(ctx context.Context, cfg *config.Config, srv *server.Server, stdout io.Writer) (setup, error) {
	unclaimed, err := srv.Unclaimed(ctx)
	if err != nil || !unclaimed || cfg.Open || cfg.Access == "open" {
		return setup{}, err
	}
	file, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || sharedAddr(srv) == nil {
		return setup{needed: true}, nil
	}
	code, err := srv.NewClaim(ctx)
	if plausch.CodeOf(err) == plausch.Forbidden { // made meanwhile, beside
		return setup{}, nil
	}
	return setup{true, code.Text()}, err
}

// sharedAddr returns the first address on which the server detects the protocol;
// nil if there is none.
func sharedAddr(srv *server.Server) net.Addr {
	addrs := srv.Addrs()
	for i, place := range srv.ListenAddresses() {
		if scheme, _, err := config.SplitListen(place); err == nil && scheme == config.TCP {
			return addrs[i]
		}
	}
	return nil
}

// printStartup prints where the server listens and how to talk to it. All of it can be
// copied into a shell.
func printStartup(w io.Writer, cfg *config.Config, srv *server.Server, certificate cert.Status, set setup) error {
	var b strings.Builder
	reach := server.PublicAddress(cfg, srv.ListenAddresses())
	fmt.Fprintf(&b, "Plausch %s listens on %s (data in %s)\n", plausch.Version, strings.Join(srv.ListenAddresses(), " and "), cfg.Data)
	if !cfg.Open && cfg.Access != "open" {
		data := ""
		if cfg.From("data") != "default" {
			data = " --data " + shellQuote(cfg.Data)
		}
		switch {
		case set.code != "":
			fmt.Fprintf(&b, "It is not set up yet. Open this within %d minutes to become its owner:\n%s", int(core.ClaimLife.Minutes()),
				linkText(w, reach.Base(), link.Claim, set.code))
		case set.needed:
			fmt.Fprintf(&b, "It is not set up yet. Become its owner:  plausch claim%s\n", data)
		}
		fmt.Fprintf(&b, "Nobody gets in but accounts. Add one:  plausch user add NAME%s\n", data)
		if cfg.Access == "invite" && !set.needed {
			fmt.Fprintf(&b, "Invite people:  plausch invite%s\n", data)
		}
	}
	if cfg.Certificates() == config.SelfSigned {
		fmt.Fprintf(&b, "Certificate, for others to compare (SHA-256):  %s\n", certificate.Fingerprint)
	}
	if addr := sharedAddr(srv); addr != nil {
		b.WriteString(connectText(cfg, reach, addr))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// connectText is the lines on how to talk to the server, here and from other machines: in
// the browser and in the terminal.
func connectText(cfg *config.Config, reach link.Server, addr net.Addr) string {
	scheme, page := "tcp://", "http://"
	if cfg.Certificates() != config.NoCertificate {
		scheme, page = "tls://", "https://"
	}
	place, scope := reach.Place()
	base := reach.Base()
	switch {
	case base.Scope == link.Anywhere && cfg.Certificates() == config.NoCertificate:
		// By a proxy, which may speak nothing but HTTP. From here it can be left out.
		address := strings.Replace(base.URL, "http", "ws", 1)
		return fmt.Sprintf("Browse: %s/\nTalk:   plausch chat %s --name YOU\n", base.URL, address)
	case base.Scope == link.Anywhere && cfg.Certificates() != config.SelfSigned:
		return fmt.Sprintf("Browse: %s/\nTalk:   plausch chat %s --name YOU\n", base.URL, strings.TrimPrefix(base.URL, "https://"))
	case scope == link.Nowhere:
		return fmt.Sprintf("Talk:   nobody is answered yet.\n%s", fillLines(base.Todo))
	}
	here := localAddress(addr)
	browse, talk := page+here+"/", fmt.Sprintf("Talk:   plausch chat %s%s --name YOU\n", scheme, here)
	if scope == link.Network && place != here {
		browse += fmt.Sprintf(", others %s%s/", page, place)
		talk += fmt.Sprintf("Others: plausch chat %s%s --name THEM\n", scheme, place)
	}
	return "Browse: " + browse + "\n" + talk
}

// outsideText is the line on how to talk to the server through the address that the
// router forwards.
func outsideText(cfg *config.Config, outside netip.AddrPort) string {
	switch {
	case cfg.Certificates() == config.NoCertificate && cfg.Plaintext != "any":
		return fmt.Sprintf("The router forwards %s, but nobody from outside is answered, since there is no TLS: start the server with a domain, or with --tls self-signed", outside)
	case cfg.Certificates() == config.NoCertificate:
		return fmt.Sprintf("From outside:  plausch chat tcp://%s --name YOU", outside)
	case cfg.Domain != "":
		address := cfg.Domain
		if outside.Port() != 443 {
			address = fmt.Sprintf("tls://%s:%d", cfg.Domain, outside.Port())
		}
		return fmt.Sprintf("From outside:  plausch chat %s --name YOU", address)
	}
	return fmt.Sprintf("From outside:  plausch chat tls://%s --name YOU", outside)
}

// localAddress returns addr as a client on this machine dials it: the address of
// all addresses is none that one can reach everywhere.
func localAddress(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	// A server on [::] hears IPv4, too.
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
}

// shellQuote returns s as one word for a shell.
func shellQuote(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-:@%+=,", r)
	}
	if s != "" && strings.TrimFunc(s, safe) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
