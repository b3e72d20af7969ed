package connect

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"plausch/client"
	"plausch/internal/auth"
)

// Environment variables that count where no flag is given.
const (
	ServerEnv   = "PLAUSCH_SERVER"
	NameEnv     = "PLAUSCH_NAME"
	PasswordEnv = "PLAUSCH_PASSWORD"
	TokenEnv    = "PLAUSCH_TOKEN"
)

// EnvNames are all variables of the environment that commands read which talk to a
// server.
var EnvNames = []string{ServerEnv, NameEnv, PasswordEnv, TokenEnv}

// DefaultServer is the address of the server if none is given and none was joined: that
// of plausch serve on this machine.
const DefaultServer = "tcp://127.0.0.1:7528"

// Flags are the flags about a server and an account. Empty ones leave it to the
// environment and to defaults.
type Flags struct {
	Server       string // an address; see [client.ParseAddress]
	Name         string
	PasswordFile string // whose first line is the password
	TokenFile    string // whose first line is a token
	CA           string // a file of certificates in PEM form
	Fingerprint  string // SHA-256 of the server's certificate, or noFingerprint
}

// Register adds the flags to a set.
func (f *Flags) Register(flags *pflag.FlagSet) {
	flags.StringVar(&f.Server, "server", "", "Where the server is: `ADDRESS`, such as https://HOST[:PORT], or\ntls://, tcp://, wss:// or ws://; ktn:// for a KTN server\n($"+ServerEnv+"; by default the one that you joined\nlast, or else "+DefaultServer+")")
	flags.StringVar(&f.Name, "name", "", "Whom to sign in as: an account, or a guest of that name\n($"+NameEnv+"; by default the name that you joined as, or\nelse yours on this machine)")
	flags.StringVar(&f.PasswordFile, "password-file", "", "`FILE` whose first line is the account's password\n(or the password itself in $"+PasswordEnv+")")
	flags.StringVar(&f.TokenFile, "token-file", "", "`FILE` whose first line is a token, such as a bot's\n(or the token itself in $"+TokenEnv+")")
	flags.StringVar(&f.CA, "ca", "", "`FILE` of certificates (PEM) to trust besides the system's")
	flags.StringVar(&f.Fingerprint, "fingerprint", "", "`SHA-256` of the server's certificate, to be known from now\non; none forgets the known one")
}

// Login reads what the flags and the environment name. The login's name stays empty
// if nobody has said one. All errors are usage errors.
func (f Flags) Login() (*Login, error) {
	l := &Login{state: openState()}
	joined := l.state.joined()
	var err error
	if l.Address, err = client.ParseAddress(cmp.Or(f.Server, os.Getenv(ServerEnv), joined.Last, DefaultServer)); err != nil {
		return nil, &Error{Exit: ExitUsage, Err: err}
	}
	if err := f.secrets(l); err != nil {
		return nil, err
	}
	name := cmp.Or(f.Name, os.Getenv(NameEnv))
	if name == "" && l.Token == "" {
		name = joined.Names[l.Address.Key()]
	}
	if name != "" {
		if err := l.SetName(name); err != nil {
			return nil, &Error{Exit: ExitUsage, Err: err}
		}
	}
	if err := f.fingerprint(l); err != nil {
		return nil, err
	}
	return l, f.authorities(l)
}

// secrets sets password and token. A flag counts before the environment, and a token
// before a password.
func (f Flags) secrets(l *Login) (err error) {
	switch {
	case f.TokenFile != "" && f.PasswordFile != "":
		return Usagef("--token-file and --password-file are two ways to sign in; give one")
	case f.TokenFile != "" && l.Address.KTN():
		return Usagef("--token-file is not for KTN servers, which have no accounts")
	case f.TokenFile != "":
		if l.Token, err = firstLine(f.TokenFile); err != nil {
			return Usagef("--token-file: %w", err)
		}
	case f.PasswordFile != "":
		if l.Password, err = firstLine(f.PasswordFile); err != nil {
			return Usagef("--password-file: %w", err)
		}
	case os.Getenv(TokenEnv) != "" && !l.Address.KTN():
		if l.Token = auth.TrimPassword(os.Getenv(TokenEnv)); l.Token == "" {
			return Usagef("$%s has nothing but white space; set it to a token, or unset it", TokenEnv)
		}
	default:
		l.Password = os.Getenv(PasswordEnv)
	}
	return nil
}

// maxSecretLine bounds a line with a password or a token, in bytes: more than the longest
// one.
const maxSecretLine = 4 << 10

// firstLine returns the first line of the file at path, without its end.
func firstLine(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	line, err := bufio.NewReader(io.LimitReader(file, maxSecretLine)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	if line = auth.TrimPassword(line); line == "" {
		return "", fmt.Errorf("the first line of %s is empty", path)
	}
	return line, nil
}

// authorities has the certificates of --ca trusted.
func (f Flags) authorities(l *Login) error {
	if f.CA == "" {
		return nil
	}
	if !l.Address.Secure() {
		return Usagef("--ca is for https, tls and wss addresses; %s is not encrypted", l.Address)
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return Usagef("--ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return Usagef("--ca: %s has no certificate in PEM form", f.CA)
	}
	l.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return nil
}

// noFingerprint as --fingerprint forgets the one that is known.
const noFingerprint = "none"

func (f Flags) fingerprint(l *Login) (err error) {
	if f.Fingerprint == "" {
		return nil
	}
	if !l.Address.Secure() {
		return Usagef("--fingerprint is for https, tls and wss addresses; %s is not encrypted", l.Address)
	}
	if f.Fingerprint == noFingerprint {
		return l.state.pins().SavePin(l.Address.HostPort(), "")
	}
	if l.Fingerprint, err = client.ParseFingerprint(f.Fingerprint); err != nil {
		return Usagef("--fingerprint: %w", err)
	}
	return nil
}
