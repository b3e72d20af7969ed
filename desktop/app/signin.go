package app

import (
	"context"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/desktop/screen"
	"plausch/protocol"
)

// signInState is a sign-in that is under way.
type signInState struct {
	cancel context.CancelFunc // nil if none is
	asked  string             // the server whose certificate was asked about
}

func (a *App) showSignIn(address, name, problem string) {
	s := screen.SignIn{Error: problem, CanCancel: len(a.servers) > 0, ClearPassword: problem == ""}
	s.Address, s.Name = &address, &name
	a.Screen.Show(s)
}

func (a *App) cancelSignIn() {
	if a.signIn.cancel != nil {
		a.signIn.cancel()
		a.signIn.cancel = nil
	}
	if len(a.servers) > 0 {
		a.Screen.Show(screen.Chat{})
	} else {
		a.Screen.Show(screen.SignIn{})
	}
}

// signInTime bounds a sign-in.
const signInTime = 30 * time.Second

// signInEvent signs in: as an account with a password, as a guest without, or by a link.
func (a *App) signInEvent(e screen.Event) {
	if a.signIn.cancel != nil {
		return
	}
	link, code, isLink := strings.Cut(strings.TrimSpace(e.Address), "#")
	address, err := client.ParseAddress(link)
	name := strings.ToLower(strings.TrimSpace(e.Name))
	switch {
	case err != nil:
	case address.KTN():
		name = strings.TrimSpace(e.Name) // they tell cases apart
	case isLink && code == "":
		err = errors.New(a.words.say("bad_link"))
	}
	if err == nil && name == "" && linkPurpose(link) != "reset" {
		err = errors.New(a.words.say("guests_name"))
	}
	if err != nil {
		a.Screen.Show(screen.SignIn{Error: a.words.failure(err), CanCancel: len(a.servers) > 0})
		return
	}
	a.Screen.Show(screen.SignIn{Busy: true, CanCancel: true})
	ctx, cancel := context.WithTimeout(a.context, signInTime)
	a.signIn.cancel = cancel
	saved := SavedServer{Address: address.String(), Name: name}
	a.async(func(context.Context) func() {
		defer cancel()
		password := e.Password
		if isLink {
			saved.Name, err = a.redeem(ctx, address, linkPurpose(link), code, name, password)
			password = ""
		}
		var c *client.Client
		var told []client.Update
		if err == nil {
			c, told, err = a.tryClient(ctx, saved, address, password)
		}
		return func() {
			if a.signIn.cancel == nil && c != nil { // it was cancelled
				_ = c.Close()
				return
			}
			a.signIn.cancel = nil
			a.signedIn(saved, address, c, told, err)
		}
	})
}

// linkPurpose returns what a link is for: invite, claim or reset.
func linkPurpose(link string) string {
	u, err := url.Parse(strings.TrimSuffix(link, "/"))
	if err != nil {
		return ""
	}
	if p := path.Base(u.Path); slices.Contains([]string{"invite", "claim", "reset"}, p) {
		return p
	}
	return "invite"
}

// redeem uses a link, keeps the sign-in, and returns the name of the account.
func (a *App) redeem(ctx context.Context, address client.Address, purpose, code, name, password string) (string, error) {
	token := client.NewToken()
	try := func() (protocol.SignedIn, error) {
		conn, err := client.Dial(ctx, address.String(), a.clientOptions(SavedServer{}, address).Dial)
		if err != nil {
			return protocol.SignedIn{}, err
		}
		defer conn.Close()
		switch purpose {
		case "claim":
			return conn.Claim(ctx, protocol.Claim{Code: code, Name: name, Password: password, NewToken: token})
		case "reset":
			return conn.RedeemReset(ctx, protocol.ResetRedeem{Code: code, Password: password, NewToken: token})
		}
		return conn.RedeemInvite(ctx, protocol.InviteRedeem{Code: code, Name: name, Password: password, NewToken: token})
	}
	signed, err := try()
	for range 2 { // with the same token it is the same account
		if !errors.Is(err, client.ErrLost) {
			break
		}
		signed, err = try()
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errors.New(a.words.say("invite_bad"))
	}
	if err != nil {
		return name, err
	}
	guest := signed.Account.Role == string(plausch.RoleGuest)
	return signed.Account.Name, a.Folders.tokens().Save(address.Key(), signed.Account.Name, client.Credential{Token: signed.Token, Guest: guest})
}

