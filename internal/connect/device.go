package connect

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// linkEvery is how often a new device asks whether it was linked.
const linkEvery = 2 * time.Second

// NewDeviceLink is a code by which this machine becomes a device of an account.
type NewDeviceLink struct {
	Code    string
	Expires time.Time
	token   string
}

// BeginLink has this machine wait at the server for somebody to type its code.
func (l *Login) BeginLink(ctx context.Context, progress io.Writer) (n NewDeviceLink, err error) {
	n.token = client.NewToken()
	err = l.withConn(ctx, progress, func(ctx context.Context, c *client.Conn) (err error) {
		n.Code, n.Expires, err = c.BeginLinkDevice(ctx, n.token)
		return err
	})
	return n, err
}

// AwaitLink waits until somebody has typed the code, signs in, and keeps that as
// [Login.Redeem] does. The error is plausch.NotFound if the code has ended.
func (l *Login) AwaitLink(ctx context.Context, n NewDeviceLink, progress io.Writer) (account protocol.OwnAccount, err error) {
	for {
		linked := false
		err := l.withConn(ctx, progress, func(ctx context.Context, c *client.Conn) (err error) {
			if linked, err = c.LinkState(ctx, n.token); !linked || err != nil {
				return err
			}
			signed, err := c.SignIn(ctx, protocol.SignIn{Token: n.token})
			account = signed.Account
			return err
		})
		switch {
		case err == nil && linked:
			return account, l.keepLink(account, n, progress)
		case plausch.CodeOf(err) == plausch.NotFound:
			return account, err
		}
		select {
		case <-ctx.Done():
			return account, ErrInterrupted
		case <-time.After(linkEvery):
		}
	}
}

// LinkPage returns the address of the server's page for the code, empty if no browser of
// another machine could open it.
func (l *Login) LinkPage(n NewDeviceLink) string {
	if !l.Address.Secure() {
		return ""
	}
	host := net.JoinHostPort(l.Address.Host, strconv.Itoa(l.Address.Port))
	if l.Address.Port == client.DefaultTLSPort {
		host = strings.TrimSuffix(host, ":"+strconv.Itoa(client.DefaultTLSPort))
	}
	return "https://" + host + "/link#" + n.Code
}

func (l *Login) keepLink(account protocol.OwnAccount, n NewDeviceLink, progress io.Writer) error {
	l.Name = account.Name
	err := l.Joined(client.Credential{Token: n.token, Guest: account.Role == string(plausch.RoleGuest)})
	if err != nil && l.StateError() == nil {
		p := l.NewProgress(progress)
		p.Print("your sign-in is not kept: %v", err)
		p.Close()
	}
	return nil
}
