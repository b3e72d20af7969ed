package core

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// NewWebhook is a new webhook with its secrets, which are shown only once.
type NewWebhook struct {
	plausch.Webhook
	Token  string // the end of its address
	Secret string // that signatures are made with, empty if none are wanted
}

// Webhook is a webhook as a front-end needs it that takes what is posted.
type Webhook = store.Webhook

// CreateWebhook makes a webhook of a room, which posts as a new account called
// name. Whoever runs the room may; guests may not, since the account stays.
func (c *Core) CreateWebhook(ctx context.Context, by plausch.Account, room plausch.RoomID, name string, signed bool) (NewWebhook, error) {
	if err := c.checkCanManageWebhooks(ctx, by, room); err != nil {
		return NewWebhook{}, err
	}
	admin := by.Role == plausch.RoleOwner || by.Role == plausch.RoleAdmin
	if err := c.takeSend(ctx, by); err != nil {
		return NewWebhook{}, err
	}
	return makeWebhook(ctx, c.store, store.NewWebhook{
		Room: room, Name: name, Maker: by.ID, AnyMaker: admin, At: c.now(), If: []store.Judged{{Account: by.ID, Role: by.Role, Member: room}},
	}, signed)
}

// AddWebhook makes a webhook of the room called room. It needs no running core, so
// that it can work on the database beside a server.
func AddWebhook(ctx context.Context, st store.Store, room, name string, signed bool) (NewWebhook, error) {
	found, err := roomByName(ctx, st, room)
	if err != nil {
		return NewWebhook{}, err
	}
	at := time.Now().Truncate(time.Millisecond)
	return makeWebhook(ctx, st, store.NewWebhook{Room: found.ID, Name: name, AnyMaker: true, At: at}, signed)
}

func makeWebhook(ctx context.Context, st store.Store, n store.NewWebhook, signed bool) (NewWebhook, error) {
	n.Display = names.DisplayOf(n.Name)
	var err error
	if n.Name, err = names.NewAccount(n.Name); err != nil {
		return NewWebhook{}, err
	}
	others, err := st.ListWebhooks(ctx, n.Room)
	if err != nil {
		return NewWebhook{}, err
	}
	if len(others) >= plausch.MaxWebhooks {
		return NewWebhook{}, plausch.Errorf(plausch.Forbidden, "the room already has %d webhooks, the maximum; delete one first", len(others))
	}
	token := auth.NewToken()
	n.Token = token.Hash()
	if signed {
		n.Secret = rand.Text()
	}
	n.GuestsSeenBefore = n.At.Add(-plausch.GuestNameKept)
	made, err := st.CreateWebhook(ctx, n)
	if err != nil {
		return NewWebhook{}, conflictError(err)
	}
	return NewWebhook{made, token.Text(), n.Secret}, nil
}

// ListWebhooks returns the webhooks of a room to its members, who are to know what
// posts there; with a room of 0 those of all rooms that by is in. What is secret of
// them is not in it.
func (c *Core) ListWebhooks(ctx context.Context, by plausch.Account, room plausch.RoomID) ([]plausch.Webhook, error) {
	if room == 0 {
		return c.listOwnWebhooks(ctx, by)
	}
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return nil, err
	}
	return c.store.ListWebhooks(ctx, room)
}

