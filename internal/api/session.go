package api

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

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
	// Remote is where the connection comes from, for those limits that are a
	// source's. The zero address counts as one of this network.
	Remote netip.Addr
	// Origin is the origin of the web page that calls, such as
	// https://chat.example.org; empty if it is none. Passkeys are bound to it.
	Origin string
	// Token is that of the cookie which came with the page's connection; sign_in
	// with no params signs in by it. Empty if there is none.
	Token string
	// FoldNames gives guests free names made from those that are not valid.
	FoldNames bool
	// Admit is asked, once, whether this connection of an account may stay: the
	// front-end counts those of an account and, byAddress, of an address whose accounts
	// cost nothing. Nil lets all stay.
	Admit func(account plausch.AccountID, byAddress bool) bool
	// Ended is called, once, if the sign-in is ended by somebody else, and why: the
	// front-end has to close the connection. It must not block or call the table.
	Ended func(error)

	conn       *core.Connection // nil before sign-in
	wants      hub.Wants
	program    string // that the client said it is
	epoch      string // that the client remembers, if it is another than the server's
	subscriber *hub.Subscriber
}

// SignedIn reports whether the caller has signed in, and its sign-in was not
// ended.
func (c *Caller) SignedIn() bool { return c.conn != nil && !c.conn.Ended() }

// Account returns who the caller is now, zero before sign-in.
func (c *Caller) Account() plausch.Account {
	if c.conn == nil {
		return plausch.Account{}
	}
	return c.conn.Account()
}

// Close ends the caller: its deliveries and, for a transient account, its name.
func (c *Caller) Close() {
	if c.subscriber != nil {
		c.subscriber.Unsubscribe()
	}
	if c.conn != nil {
		c.conn.Disconnect()
	}
	c.conn, c.subscriber = nil, nil
}

// clientInfo describes a caller to the core that has not signed in yet.
func (c *Caller) clientInfo(newToken string) core.ClientInfo {
	return core.ClientInfo{Remote: c.Remote, Program: c.program, NewToken: newToken, FoldName: c.FoldNames}
}

// maxClientName is the longest name and version of a client's program, in bytes.
const maxClientName = 64

// maxEpoch is the longest id of an epoch, in bytes.
const maxEpoch = 64

func hello(a *API, ctx context.Context, c *Caller, p *protocol.Hello) (protocol.Body, error) {
	if len(p.Client) > maxClientName {
		return nil, plausch.Errorf(plausch.Invalid, "client has %d bytes; at most %d are allowed", len(p.Client), maxClientName)
	}
	if len(p.Epoch) > maxEpoch {
		return nil, plausch.Errorf(plausch.Invalid, "epoch has %d bytes; at most %d are allowed", len(p.Epoch), maxEpoch)
	}
	if p.Version < 1 {
		return nil, plausch.Errorf(plausch.Unsupported, "version %d is not spoken here; versions 1 to %d are", p.Version, protocol.Version)
	}
	server, err := a.core.Server(ctx)
	if err != nil {
		return nil, err
	}
	c.program = printable(p.Client)
	if c.epoch = p.Epoch; p.Epoch == server.Epoch {
		c.epoch = ""
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
		Guests:       server.Access == core.AccessOpen,
		Name:         server.Name,
		Epoch:        server.Epoch,
		Access:       string(server.Access),
		Unclaimed:    server.Unclaimed,
		Limits: protocol.Limits{
			Frame: protocol.MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: protocol.MaxPage,
		},
	}, nil
}

// printable returns s without what a terminal could act on: it is shown to the
// account's owner.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

func ping(*API, context.Context, *Caller, *protocol.Empty) (protocol.Body, error) {
	return &protocol.Empty{}, nil
}

func signIn(a *API, ctx context.Context, c *Caller, p *protocol.SignIn) (protocol.Body, error) {
	from := c.clientInfo(p.NewToken)
	return a.completeSignIn(ctx, c, false, func() (core.SignedIn, error) {
		switch {
		case *p == (protocol.SignIn{}) && c.Token != "":
			return a.core.SignInToken(ctx, from, c.Token)
		case p.Token == "" && p.Name == "":
			return core.SignedIn{}, plausch.Errorf(plausch.Invalid, "say who you are: a token, or a name")
		case p.Token != "" && p.Name != "":
			return a.core.SignInOwnToken(ctx, from, p.Token, p.Name)
		case p.Token != "":
			return a.core.SignInToken(ctx, from, p.Token)
		case p.Password != "":
			return a.core.SignInPassword(ctx, from, p.Name, p.Password)
		default:
			return a.core.SignInGuest(ctx, from, p.Name, p.Transient)
		}
	})
}

// completeSignIn connects the caller as the account that signIn returns. Once is for
// codes: they work only once, so the number of connections is not limited.
func (a *API) completeSignIn(ctx context.Context, c *Caller, once bool, signIn func() (core.SignedIn, error)) (protocol.Body, error) {
	if c.conn != nil {
		return nil, plausch.Errorf(plausch.Invalid, "you are already signed in as %q; to sign in as someone else, open another connection", c.Account().Name)
	}
	in, err := signIn()
	if err != nil {
		return nil, err
	}
	conn, err := a.core.Connect(ctx, in, c.Remote, core.Callbacks{
		Ended:   c.Ended,
		Changed: func(account plausch.Account) { a.hub.UpdateAccount(account) },
	})
	if err != nil {
		return nil, err
	}
	if c.Admit != nil && !c.Admit(in.Account.ID, in.Account.Uninvited()) && !once {
		conn.Disconnect()
		return nil, errTooManyConnections()
	}
	c.conn = conn
	return &protocol.SignedIn{Account: protocol.NewOwnAccount(in.Account, a.core.Now()), Token: in.Token, Avatar: protocol.AvatarVersion(in.Account.Avatar)}, nil
}

func errTooManyConnections() error {
	return &plausch.Error{
		Code:       plausch.RateLimited,
		Message:    "this account has too many connections; close some, or try again in a few seconds",
		RetryAfter: 10 * time.Second,
	}
}

func signOut(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	if err := a.core.SignOut(ctx, c.conn); err != nil {
		return nil, err
	}
	c.Close()
	return &protocol.Empty{}, nil
}

func subscribe(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	if c.Session == nil {
		return nil, plausch.Errorf(plausch.Unsupported, "events cannot be pushed here")
	}
	if c.subscriber != nil {
		return &protocol.Empty{}, nil
	}
	subscriber, err := a.hub.Subscribe(c.Session, c.Account(), c.wants, func() ([]plausch.RoomID, error) {
		return a.core.MemberRooms(ctx, c.Account().ID)
	})
	if err != nil {
		return nil, err
	}
	c.subscriber = subscriber
	return &protocol.Empty{}, nil
}
