// Package config holds the settings of a Plausch server.
//
// One table, in settings.go, has every key with its default, comment, flag and
// environment variable; the flags' help, the printed file and the
// documentation are made from it. [Load] asks four sources, the later ones
// winning: the defaults, a TOML file, the environment and the flags. Each value
// remembers where it came from. A key that nobody knows and a value that makes
// no sense are errors, also where a later source would have won.
package config

import (
	"path/filepath"
	"time"
)

// Config is a server's settings. It does not change after [Load].
type Config struct {
	Data          string   // the folder of everything that is kept; absolute
	Listen        []string // see [SplitListen]
	Access        string   // open, invite or closed; Open is stronger
	Open          bool
	Domain        string // the name that people come by; empty for none
	PublicURL     string // where browsers reach the server, if the host says so
	TLS           string // see [Config.Certificates]
	TLSCert       string // files; both or none
	TLSKey        string
	ACMEEmail     string
	ACMECA        string   // a URL; empty for Let's Encrypt
	ACMECARoot    string   // a file; empty for the system's certificates
	HTTPListen    string   // HOST:PORT, or [Off]
	Plaintext     string   // loopback, lan or any
	BehindProxy   []string // addresses and networks; see [Config.Proxies]
	ProxyHeaders  string   // [XForwarded] or [Forwarded]
	Hosts         []string // names besides Domain
	MapPort       bool
	OutsidePort   int      // 0 is the port that is listened on
	OutgoingAllow []string // HOST:PORT that notifications and webhooks may go to besides the Internet
	OutgoingCA    string   // a file of certificates that are good besides the system's; empty for none
	PushContact   string   // https: or mailto: address for push services; empty: the domain or ACMEEmail
	MetricsListen string   // HOST:PORT on the loopback, or [Off]
	LogLevel      string   // debug, info, warn or error
	LogFormat     string   // text or json
	Limits        Limits
	Guests        GuestLimits
	KTN           KTNOptions
	HTL           HTLOptions

	from map[string]string // by key, where the value came from
}

// Limits bound what one account, one address or everybody can use of a server.
// Each is greater than zero.
type Limits struct {
	SendsPerSecond                    float64
	SendBurst                         int
	ConnectionsPerAccount             int
	ConnectionsPerAddress             int
	ConnectionsPerAddressBeforeSignIn int
	ConnectionsPrivate                int
	ConnectionsPrivateBeforeSignIn    int
	ConnectionsBeforeSignIn           int
	SignInDeadline                    time.Duration
	WriteDeadline                     time.Duration
	DeadPeerTimeout                   time.Duration
	OutboxBytes                       int
	FileBytes                         int
	AccountFileBytes                  int
	FreeDiskBytes                     int
}

// GuestLimits bound what guests whom nobody has invited can do together: those of
// one address, and all of them. 0 means no bound.
type GuestLimits struct {
	Address, All GuestRates
}

// GuestRates are the bounds of a group of guests.
type GuestRates struct {
	AccountsPerHour int
	RoomsPerHour    int
	SendsPerSecond  float64
	SendBurst       int
	BytesPerDay     int
}

// KTNOptions say how the JSON protocol of docs/ktn.md is spoken.
type KTNOptions struct {
	Pace            time.Duration // between two writes to a connection
	History         string        // replay, objects, strings or none
	HistoryMessages int
	Echo            bool
	Joins           bool
	SignInDeadline  time.Duration // at a place of its own, ktn://
}

// HTLOptions say how the msgpack protocol of docs/htl.md is spoken.
type HTLOptions struct {
	Pace            time.Duration // between two writes to a connection without lengths
	HistoryMessages int           // 0: none
	SignInDeadline  time.Duration // at a place of its own, htl://
}

const (
	// Off is the MetricsListen of a server without metrics.
	Off = "off"
	// FileName is the settings file that is looked for in the data folder.
	FileName = "plausch.toml"

	// FromDefault is where a value came from that nobody has set: see [Config.From].
	FromDefault = "default"

	databaseName = "plausch.db"
	blobsName    = "blobs"
)

// Default returns the settings of a server that nobody configured, with data
// as its folder.
func Default(data string) *Config {
	c := &Config{from: make(map[string]string)}
	for _, s := range settings(c) {
		if s.fallback != nil {
			store(s.value, s.fallback)
		}
		c.from[s.Key] = FromDefault
	}
	c.Data = data
	return c
}

// DatabasePath returns the path of the SQLite database.
func (c *Config) DatabasePath() string { return filepath.Join(c.Data, databaseName) }

// BlobsPath returns the path of the folder of attachments.
func (c *Config) BlobsPath() string { return filepath.Join(c.Data, blobsName) }

// ThumbnailsPath returns the path of the folder of small pictures, which can be made again.
func (c *Config) ThumbnailsPath() string { return filepath.Join(c.Data, "thumbnails") }

// From says where the value of key came from: "default", the path of a file,
// "environment NAME" or "flag --NAME".
func (c *Config) From(key string) string { return c.from[key] }