func (c *Core) listOwnWebhooks(ctx context.Context, by plausch.Account) ([]plausch.Webhook, error) {
	rooms, err := c.MemberRooms(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	all, err := c.store.ListWebhooks(ctx, 0)
	return slices.DeleteFunc(all, func(hook plausch.Webhook) bool { return !slices.Contains(rooms, hook.Room) }), err
}

// DeleteWebhook ends a webhook, at once and for ever. Whoever runs its room may.
func (c *Core) DeleteWebhook(ctx context.Context, by plausch.Account, id int64) error {
	hook, err := c.store.Webhook(ctx, id)
	return c.deleteWebhook(ctx, by, id, hook.Room, err, c.store.DeleteWebhook)
}

// deleteWebhook deletes a webhook, incoming or outgoing, of a room. Found is the error of
// looking it up.
func (c *Core) deleteWebhook(ctx context.Context, by plausch.Account, id int64, room plausch.RoomID, found error,
	do func(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...store.Judged) error,
) error {
	err := found
	if err == nil {
		err = c.checkCanManageWebhooks(ctx, by, room)
	}
	switch plausch.CodeOf(err) {
	case "":
		return conflictError(do(ctx, id, c.now(), by.ID, store.Judged{Account: by.ID, Role: by.Role, Member: room}))
	case plausch.NotFound, plausch.Forbidden: // whether there is one is nobody else's business
		return errNoWebhook()
	default:
		return err
	}
}

// checkCanManageWebhooks reports why by may not look after the webhooks of a room, if so.
func (c *Core) checkCanManageWebhooks(ctx context.Context, by plausch.Account, id plausch.RoomID) error {
	room, err := c.member(ctx, by.ID, id)
	if err != nil {
		return err
	}
	if room.Kind == plausch.RoomDirect {
		return plausch.Errorf(plausch.Forbidden, "a direct room belongs to its two people; it has no webhooks")
	}
	err = c.checkRuns(ctx, by, id, "manage its webhooks")
	if err == nil && by.Role == plausch.RoleGuest {
		err = plausch.Errorf(plausch.Forbidden, "guests cannot manage webhooks")
	}
	return err
}

// OpenWebhook returns the webhook that a token is the address of, or NotFound, or
// Forbidden if it is paused.
func (c *Core) OpenWebhook(ctx context.Context, token string) (Webhook, error) {
	t, err := auth.ParseToken(token)
	if err != nil {
		return Webhook{}, errNoWebhook()
	}
	hook, err := c.store.WebhookByToken(ctx, t.Hash())
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errNoWebhook()
	}
	if err == nil && hook.Paused {
		err = plausch.Errorf(plausch.Forbidden, "this webhook is paused: the person who made it can no longer make webhooks in this room")
	}
	return hook, err
}

// RecordPostFailure counts a refused post to a webhook from remote, and returns why or,
// after too many, RateLimited. Valid posts are never limited by it.
func (c *Core) RecordPostFailure(remote netip.Addr, why error) error {
	switch plausch.CodeOf(why) {
	case plausch.NotFound, plausch.Forbidden, plausch.Invalid, plausch.TooLarge:
		if err := c.refused.count(remote, c.now()); err != nil {
			return err
		}
	}
	return why
}

// PostWebhook has a message of a webhook committed. Its account need not be in
// the room: to have been made for it is enough. The account's rate holds as
// for any other.
func (c *Core) PostWebhook(ctx context.Context, hook Webhook, text, clientID string) (plausch.Event, error) {
	if err := plausch.CheckText(text); err != nil {
		return plausch.Event{}, err
	}
	if err := plausch.CheckClientID(clientID); err != nil {
		return plausch.Event{}, err
	}
	if err := c.sends.take(ctx, hook.Account.ID); err != nil {
		return plausch.Event{}, err
	}
	if clientID != "" {
		clientID = deliveryID(hook.ID, clientID)
	}
	return c.log.wait(store.Draft{
		Room: hook.Room, If: store.Conditions{Active: true, Write: true, Webhook: hook.ID}, Time: c.now(), Kind: plausch.EventMessage, Actor: hook.Account, Text: text, ClientID: clientID,
	})
}

// deliveryID returns the client id of a delivery. Webhooks of several rooms may
// share an account, and a sender may call one delivery the same at all of them.
func deliveryID(hook int64, key string) string {
	sum := sha256.Sum256([]byte(key))
	return fmt.Sprintf("hook-%d-%x", hook, sum[:16])
}

func errNoWebhook() error {
	return plausch.Errorf(plausch.NotFound, "there is no such webhook, or you cannot manage it")
}
