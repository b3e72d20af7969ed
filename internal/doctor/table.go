package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"plausch/internal/backup"
	"plausch/internal/config"
	"plausch/internal/service"
	"plausch/internal/store/sqlite"
)

// certsDir is where the server keeps certificates, in its data folder.
const certsDir = "certs"

var errOffline = errors.New("--offline keeps from asking")

// Subject is the server that is looked at.
type Subject struct {
	Config       *config.Config // the defaults, if SettingsErr is not nil
	SettingsErr  error
	SettingsFile string // "" if there is none
	Domain       string // "" if there is none
	Base         string // where links begin that work from everywhere; "" if none do
	ProbeURL     string // of a helper that connects back, or ""
	TimeURL      string // of a web server with a good clock, or ""
	Offline      bool   // ask neither the router nor a name server
	// CertificateFailed is why a running server has not got or renewed its
	// certificate at its last try, "" if it has, or if that is not known.
	CertificateFailed string
	// OwnCertificate is whether its certificate is in files of the host's.
	OwnCertificate bool
}

// Checks returns all checks of a server, in the order in which to read them.
func Checks(s Subject) []Check {
	if s.Config.Data == "" { // wrong settings hide where the data is
		return []Check{settings{s.SettingsErr, s.SettingsFile}}
	}
	var places []string // those that speak HTTP, too, and can be asked who they are
	for _, place := range s.Config.Listen {
		if scheme, address, err := config.SplitListen(place); err == nil && scheme == config.TCP {
			places = append(places, address)
		}
	}
	// The router is asked once.
	addresses := sync.OnceValues(func() (Addresses, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return ownAddresses(ctx)
	})
	here, resolve := func(context.Context) (Addresses, error) { return addresses() }, lookUp
	if s.Offline {
		here = func(context.Context) (Addresses, error) { return Addresses{NoTell: errOffline}, nil }
		resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, errOffline }
	}
	inspect := func(ctx context.Context) (service.Status, error) { return service.Inspect(ctx, service.ThisHost("")) }
	checks := []Check{
		settings{s.SettingsErr, s.SettingsFile},
		data{s.Config.Data, uint64(s.Config.Limits.FreeDiskBytes), lookAtFolder},
		disk{s.Config.Data, measureSync},
		database{s.Config.DatabasePath(), sqlite.Inspect},
		namesCheck{s.Config.DatabasePath(), sqlite.Names},
		attachments{s.Config.BlobsPath(), func(ctx context.Context) ([]sqlite.NamedBlob, error) {
			return sqlite.Blobs(ctx, s.Config.DatabasePath())
		}, time.Now},
		memory{availableMemory},
		files{fileLimit},
		clock{s.TimeURL, time.Now, httpDate},
		unit{inspect},
		backups{s.Config.Data, backup.FindLast, inspect, sameDisk, time.Now},
		port{places, whoListens, s.Domain != "" && len(s.Config.BehindProxy) == 0},
	}
	if s.Domain != "" {
		checks = append(checks, domain{s.Domain, resolve, here})
	}
	checks = append(checks, outside{here}, push{s.Config.PushContact, s.Config.ACMEEmail, s.Base})
	if len(places) == 0 {
		return checks
	}
	own := s.OwnCertificate || s.Config.Certificates() == config.OwnCertificate
	if s.Domain != "" || own {
		kept := func(name string) (*x509.Certificate, error) {
			if own {
				return nil, nil // the server's own folder has none of it
			}
			return keptCertificate(filepath.Join(s.Config.Data, certsDir), name)
		}
		checks = append(checks, certificate{s.Domain, reachable(places[0]), s.CertificateFailed, own, time.Now, shownCertificate, kept})
	}
	_, outsidePort, _ := net.SplitHostPort(places[0])
	if s.Config.OutsidePort != 0 {
		outsidePort = strconv.Itoa(s.Config.OutsidePort)
	}
	return append(checks, probe{s.ProbeURL, s.Domain, outsidePort, askHelper})
}
