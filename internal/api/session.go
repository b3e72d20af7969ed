package api

import (
	"context"
	"slices"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/hub"
	"plausch/protocol"
)

// Caller is one connection as the table sees it: who it is and what it gets.
// A front-end makes one for each connection and closes it at the end.
type Caller struct {
	// Session gets the pushes; nil if the front-end has no way to deliver them.
	Session hub.Session

	account    plausch.Account
	wants      hub.Wants
	token      string // of the device, for sign_out
	core       *core.Core
	attachment *hub.Attachment
}

// SignedIn reports whether the caller has signed in.
func (c *Caller) SignedIn() bool { return c.account.ID != 0 }

// Account returns who the caller is, zero before sign-in.
func (c *Caller) Account() plausch.Account { return c.account }

// Close ends the caller: its deliveries and, for a transient account, its name.
func (c *Caller) Close() {
	if c.attachment != nil {
		c.attachment.Detach()
	}
	if c.SignedIn() {
		c.core.Leave(c.account)
	}
	c.account, c.attachment = plausch.Account{}, nil
}

// maxClientName is the longest name and version of a client's program, in bytes.
const maxClientName = 64

func hello(a *API, _ context.Context, c *Caller, p *protocol.Hello) (protocol.Body, error) {
	if len(p.Client) > maxClientName {
		return nil, plausch.Errorf(plausch.Invalid, "client has %d bytes; at most %d are allowed", len(p.Client), maxClientName)
	}
	if p.Version < 1 {
		return nil, plausch.Errorf(plausch.Unsupported, "version %d is not spoken here; versions 1 to %d are", p.Version, protocol.Version)
	}
	c.wants = hub.Wants{
		Presence: slices.Contains(p.Capabilities, protocol.CapPresence),
		Typing:   slices.Contains(p.Capabilities, protocol.CapTyping),
	}
	return &protocol.Welcome{
		Version: min(p.Version, protocol.Version),
		Server:  a.name,
		// What the server can do.
		Capabilities: []string{protocol.CapPresence, protocol.CapTyping},
		Guests:       a.core.Guests(),
		Limits: protocol.Limits{
			Frame: protocol.MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: protocol.MaxPage,
		},
	}, nil
}

func ping(*API, context.Context, *Caller, *protocol.Empty) (protocol.Body, error) {
	return &protocol.Empty{}, nil
}

func signIn(a *API, ctx context.Context, c *Caller, p *protocol.SignIn) (protocol.Body, error) {
	if c.SignedIn() {
		return nil, plausch.Errorf(plausch.Invalid, "you are signed in as %q already; to be somebody else, connect anew", c.account.Name)
	}
	var in core.SignedIn
	var err error
	switch {
	case p.Token == "" && p.Name == "":
		err = plausch.Errorf(plausch.Invalid, "say who you are: a token, or a name")
	case p.Token != "" && p.Name != "":
		in, err = a.core.SignInOwnToken(ctx, p.Token, p.Name)
	case p.Token != "":
		in, err = a.core.SignInToken(ctx, p.Token)
	case p.Password != "":
		in, err = a.core.SignInPassword(ctx, p.Name, p.Password)
	default:
		in, err = a.core.SignInGuest(ctx, p.Name, p.Transient)
	}
	if err != nil {
		return nil, err
	}
	c.account = in.Account
	c.token = p.Token
	if in.Token != "" {
		c.token = in.Token
	}
	c.core = a.core
	a.core.Arrive(in.Account)
	return &protocol.SignedIn{Account: ownAccount(in.Account), Token: in.Token}, nil
}

func signOut(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	if err := a.core.SignOut(ctx, c.token); err != nil {
		return nil, err
	}
	c.Close()
	return &protocol.Empty{}, nil
}

func subscribe(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	if c.Session == nil {
		return nil, plausch.Errorf(plausch.Unsupported, "events cannot be pushed here")
	}
	if c.attachment != nil {
		return &protocol.Empty{}, nil
	}
	attachment, err := a.hub.Attach(c.Session, c.account.Ref(), c.wants, func() ([]plausch.RoomID, error) {
		return a.core.MemberRooms(ctx, c.account.ID)
	})
	if err != nil {
		return nil, err
	}
	c.attachment = attachment
	return &protocol.Empty{}, nil
}
