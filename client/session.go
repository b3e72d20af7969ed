package client

import (
	"context"

	"plausch/protocol"
)

// SignOut ends the sign-in on the server, forgets its token, and ends the
// client with [ErrSignedOut]. If the server cannot be told, it does nothing.
func (c *Client) SignOut(ctx context.Context) error {
	conn, err := c.online(ctx)
	if err != nil {
		return err
	}
	return c.endSignIn(ctx, conn, protocol.MethodSignOut, &protocol.Empty{})
}

// endSignIn calls a method that ends the sign-in of the account, and ends the client.
func (c *Client) endSignIn(ctx context.Context, conn *Conn, method string, params protocol.Body) error {
	c.signingOut.Lock()
	defer c.signingOut.Unlock()
	if err := conn.Call(ctx, method, params, nil); err != nil {
		return err
	}
	c.finish(ErrSignedOut)
	c.stop()
	if c.o.Tokens != nil {
		return c.o.Tokens.Delete(c.address.Key(), c.o.Name)
	}
	return nil
}

// Ping returns when the server has answered.
func (c *Conn) Ping(ctx context.Context) error {
	return c.Call(ctx, protocol.MethodPing, &protocol.Empty{}, nil)
}

// SignOut ends the sign-in of the connection on the server, with its token.
func (c *Conn) SignOut(ctx context.Context) error {
	return c.Call(ctx, protocol.MethodSignOut, &protocol.Empty{}, nil)
}

// SignIn signs in: by token, by name and password, or as a guest by name alone.
// The error's code is SignInFailed or Taken if that cannot work.
func (c *Conn) SignIn(ctx context.Context, s protocol.SignIn) (protocol.SignedIn, error) {
	var r protocol.SignedIn
	err := c.Call(ctx, protocol.MethodSignIn, &s, &r)
	return r, err
}

// Subscribe asks for pushes of the events of all rooms that the account is or
// becomes a member of.
func (c *Conn) Subscribe(ctx context.Context) error {
	return c.Call(ctx, protocol.MethodSubscribe, &protocol.Empty{}, nil)
}
