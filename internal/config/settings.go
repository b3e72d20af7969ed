package config

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Setting describes one key for those who read about it.
type Setting struct {
	Key     string // as in the file; a dot stands before keys of a table
	Type    string
	Default string
	Comment string // whole sentences; the first one is the flag's help
	Env     string
	Flag    string   // without the dashes
	Choices []string // all values there are, nil if they cannot be listed
}

// setting is a [Setting] bound to a field of one [Config].
type setting struct {
	Setting
	value    any             // a pointer to the field
	fallback any             // the default, nil if it depends on the environment
	check    func(any) error // of a value of the field's type; nil if all are good
}

const relativePath = "A relative path in a file starts at the file's folder."

// settings is the table. The environment variable and the flag are derived from
// the key, so that who knows one name knows all three.
func settings(c *Config) []setting {
	l, address, guests := &c.Limits, &c.Guests.Address, &c.Guests.All
	table := []setting{
		{value: &c.Data, check: checkData, Setting: Setting{Key: "data",
			Default: "$STATE_DIRECTORY, else $XDG_DATA_HOME/plausch, else ~/.local/share/plausch",
			Comment: "The folder where everything is kept. It is made if it is missing. " +
				relativePath}},
		{value: &c.Listen, fallback: []string{"127.0.0.1:7528"}, check: checkListen, Setting: Setting{Key: "listen",
			Comment: "Where to listen, as HOST:PORT or tcp://HOST:PORT; may be given several times. " +
				"All protocols are spoken there; at ktn://HOST:PORT and htl://HOST:PORT it is only that one. " +
				"Without a HOST it is every address of this machine. " +
				"In the environment, commas stand between several."}},
		{value: &c.Access, fallback: "invite", Setting: Setting{Key: "access",
			Choices: []string{"open", "invite", "closed"},
			Comment: "Who gets in without an account: anyone as a guest (open), those who have an invite (invite), " +
				"or nobody (closed). Accounts always get in."}},
		{value: &c.Open, fallback: false, Setting: Setting{Key: "open",
			Comment: "Let anyone in who picks a free name, as a guest. " +
				"It is short for access = \"open\", and stronger than access."}},
		{value: &c.MapPort, fallback: false, Setting: Setting{Key: "map_port",
			Comment: "Ask the router at home to forward the port to this machine, by PCP, NAT-PMP or UPnP. " +
				"The first place to listen is forwarded that is not a loopback address."}},
		{value: &c.OutsidePort, fallback: 0, check: checkOutsidePort, Setting: Setting{Key: "outside_port",
			Comment: "The port that map_port asks the router for, or 0 for the one that is listened on."}},
		{value: &c.Domain, fallback: "", check: checkDomain, Setting: Setting{Key: "domain",
			Comment: "The name of the server in the Internet, such as chat.example.org. " +
				"With it the server gets a TLS certificate from Let's Encrypt, and listens on :443 unless listen says otherwise."}},
		{value: &c.PublicURL, fallback: "", check: checkPublicURL, Setting: Setting{Key: "public_url",
			Comment: "Where people reach the server in a browser, such as https://chat.example.org: all links begin with it. " +
				"It is needed behind a proxy; otherwise the domain, or where the server listens, says it."}},
		{value: &c.TLS, fallback: TLSAuto, Setting: Setting{Key: "tls",
			Choices: []string{TLSAuto, TLSSelfSigned, Off},
			Comment: "Where the TLS certificate comes from: auto, self-signed or off. " +
				"auto takes tls_cert, or else gets one for the domain, or else there is no TLS; " +
				"self-signed makes one that clients confirm by its fingerprint."}},
		{value: &c.TLSCert, fallback: "", Setting: Setting{Key: "tls_cert",
			Comment: "File of a TLS certificate with its chain (PEM). It is read again when it changes. " + relativePath}},
		{value: &c.TLSKey, fallback: "", Setting: Setting{Key: "tls_key",
			Comment: "File of the key of tls_cert (PEM). " + relativePath}},
		{value: &c.ACMEEmail, fallback: "", Setting: Setting{Key: "acme_email",
			Comment: "Address that the certificate authority can write to. It can stay empty."}},
		{value: &c.ACMECA, fallback: "", check: checkDirectory, Setting: Setting{Key: "acme_ca",
			Comment: "Directory URL of another certificate authority than Let's Encrypt (ACME, RFC 8555)."}},
		{value: &c.ACMECARoot, fallback: "", Setting: Setting{Key: "acme_ca_root",
			Comment: "File of certificates (PEM) to trust when talking to acme_ca, instead of the system's. " + relativePath}},
		{value: &c.HTTPListen, fallback: ":80", check: checkHTTPListen, Setting: Setting{Key: "http_listen",
			Comment: "Where to send browsers on to https and answer the certificate authority, as HOST:PORT, or off. " +
				"It is used with a domain and TLS only, and if the port is free."}},
		{value: &c.Plaintext, fallback: "loopback", Setting: Setting{Key: "plaintext",
			Choices: []string{"loopback", "lan", "any"},
			Comment: "Who is answered without TLS: loopback (this machine only), lan (private addresses, too) or any. " +
				"Passwords and messages of the others could be read on the way."}},
		{value: &c.BehindProxy, fallback: []string{}, check: checkProxies, Setting: Setting{Key: "behind_proxy",
			Comment: "Addresses or networks (10.0.0.0/8) of reverse proxies to believe; may be given several times. " +
				"They tell whom they speak for with the PROXY protocol, or in HTTP headers (see proxy_headers). " +
				"Nobody else is believed."}},
		{value: &c.ProxyHeaders, fallback: XForwarded, Setting: Setting{Key: "proxy_headers",
			Choices: []string{XForwarded, Forwarded},
			Comment: "The headers in which proxies of behind_proxy say for whom they speak: " +
				"x-forwarded (X-Forwarded-For, -Proto, -Host and -Port) or forwarded (RFC 7239). " +
				"The others are not read, since a client can send them itself through a proxy that does not know them."}},
		{value: &c.Hosts, fallback: []string{}, check: checkHosts, Setting: Setting{Key: "hosts",
			Comment: "More names, besides the domain, under which the server is asked for without TLS; may be given several times. " +
				"Addresses, localhost and names without a dot or in .local are answered anyway; others are not, " +
				"so that no page elsewhere can lead a browser here under a name of its own (DNS rebinding)."}},
		{value: &c.OutgoingAllow, fallback: []string{}, check: checkOutgoing, Setting: Setting{Key: "outgoing_allow",
			Comment: "Places as HOST:PORT to which notifications and webhooks may be sent, besides port 443 of the Internet, " +
				"such as an ntfy server at home; may be given several times. " +
				"They are called by https, too. Everybody who has an account can have something posted there."}},
		{value: &c.OutgoingCA, fallback: "", Setting: Setting{Key: "outgoing_ca",
			Comment: "File of certificates (PEM) to trust besides the system's where notifications and webhooks are sent. " + relativePath}},
		{value: &c.PushContact, fallback: "", check: checkPushContact, Setting: Setting{Key: "push_contact",
			Comment: "Where push services can reach whoever runs the server, as mailto:you@example.org or an https address. " +
				"If it is empty, that is acme_email, or else the address of the server."}},
		{value: &c.MetricsListen, fallback: "127.0.0.1:7529", check: checkMetricsListen, Setting: Setting{Key: "metrics_listen",
			Comment: "Where Prometheus metrics and profiles are read, or off. " +
				"They are for this machine only, so the HOST has to be a loopback address."}},
		{value: &c.LogLevel, fallback: "info", Setting: Setting{Key: "log_level",
			Choices: []string{"debug", "info", "warn", "error"},
			Comment: "The least important lines to log: debug, info, warn or error."}},
		{value: &c.LogFormat, fallback: "text", Setting: Setting{Key: "log_format",
			Choices: []string{"text", "json"},
			Comment: "How log lines on standard error look: text or json."}},

		{value: &l.SendsPerSecond, fallback: 5.0, check: positive, Setting: Setting{Key: "limits.sends_per_second",
			Comment: "How many messages an account can send per second in the long run."}},
		{value: &l.SendBurst, fallback: 30, check: atLeast(1), Setting: Setting{Key: "limits.send_burst",
			Comment: "How many messages an account can send at once after a quiet time."}},
		{value: &l.ConnectionsPerAccount, fallback: 128, check: atLeast(1), Setting: Setting{Key: "limits.connections_per_account",
			Comment: "How many connections one account can have, from all its devices together."}},
		{value: &l.ConnectionsPerAddress, fallback: 256, check: atLeast(1), Setting: Setting{Key: "limits.connections_per_address",
			Comment: "How many connections one address can have that have not signed in, or have as guests without an invite; all others " +
				"count for their account. An IPv6 /64 is one address; a /56 can have twice as many, and a /48 four times. " +
				"A school or a company can have one address for everybody."}},
		{value: &l.ConnectionsPerAddressBeforeSignIn, fallback: 64, check: atLeast(1), Setting: Setting{Key: "limits.connections_per_address_before_sign_in",
			Comment: "How many connections of one address may not have signed in yet."}},
		{value: &l.ConnectionsPrivate, fallback: 16384, check: atLeast(1), Setting: Setting{Key: "limits.connections_private",
			Comment: "The same for all private and loopback addresses together. " +
				"They share one limit, since a home router can make everybody look like one of them."}},
		{value: &l.ConnectionsPrivateBeforeSignIn, fallback: 1024, check: atLeast(1), Setting: Setting{Key: "limits.connections_private_before_sign_in",
			Comment: "How many connections of private and loopback addresses may not have signed in yet. With more, the oldest is closed."}},
		{value: &l.ConnectionsBeforeSignIn, fallback: 4096, check: atLeast(1), Setting: Setting{Key: "limits.connections_before_sign_in",
			Comment: "How many connections of the whole server may not have signed in yet. With more, the oldest is closed of the network that has the most."}},
		{value: &l.SignInDeadline, fallback: 10 * time.Second, check: atLeastDuration(time.Millisecond), Setting: Setting{Key: "limits.sign_in_deadline",
			Comment: "How long a connection has to sign in, whatever it speaks; over HTTP, how long one that nobody signs in on can be used."}},
		{value: &l.WriteDeadline, fallback: 10 * time.Second, check: atLeastDuration(time.Millisecond), Setting: Setting{Key: "limits.write_deadline",
			Comment: "How long a connection can leave unread what was sent to it. " +
				"Then it is closed; its client reconnects and resumes."}},
		{value: &l.DeadPeerTimeout, fallback: 45 * time.Second, check: atLeastDuration(3 * time.Second), Setting: Setting{Key: "limits.dead_peer_timeout",
			Comment: "After how long without an answer from the other machine a connection is closed, such as that of a laptop that was shut. " +
				"Until then a guest's name is taken."}},
		{value: &l.OutboxBytes, fallback: 256 << 10, check: atLeast(minOutboxBytes), Setting: Setting{Key: "limits.outbox_bytes",
			Comment: "How many bytes can wait to be read by one connection. " +
				"With more it is closed; its client reconnects and resumes."}},
		{value: &l.FileBytes, fallback: 25 << 20, check: atLeast(1), Setting: Setting{Key: "limits.file_bytes",
			Comment: "How many bytes one file can have that is sent."}},
		{value: &l.AccountFileBytes, fallback: 1 << 30, check: atLeast(1), Setting: Setting{Key: "limits.account_file_bytes",
			Comment: "How many bytes all files of one account can have together."}},
		{value: &l.FreeDiskBytes, fallback: 512 << 20, check: atLeast(1), Setting: Setting{Key: "limits.free_disk_bytes",
			Comment: "How many bytes files leave free on the disk. " +
				"With less no file is taken, so that there is room for messages."}},

		{value: &address.AccountsPerHour, fallback: 300, check: atLeast(0), Setting: Setting{Key: "guests.address_accounts_per_hour",
			Comment: "How many guests can come from one address within an hour; 0 is no limit. " +
				"They can all come at once. An IPv6 /64 is one address; a /56 and a private address have four times as much, a /48 sixteen times. " +
				"Guests with an invite do not count, here and below."}},
		{value: &address.RoomsPerHour, fallback: 60, check: atLeast(0), Setting: Setting{Key: "guests.address_rooms_per_hour",
			Comment: "How many rooms the guests of one address can make within an hour, direct ones included; 0 is no limit."}},
		{value: &address.SendsPerSecond, fallback: 50.0, check: rateOrNone, Setting: Setting{Key: "guests.address_sends_per_second",
			Comment: "How many messages the guests of one address can send together per second in the long run; 0 is no limit. " +
				"It is never less than limits.sends_per_second."}},
		{value: &address.SendBurst, fallback: 1200, check: atLeast(1), Setting: Setting{Key: "guests.address_send_burst",
			Comment: "How many messages the guests of one address can send together at once after a quiet time. " +
				"It is never less than limits.send_burst."}},
		{value: &address.BytesPerDay, fallback: 256 << 20, check: atLeast(0), Setting: Setting{Key: "guests.address_bytes_per_day",
			Comment: "How many bytes of files the guests of one address can upload within a day; 0 is no limit."}},
		{value: &guests.AccountsPerHour, fallback: 2000, check: atLeast(0), Setting: Setting{Key: "guests.accounts_per_hour",
			Comment: "How many guests can come within an hour from everywhere; 0 is no limit."}},
		{value: &guests.RoomsPerHour, fallback: 300, check: atLeast(0), Setting: Setting{Key: "guests.rooms_per_hour",
			Comment: "How many rooms all guests can make within an hour, direct ones included; 0 is no limit."}},
		{value: &guests.SendsPerSecond, fallback: 200.0, check: rateOrNone, Setting: Setting{Key: "guests.sends_per_second",
			Comment: "How many messages all guests can send together per second in the long run; 0 is no limit. " +
				"It is never less than limits.sends_per_second."}},
		{value: &guests.SendBurst, fallback: 4000, check: atLeast(1), Setting: Setting{Key: "guests.send_burst",
			Comment: "How many messages all guests can send together at once after a quiet time. " +
				"It is never less than limits.send_burst."}},
		{value: &guests.BytesPerDay, fallback: 1 << 30, check: atLeast(0), Setting: Setting{Key: "guests.bytes_per_day",
			Comment: "How many bytes of files all guests can upload within a day; 0 is no limit."}},

		{value: &c.KTN.Pace, fallback: 20 * time.Millisecond, check: atLeastDuration(0), Setting: Setting{Key: "ktn.pace",
			Comment: "The least time between two writes to a KTN client. " +
				"Most of them take whatever they read at once for one message."}},
		{value: &c.KTN.History, fallback: "replay", Setting: Setting{Key: "ktn.history",
			Choices: []string{"replay", "objects", "strings", "none"},
			Comment: "How a KTN client is sent what was said before, at login and when it asks: replay, objects or strings; none is replay when it asks. " +
				"Nearly all of them understand replay, each message as if it were said now; " +
				"objects and strings are histories in the two forms that the course's texts can be read as."}},
		{value: &c.KTN.HistoryMessages, fallback: 50, check: between(1, 200), Setting: Setting{Key: "ktn.history_messages",
			Comment: "How many messages a history for a KTN client has."}},
		{value: &c.KTN.Echo, fallback: true, Setting: Setting{Key: "ktn.echo",
			Comment: "Send a KTN client its own messages, too."}},
		{value: &c.KTN.Joins, fallback: false, Setting: Setting{Key: "ktn.joins",
			Comment: "Tell KTN clients who comes and goes."}},
		{value: &c.KTN.SignInDeadline, fallback: 5 * time.Minute, check: atLeastDuration(time.Millisecond), Setting: Setting{Key: "ktn.sign_in_deadline",
			Comment: "How long a connection to a ktn:// place has to log in. " +
				"Many KTN clients connect first and then ask their user for a name."}},
		{value: &c.HTL.Pace, fallback: 20 * time.Millisecond, check: atLeastDuration(0), Setting: Setting{Key: "htl.pace",
			Comment: "The least time between two writes to an htl client that does not frame its messages by their length."}},
		{value: &c.HTL.HistoryMessages, fallback: 50, check: between(0, 200), Setting: Setting{Key: "htl.history_messages",
			Comment: "How many of the last messages an htl client is sent at sign-in."}},
		{value: &c.HTL.SignInDeadline, fallback: 5 * time.Minute, check: atLeastDuration(time.Millisecond), Setting: Setting{Key: "htl.sign_in_deadline",
			Comment: "How long a connection to an htl:// place has to sign in."}},
	}
	for i := range table {
		s := &table[i]
		s.Env = envPrefix + strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_"))
		s.Flag = strings.NewReplacer(".", "-", "_", "-").Replace(s.Key)
		s.Type = typeName(s.value)
		if s.fallback != nil {
			s.Default = literal(s.fallback)
		}
		if s.Choices != nil {
			s.check = oneOf(s.Choices)
		}
	}
	return table
}

