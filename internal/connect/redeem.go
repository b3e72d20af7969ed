package connect

import (
	"context"
	"errors"
	"io"
	"time"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

const (
	// redeemTime bounds one connection to check or redeem a link.
	redeemTime = 20 * time.Second
	// redeemTries is how often a link is redeemed whose answers are lost.
	redeemTries = 3
)

// CheckLink asks the server whether a link is still valid, and for its purpose, without
// using it. While it waits it prints so on progress. The error is one for [Login.Explain].
func (l *Login) CheckLink(ctx context.Context, link Link, progress io.Writer) (protocol.CodeChecked, error) {
	var good protocol.CodeChecked
	err := l.withConn(ctx, progress, func(ctx context.Context, c *client.Conn) (err error) {
		good, err = c.CheckCode(ctx, link.Purpose, link.Code)
		if plausch.CodeOf(err) == plausch.Unsupported { // an older server says it later
			err = nil
		}
		return err
	})
	return good, err
}

// Redeem uses a link: it makes the account with the login's name and password, or, for
// a reset, gives its account the password. ServerName is for a claim: the server's
// new name. It sets the login's name and keeps the sign-in (see
// [Login.StateError]), and returns the account.
func (l *Login) Redeem(ctx context.Context, link Link, serverName string, progress io.Writer) (protocol.OwnAccount, error) {
	token := client.NewToken()
	var signed protocol.SignedIn
	redeem := func(ctx context.Context, c *client.Conn) (err error) {
		switch link.Purpose {
		case "claim":
			signed, err = c.Claim(ctx, protocol.Claim{Code: link.Code, ServerName: serverName, Name: l.Name, Password: l.Password, NewToken: token})
		case "reset":
			signed, err = c.RedeemReset(ctx, protocol.ResetRedeem{Code: link.Code, Password: l.Password, NewToken: token})
		default:
			signed, err = c.RedeemInvite(ctx, protocol.InviteRedeem{Code: link.Code, Name: l.Name, Password: l.Password, NewToken: token})
		}
		return err
	}
	err := l.withConn(ctx, progress, redeem)
	for try := 1; try < redeemTries && errors.Is(err, client.ErrLost); try++ {
		err = l.withConn(ctx, progress, redeem) // with the same token it is the same account
	}
	if err != nil {
		return protocol.OwnAccount{}, err
	}
	l.Name = signed.Account.Name
	guest := signed.Account.Role == string(plausch.RoleGuest)
	if err := l.Joined(client.Credential{Token: signed.Token, Guest: guest}); err != nil && l.StateError() == nil {
		p := l.NewProgress(progress)
		p.Print("your sign-in is not kept: %v", err)
		p.Close()
	}
	return signed.Account, nil
}

// withConn calls do with a connection that nobody has signed in on.
func (l *Login) withConn(ctx context.Context, progress io.Writer, do func(context.Context, *client.Conn) error) error {
	p := l.NewProgress(progress)
	defer p.Close()
	ctx, cancel := context.WithTimeout(ctx, redeemTime)
	defer cancel()
	c, err := client.Dial(ctx, l.Address.String(), l.Options().Dial)
	var refused *plausch.Error
	var unknown *client.CertificateError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ErrInterrupted
	case errors.As(err, &unknown), err != nil && errors.As(err, &refused):
		return err
	case err != nil:
		return &NoProgressError{After: redeemTime, Last: err}
	}
	defer c.Close()
	p.Close()
	return do(ctx, c)
}
