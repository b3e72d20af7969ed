package client

import (
	"context"
	"encoding/base64"
	"time"

	"plausch"
	"plausch/protocol"
)

// PushKey returns the public key that browsers subscribe with, in base64url, and why Web
// Push is off on the server, empty if it is on.
func (c *Client) PushKey(ctx context.Context) (key, off string, err error) {
	var w protocol.PushKey
	err = c.read(ctx, protocol.MethodPushKey, &protocol.Empty{}, &w)
	return w.Key, w.Off, err
}

// PushSubscribe says where to be notified, and how.
type PushSubscribe struct {
	Kind     plausch.PushKind
	Endpoint string
	// PublicKey and AuthSecret are the keys of a subscription of a browser or by
	// UnifiedPush: 65 and 16 bytes.
	PublicKey, AuthSecret []byte
	Text                  bool // whether what was written goes with it
}

// PushSubscription is where the account is notified.
type PushSubscription struct {
	plausch.PushSubscription      // without keys
	Here                     bool // it is of the device that asks
}

// SubscribePush has the account notified at an endpoint. The Secret of a webhook is in
// the result, this once.
func (c *Client) SubscribePush(ctx context.Context, p PushSubscribe) (PushSubscription, error) {
	var w protocol.PushSubscribed
	err := c.Call(ctx, protocol.MethodPushSubscribe, &protocol.PushSubscribe{
		Kind: string(p.Kind), Endpoint: p.Endpoint, Text: p.Text,
		P256dh: base64.RawURLEncoding.EncodeToString(p.PublicKey), Auth: base64.RawURLEncoding.EncodeToString(p.AuthSecret),
	}, &w)
	if err != nil {
		return PushSubscription{}, err
	}
	s := c.pushOf(&w.Subscription)
	s.Secret = w.Secret
	return s, nil
}

// ListPushSubscriptions returns where the account is notified, by id.
func (c *Client) ListPushSubscriptions(ctx context.Context) ([]PushSubscription, error) {
	var w protocol.PushSubscriptions
	if err := c.read(ctx, protocol.MethodPushList, &protocol.Empty{}, &w); err != nil {
		return nil, err
	}
	all := make([]PushSubscription, len(w.Subscriptions))
	for i := range w.Subscriptions {
		all[i] = c.pushOf(&w.Subscriptions[i])
	}
	return all, nil
}

// UnsubscribePush ends a subscription of the account.
func (c *Client) UnsubscribePush(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodPushUnsubscribe, &protocol.PushRef{ID: id}, nil)
}

func (c *Client) pushOf(w *protocol.PushSubscription) PushSubscription {
	return PushSubscription{Here: w.Here, PushSubscription: plausch.PushSubscription{
		ID: w.ID, Account: c.Account().ID, Device: plausch.DeviceID(w.Device), Kind: plausch.PushKind(w.Kind), Endpoint: w.Endpoint,
		Text: w.Text, Created: time.UnixMilli(w.Time), LastError: w.Error, FailingSince: timeOrZero(w.FailingSince),
	}}
}

// timeOrZero returns a time in milliseconds, of which 0 is none.
func timeOrZero(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli)
}