// Settings returns every setting there is, in the order of the printed file.
func Settings() []Setting {
	var all []Setting
	for _, s := range settings(new(Config)) {
		all = append(all, s.Setting)
	}
	return all
}

// ConfigFlag is the flag that names the settings file. It is no setting: the
// file cannot name itself.
const ConfigFlag = "config"

// EnvNames returns the names of all variables of the environment that a server reads.
func EnvNames() []string {
	names := []string{configEnv}
	for _, s := range Settings() {
		names = append(names, s.Env)
	}
	return names
}

// Flags adds to fs the flags of the settings with the given keys, of all
// settings if none is given, and --config.
func Flags(fs *pflag.FlagSet, keys ...string) {
	fs.String(ConfigFlag, "", "Settings file (default $"+configEnv+", else "+FileName+" in the data folder if there is one)")
	wanted := make(map[string]bool)
	for _, key := range keys {
		wanted[key] = true
	}
	for _, s := range settings(new(Config)) {
		if len(keys) > 0 && !wanted[s.Key] {
			continue
		}
		help := s.firstSentence()
		switch d := s.fallback.(type) {
		case nil:
			fs.String(s.Flag, "", fmt.Sprintf("%s (default %s)", help, s.Default))
		case string:
			fs.String(s.Flag, d, help)
		case []string:
			fs.StringSlice(s.Flag, d, help)
		case bool:
			fs.Bool(s.Flag, d, help)
		case int:
			fs.Int(s.Flag, d, help)
		case float64:
			fs.Float64(s.Flag, d, help)
		case time.Duration:
			fs.Duration(s.Flag, d, help)
		}
	}
}

func (s Setting) firstSentence() string {
	first, _, _ := strings.Cut(s.Comment, ". ")
	return strings.TrimSuffix(first, ".")
}

// WriteMarkdown writes the table of all settings for the documentation.
func WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| key | type | default | what it is | environment | flag |\n|---|---|---|---|---|---|\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | `%s` | `--%s` |\n",
			s.Key, s.Type, s.Default, s.Comment, s.Env, s.Flag)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
