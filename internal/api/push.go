package api

import (
	"context"

	"plausch/protocol"
)

func pushKey(a *API, _ context.Context, _ *Caller, _ *protocol.Empty) (protocol.Body, error) {
	key, off := a.core.PushKey()
	return &protocol.PushKey{Key: key, Off: off}, nil
}

func pushSubscribe(a *API, ctx context.Context, c *Caller, p *protocol.PushSubscribe) (protocol.Body, error) {
	wanted, err := p.Subscription()
	if err != nil {
		return nil, err
	}
	here := c.conn.Device()
	made, err := a.core.SubscribePush(ctx, c.Account(), here, wanted)
	if err != nil {
		return nil, err
	}
	return &protocol.PushSubscribed{Subscription: protocol.NewPushSubscription(made, here), Secret: made.Secret}, nil
}

func pushList(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	all, err := a.core.ListPushSubscriptions(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	result := &protocol.PushSubscriptions{}
	for _, s := range all {
		result.Subscriptions = append(result.Subscriptions, protocol.NewPushSubscription(s, c.conn.Device()))
	}
	return result, nil
}

func pushUnsubscribe(a *API, ctx context.Context, c *Caller, p *protocol.PushRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.UnsubscribePush(ctx, c.Account(), p.ID)
}
