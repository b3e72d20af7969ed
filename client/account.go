package client

import (
	"context"
	"strings"
	"time"

	"plausch"
	"plausch/protocol"
)

// UpdateAccount changes how the account is called; empty means by its name. The
// error's code is Taken if it is the name of another account.
func (c *Client) UpdateAccount(ctx context.Context, display string) (plausch.AccountRef, error) {
	var me protocol.OwnAccount
	if err := c.Call(ctx, protocol.MethodAccountUpdate, &protocol.AccountUpdate{Display: display}, &me); err != nil {
		return plausch.AccountRef{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.account = me.Ref()
	return c.account, nil
}

// ListAccounts returns accounts of the server by id, for admins: at most limit (up to
// protocol.MaxLongPage, which is taken if it is 0) behind the id after, and whether
// there are more.
func (c *Client) ListAccounts(ctx context.Context, after plausch.AccountID, limit int) (accounts []plausch.Account, more bool, err error) {
	var w protocol.Accounts
	params := &protocol.AccountList{After: int64(after), Limit: longPage(limit)}
	if err := c.read(ctx, protocol.MethodAccountList, params, &w); err != nil {
		return nil, false, err
	}
	accounts = make([]plausch.Account, len(w.Accounts))
	for i, a := range w.Accounts {
		accounts[i] = plausch.Account{
			ID: plausch.AccountID(a.ID), Name: a.Name, Display: a.Display, Role: plausch.Role(a.Role),
			State: plausch.AccountState(a.State), Bot: a.Bot,
			Created: time.UnixMilli(a.Created), LastSeen: time.UnixMilli(a.Seen),
		}
	}
	return accounts, w.More, nil
}

// longPage returns the limit of a list of long entries.
func longPage(limit int) int {
	if limit == 0 {
		return protocol.MaxLongPage
	}
	return limit
}

// SetRole makes the account called name an owner, admin or member.
func (c *Client) SetRole(ctx context.Context, name string, role plausch.Role) error {
	return c.Call(ctx, protocol.MethodAccountRole, &protocol.AccountRole{Name: name, Role: string(role)}, nil)
}

// DeactivateAccount shuts the account called name out, until it is activated.
func (c *Client) DeactivateAccount(ctx context.Context, name string) error {
	return c.Call(ctx, protocol.MethodAccountDeactivate, &protocol.AccountName{Name: name}, nil)
}

// ActivateAccount lets the account called name in again.
func (c *Client) ActivateAccount(ctx context.Context, name string) error {
	return c.Call(ctx, protocol.MethodAccountActivate, &protocol.AccountName{Name: name}, nil)
}

// AccountDelete says which account to delete.
type AccountDelete struct {
	// Name is whose; empty is the account that is signed in.
	Name string
	// Password is that of the account that is signed in, which deletes itself.
	Password string
	// Erase has the texts of its messages go, too.
	Erase bool
}

// DeleteAccount deletes an account for good. Deleting the one that is signed in
// ends the client with [ErrSignedOut].
func (c *Client) DeleteAccount(ctx context.Context, d AccountDelete) error {
	params := &protocol.AccountDelete{Name: d.Name, Password: d.Password, Erase: d.Erase}
	conn, err := c.online(ctx)
	if err != nil {
		return err
	}
	if d.Name == "" || strings.EqualFold(d.Name, c.Account().Name) {
		return c.endSignIn(ctx, conn, protocol.MethodAccountDelete, params)
	}
	return conn.Call(ctx, protocol.MethodAccountDelete, params, nil)
}

// refOf returns an account that may be missing on the wire.
func refOf(w *protocol.Account) plausch.AccountRef {
	if w == nil {
		return plausch.AccountRef{}
	}
	return w.Ref()
}
