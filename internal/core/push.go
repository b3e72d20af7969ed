package core

import (
	"context"
	"net/url"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// URLChecker says which addresses the server calls: a dial.Client.
type URLChecker interface {
	// CheckURL returns an address as it is called, or why it is not, for the one who
	// gave it.
	CheckURL(text string) (*url.URL, error)
}

// PushOptions are what subscriptions to notifications are judged by.
type PushOptions struct {
	// URLs is nil if this server calls nobody: there are no subscriptions then, and no
	// outgoing webhooks.
	URLs URLChecker
	// Key is the public key that browsers subscribe with, and Off why Web Push is off,
	// a sentence; empty if it is on.
	Key, Off string
	// Changed is called when there is a subscription or an outgoing webhook more; it may
	// be nil.
	Changed func()
}

func (o *PushOptions) changed() {
	if o.Changed != nil {
		o.Changed()
	}
}

// PushKey returns the public key that browsers subscribe with, and why Web Push is off,
// if it is.
func (c *Core) PushKey() (key, off string) {
	if c.opts.Push.URLs == nil {
		return "", errNoCalls().Message
	}
	return c.opts.Push.Key, c.opts.Push.Off
}

// SubscribePush has by notified at p.Endpoint, of p.Kind, in the place of what was asked
// for there before. Browsers are notified until the sign-in device ends. Secret is in the
// result of webhooks only, this once. Guests whom nobody has invited have no webhooks and
// topics: these would outlive them.
func (c *Core) SubscribePush(ctx context.Context, by plausch.Account, device plausch.DeviceID, p plausch.PushSubscription) (plausch.PushSubscription, error) {
	n := plausch.PushSubscription{Account: by.ID, Kind: p.Kind, Text: p.Text, Created: c.now()}
	var err error
	if n.Endpoint, err = c.checkURL(p.Endpoint); err != nil {
		return n, err
	}
	switch p.Kind {
	case plausch.PushWeb:
		if c.opts.Push.Off != "" {
			return n, plausch.Errorf(plausch.Unsupported, "Web Push is off: %s", c.opts.Push.Off)
		}
		if device == 0 {
			return n, plausch.Errorf(plausch.Forbidden, "sign in with a token: without one nothing can be sent to you while you are away")
		}
		n.Device, n.PublicKey, n.AuthSecret = device, p.PublicKey, p.AuthSecret
		err = plausch.CheckPushKeys(n.PublicKey, n.AuthSecret)
	case plausch.PushNtfy:
		_, _, err = plausch.SplitTopic(n.Endpoint)
	case plausch.PushWebhook:
		n.Secret = auth.NewWebhookSecret()
	default:
		err = plausch.Errorf(plausch.Invalid, "the kind is webpush, ntfy or webhook, not %q", p.Kind)
	}
	if err != nil {
		return n, err
	}
	if p.Kind != plausch.PushWeb && by.Uninvited() {
		return n, plausch.Errorf(plausch.Forbidden, "guests can be notified in browsers only")
	}
	if err := c.takeSend(ctx, by); err != nil {
		return n, err
	}
	n, err = c.store.SubscribePush(ctx, n, store.Judged{Account: by.ID, Role: by.Role})
	c.opts.Push.changed()
	return n, conflictError(err)
}

// ListPushSubscriptions returns where by is notified, by id.
func (c *Core) ListPushSubscriptions(ctx context.Context, by plausch.Account) ([]plausch.PushSubscription, error) {
	return c.store.ListPushSubscriptions(ctx, by.ID)
}

// UnsubscribePush ends a subscription of by, or returns NotFound.
func (c *Core) UnsubscribePush(ctx context.Context, by plausch.Account, id int64) error {
	return c.store.UnsubscribePush(ctx, by.ID, id)
}

// checkURL returns an address that somebody has given as it is called.
func (c *Core) checkURL(text string) (string, error) {
	if c.opts.Push.URLs == nil {
		return "", errNoCalls()
	}
	u, err := c.opts.Push.URLs.CheckURL(text)
	if err != nil {
		return "", plausch.Errorf(plausch.Invalid, "%v", err)
	}
	return u.String(), nil
}

func errNoCalls() *plausch.Error {
	return plausch.Errorf(plausch.Unsupported, "this server does not call other addresses")
}
