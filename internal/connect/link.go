package connect

import (
	"cmp"
	"os"
	"strings"

	"plausch/client"
)

// Link is a link that a server hands out.
type Link struct {
	// Server is the address in it; empty if it has none.
	Server string
	// Purpose is that of its code: invite, claim or reset, as in protocol.CodeCheck.
	Purpose string
	Code    string
}

// linkPurposes are the pages that links lead to.
var linkPurposes = []string{"invite", "claim", "reset"}

// ParseLink reads a link such as https://chat.example.org/invite#CODE. Without a
// scheme it is https; without a host, or as a code alone, it names no server. All
// errors are usage errors.
func ParseLink(s string) (Link, error) {
	s = strings.Trim(strings.TrimSpace(s), `<>"'`)
	where, code, found := strings.Cut(s, "#")
	if !found && !strings.ContainsAny(s, "/.:") {
		where, code = "/invite", s
	}
	if code == "" {
		return Link{}, Usagef("%q has no code: a link is https://HOST/invite#CODE; copy it as a whole, with what stands behind the #", s)
	}
	l := Link{Code: code}
	server := strings.TrimSuffix(where, "/")
	for _, purpose := range linkPurposes {
		if cut, ok := strings.CutSuffix(server, "/"+purpose); ok {
			server, l.Purpose = cut, purpose
		}
	}
	if l.Purpose == "" {
		return Link{}, Usagef("%q is no link of an invite: that is https://HOST/invite#CODE", s)
	}
	if server != "" && !strings.Contains(server, "://") {
		server = "https://" + server
	}
	if server != "" {
		if _, err := client.ParseAddress(server); err != nil {
			return Link{}, &Error{Exit: ExitUsage, Err: err}
		}
	}
	l.Server = server
	return l, nil
}

// LoginTo returns a login to the server of a link, by flags that may name another
// address of it. It has neither token nor name unless the flags name one.
func (f Flags) LoginTo(link Link) (*Login, error) {
	if f.TokenFile != "" {
		return nil, Usagef("--token-file is for accounts that there are; this makes one")
	}
	f.Server = cmp.Or(f.Server, link.Server, os.Getenv(ServerEnv))
	if f.Server == "" {
		return nil, Usagef("the link names no server; say which with --server https://HOST")
	}
	l, err := f.Login()
	if err != nil {
		return nil, err
	}
	if l.Address.KTN() {
		return nil, Usagef("KTN servers have neither invites nor accounts")
	}
	l.Token = ""
	if f.Name == "" && os.Getenv(NameEnv) == "" {
		l.Name = "" // that of another server
	}
	if f.PasswordFile == "" {
		l.Password = os.Getenv(PasswordEnv)
	}
	return l, nil
}
