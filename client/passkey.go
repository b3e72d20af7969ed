package client

import (
	"context"
	"time"

	"plausch/protocol"
)

// Passkeys belong to the origin of a web page, which the server knows of a
// connection over WebSocket only: see DialOptions.Origin. They are made and used in
// ceremonies: the server gives options, an authenticator (a browser's
// navigator.credentials, for example) turns them into a response, both as JSON, and
// the response ends the ceremony, which has an id and a few minutes.

// Passkey is a passkey of the account.
type Passkey struct {
	ID            string
	Name          string // for its owner, such as "phone"
	Created, Used time.Time
}

// BeginPasskey begins to make a passkey for the account. Options are of
// navigator.credentials.create.
func (c *Client) BeginPasskey(ctx context.Context) (id, options string, err error) {
	var w protocol.PasskeyBegun
	err = c.Call(ctx, protocol.MethodPasskeyBegin, &protocol.Empty{}, &w)
	return w.ID, w.Options, err
}

// AddPasskey ends what [Client.BeginPasskey] began: id is that of the ceremony, name
// is for the owner, and may be empty.
func (c *Client) AddPasskey(ctx context.Context, id, name, response string) error {
	return c.Call(ctx, protocol.MethodPasskeyAdd, &protocol.PasskeyAdd{ID: id, Name: name, Response: response}, nil)
}

// ListPasskeys returns the passkeys of the account, the oldest first.
func (c *Client) ListPasskeys(ctx context.Context) ([]Passkey, error) {
	var w protocol.Passkeys
	if err := c.read(ctx, protocol.MethodPasskeyList, &protocol.Empty{}, &w); err != nil {
		return nil, err
	}
	keys := make([]Passkey, len(w.Passkeys))
	for i, k := range w.Passkeys {
		keys[i] = Passkey{ID: k.ID, Name: k.Name, Created: time.UnixMilli(k.Created), Used: time.UnixMilli(k.Used)}
	}
	return keys, nil
}

// DeletePasskey has nobody sign in with a passkey any more.
func (c *Client) DeletePasskey(ctx context.Context, id string) error {
	return c.Call(ctx, protocol.MethodPasskeyDelete, &protocol.PasskeyDelete{ID: id}, nil)
}

// BeginSignInPasskey begins to sign in by a passkey. Options are of
// navigator.credentials.get.
func (c *Conn) BeginSignInPasskey(ctx context.Context) (id, options string, err error) {
	var w protocol.PasskeyBegun
	err = c.Call(ctx, protocol.MethodPasskeySignInBegin, &protocol.Empty{}, &w)
	return w.ID, w.Options, err
}

// SignInPasskey ends what [Conn.BeginSignInPasskey] began, as [Conn.SignIn] does.
func (c *Conn) SignInPasskey(ctx context.Context, p protocol.PasskeySignIn) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodPasskeySignIn, &p, &signed)
	return signed, err
}
