// Package connect has what all commands share that talk to a server as somebody:
// which server and which account it is ([Flags], [Login]), where sign-ins, known
// certificates and unsent messages are kept ([Login.Options], [Login.OutboxFile]),
// rooms and people as users name them ([Target]), and errors with advice and an exit
// code ([Login.Explain], [Error]).
//
// A command gives itself the flags, makes a Login of them, and opens a client:
//
//	var flags connect.Flags
//	flags.Register(cmd.Flags())
//	...
//	login, err := flags.Login()
//	...
//	c, err := client.Open(login.Options())
//	...
//	return login.Explain(err)
//
// Nothing here has a goroutine of its own but [Updates].
package connect

import (
	"crypto/tls"
	"os"
	"os/user"
	"regexp"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/internal/names"
)

// Login says which server to talk to, and as whom. [Flags.Login] makes one.
type Login struct {
	Address client.Address
	// Name is the account or guest to sign in as. It is empty if nobody has said
	// one; see [Login.RequireName]. With a Token it is not needed.
	Name     string
	Password string // empty for none
	Token    string // signs in without name and password; empty for none
	// Fingerprint is that of the one certificate that is good, empty for the known
	// one or any that is vouched for; see [client.DialOptions].
	Fingerprint string
	TLS         *tls.Config // nil for the system's certificates

	state      state
	toldUnkept bool // that nothing is kept was told
	toldName   bool // that the token is another account's was told
	takenAgain bool // that the name is taken was tried again
}

// SetName sets the name to sign in as, in the form in which the server knows it.
// It returns an error that says what is wrong with the name.
func (l *Login) SetName(name string) error {
	name, err := l.normalName(name)
	if err == nil {
		l.Name = name
	}
	return err
}

// RequireName sets the name to that of this machine's user if there is none. It
// returns a usage error if that cannot be a name on the server. With a token it does
// nothing: the server knows whose it is.
func (l *Login) RequireName() error {
	if l.Name != "" || l.Token != "" {
		return nil
	}
	if l.Name = l.UserName(); l.Name == "" {
		return Usagef("say who you are with --name NAME or $%s", NameEnv)
	}
	return nil
}

// ktnName is what KTN servers take for a name. They tell cases apart.
var ktnName = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)

func (l *Login) normalName(name string) (string, error) {
	switch name = names.TrimSpace(name); {
	case !l.Address.KTN():
		return names.Account(name)
	case !ktnName.MatchString(name):
		return "", plausch.Errorf(plausch.Invalid, "%q cannot be a name on a KTN server: it takes up to 32 letters A to Z and digits", name)
	}
	return name, nil
}

// UserName returns the name of the user of this machine in the form of a name on
// the server, or "" if it cannot be one: nobody new is called root.
func (l *Login) UserName() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	name = name[strings.LastIndexByte(name, '\\')+1:] // DOMAIN\user, on Windows
	own, err := l.normalName(name)
	if err == nil && !l.Address.KTN() {
		own, err = names.NewAccount(name)
	}
	if err != nil {
		return ""
	}
	return own
}