// tryClient opens a client and waits until it is signed in. It returns what the client
// has told until then.
func (a *App) tryClient(ctx context.Context, saved SavedServer, address client.Address, password string) (*client.Client, []client.Update, error) {
	o := a.clientOptions(saved, address)
	o.Password = password
	c, err := a.open(o)
	if err != nil {
		return nil, nil, err
	}
	var told []client.Update
	for {
		us, err := c.Next(ctx)
		told = append(told, us...)
		for _, u := range us {
			switch state, _ := u.(client.State); state.Phase {
			case client.Online:
				return c, told, nil
			case client.Offline:
				err = state.Err
			}
		}
		if err != nil {
			_ = c.Close()
			return nil, nil, err
		}
	}
}

// signedIn ends a sign-in.
func (a *App) signedIn(saved SavedServer, address client.Address, c *client.Client, told []client.Update, err error) {
	var unknown *client.CertificateError
	var refused *client.SignInError
	switch {
	case errors.As(err, &unknown):
		a.signIn.asked = unknown.Server
		a.Screen.Show(screen.Certificate{Server: unknown.Server, Fingerprint: unknown.Fingerprint, Changed: unknown.Expected != "", CanCancel: len(a.servers) > 0})
		return
	case errors.As(err, &refused):
		a.Screen.Show(screen.SignIn{Error: a.words.failure(refused.Err), CanCancel: len(a.servers) > 0})
		return
	case err != nil:
		problem := a.words.failure(err)
		var e *plausch.Error
		if !errors.As(err, &e) && address.Host != "" {
			problem = a.words.say("not_reached", "server", address.HostPort(), "error", problem)
		}
		a.Screen.Show(screen.SignIn{Error: problem, CanCancel: len(a.servers) > 0})
		return
	}
	a.remove(saved)
	a.Config.Servers = append(a.Config.Servers, saved)
	a.saveConfig()
	s := a.newServer(saved, address)
	a.Screen.Show(screen.Chat{})
	a.openRoom(s, publicRoom, "")
	s.run(c, told...)
}

// remove forgets a server that is signed in to anew.
func (a *App) remove(saved SavedServer) {
	a.Config.Servers = slices.DeleteFunc(a.Config.Servers, func(x SavedServer) bool { return x == saved })
	for i, s := range a.servers {
		if s.saved != saved {
			continue
		}
		if s.client != nil {
			s.stop()
			_ = s.client.Close()
		}
		s.client = nil
		a.state.Remove(s.id)
		a.servers = slices.Delete(a.servers, i, i+1)
		if a.shown == s {
			a.shown = nil
		}
		return
	}
}

// trust keeps the fingerprint that was asked about, and signs in again.
func (a *App) trust(e screen.Event) {
	if a.signIn.asked == "" {
		return
	}
	if err := a.Folders.pins().SavePin(a.signIn.asked, e.Text); err != nil {
		a.Screen.Show(screen.SignIn{Error: a.words.failure(err)})
		return
	}
	a.signIn.asked = ""
	a.signInEvent(e)
}

// signOut ends the sign-in on a server, the shown one if none is named.
func (a *App) signOut(e screen.Event) {
	s, _ := a.room(e)
	if s == nil {
		s = a.shown
	}
	if s == nil {
		return
	}
	a.ask(a.words.say("confirm_sign_out", "name", s.title()), a.words.say("sign_out"), func() {
		c := s.client
		a.async(func(ctx context.Context) func() {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			if c != nil && !s.address.KTN() {
				if err := c.SignOut(ctx); err != nil { // the token is forgotten here all the same
					_ = a.Folders.tokens().Delete(s.address.Key(), s.saved.Name)
				}
			}
			return func() { a.signedOut(s) }
		})
	})
}

func (a *App) signedOut(s *server) {
	a.remove(s.saved)
	a.saveConfig()
	a.dirty.list = true
	if len(a.servers) == 0 {
		a.showSignIn(s.saved.Address, "", "")
		return
	}
	if a.shown == nil {
		a.openRoom(a.servers[0], publicRoom, "")
	}
}
