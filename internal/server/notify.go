package server

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/dial"
	"plausch/internal/link"
	"plausch/internal/notify"
)

// Base returns where the links of a server with the settings cfg begin that listens at
// places, if they work from everywhere; else "".
func Base(cfg *config.Config, places []string) string {
	if base := PublicAddress(cfg, places).Base(); base.Scope == link.Anywhere {
		return base.URL
	}
	return ""
}

// openCalls makes what calls addresses that users give, and what subscriptions to
// notifications are judged by.
func (s *Server) openCalls(cfg *config.Config) (push core.PushOptions, err error) {
	roots, err := outgoingRoots(cfg.OutgoingCA)
	if err != nil {
		return push, err
	}
	if s.calls, err = dial.New(dial.Options{Allow: cfg.OutgoingAllow, Roots: roots}); err != nil {
		return push, fmt.Errorf("outgoing_allow: %w", err)
	}
	kept, err := s.store.InitPushKey(context.Background(), notify.NewKey().Bytes())
	if err != nil {
		return push, err
	}
	if s.notifyOptions.Key, err = notify.ParseKey(kept); err != nil {
		return push, err
	}
	o := &s.notifyOptions
	o.Doer, o.Log, o.Base = s.calls, s.log, Base(cfg, s.ListenAddresses())
	o.Sent = func(_ plausch.PushKind, status int) {
		if status >= 200 && status < 300 {
			s.pushes.taken.Add(1)
		} else {
			s.pushes.failed.Add(1)
		}
	}
	s.secret = kept
	push = core.PushOptions{URLs: s.calls, Key: o.Key.Public(), Changed: func() { s.notify.Refresh() }} // nobody subscribes before it listens
	if contact, err := notify.Contact(cfg.PushContact, cfg.ACMEEmail, o.Base); err != nil {
		push.Off = err.Error()
	} else {
		o.Contact = contact
	}
	return push, nil
}

// notifyRules returns what an account has chosen to be notified of.
func (s *Server) notifyRules(ctx context.Context, account plausch.AccountID, room plausch.RoomID, author plausch.AccountID) (rules notify.Rules, err error) {
	all, err := s.store.Preferences(ctx, account)
	if err != nil {
		return rules, err
	}
	here, err := s.store.RoomPreference(ctx, account, room)
	if err != nil {
		return rules, err
	}
	blocked, err := s.store.HasBlocked(ctx, account, author)
	if err != nil {
		return rules, err
	}
	zone, err := time.LoadLocation(all.Quiet.Zone)
	if err != nil { // which this machine knew when it was chosen
		s.log.Warn("quiet hours are taken for UTC", "account", account, "err", err)
		zone = time.UTC
	}
	return notify.Rules{
		Default: all.Level, Room: here.Level, MuteUntil: here.MuteUntil, Keywords: all.Keywords,
		Quiet: notify.Quiet{From: all.Quiet.From, To: all.Quiet.To, Zone: zone}, HideText: all.HideText,
		Blocked: blocked,
	}, nil
}

// outgoingRoots returns the system's authorities and those of a file, nil if there is
// none.
func outgoingRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("outgoing_ca: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("outgoing_ca: %s has no certificate in PEM form", file)
	}
	return roots, nil
}

// startNotifying has people and programs told of what comes over the bus.
func (s *Server) startNotifying(b bus.Bus) (err error) {
	s.notifyOptions.Rules = s.notifyRules
	s.notify, err = notify.Listen(context.Background(), b, s.store, s.notifyOptions)
	return err
}
