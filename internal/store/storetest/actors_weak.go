package storetest

import (
	"context"
	"slices"
	"time"

	"plausch"
	"plausch/internal/store"
)

// weakening takes conditions from writes.
type weakening struct {
	seed   uint64
	draft  func(*store.Conditions)
	judged func(*store.Judged)
}

var weakenings = map[string]weakening{
	"that the actor is active":      {seed: 9, draft: func(c *store.Conditions) { c.Active = false }},
	"that the actor runs the room":  {seed: 9, draft: func(c *store.Conditions) { c.Manage = false }},
	"that the actor owns the room":  {seed: 1, draft: func(c *store.Conditions) { c.Own = false }},
	"that the actor outranks":       {seed: 1, draft: func(c *store.Conditions) { c.Outrank = false }},
	"that the actor may write":      {seed: 1, draft: func(c *store.Conditions) { c.Write = false }},
	"that the actor is the author":  {seed: 1, draft: func(c *store.Conditions) { c.Author = false }},
	"the actor's membership":        {seed: 11, draft: func(c *store.Conditions) { c.Member = false }},
	"the webhook":                   {seed: 34, draft: func(c *store.Conditions) { c.Webhook = 0 }},
	"that who is judged is active":  {seed: 12, judged: func(j *store.Judged) { j.Inactive = true }},
	"the role of who is judged":     {seed: 18, judged: func(j *store.Judged) { j.Role = "" }},
	"the password of who is judged": {seed: 21, judged: func(j *store.Judged) { j.PasswordHash = "" }},
	"the room of who is judged":     {seed: 25, judged: func(j *store.Judged) { j.Member = 0 }},
}

// weak is a store that does not ask for all conditions.
type weak struct {
	store.Store
	weakening
}

func (w weak) Append(ctx context.Context, drafts []store.Draft) ([]store.Appended, error) {
	drafts = slices.Clone(drafts)
	for i := range drafts {
		if w.draft != nil {
			w.draft(&drafts[i].If)
		}
	}
	return w.Store.Append(ctx, drafts)
}

func (w weak) weaker(all []store.Judged) []store.Judged {
	all = slices.Clone(all)
	for i := range all {
		if w.judged != nil {
			w.judged(&all[i])
		}
	}
	return all
}

func (w weak) UpdateAccount(ctx context.Context, c store.AccountUpdate) (plausch.Account, error) {
	c.If = w.weaker(c.If)
	return w.Store.UpdateAccount(ctx, c)
}

func (w weak) CreateDevice(ctx context.Context, n store.NewDevice) (plausch.Device, error) {
	n.If = w.weaker(n.If)
	return w.Store.CreateDevice(ctx, n)
}

func (w weak) CreateWebhook(ctx context.Context, n store.NewWebhook) (plausch.Webhook, error) {
	n.If = w.weaker(n.If)
	return w.Store.CreateWebhook(ctx, n)
}

func (w weak) DeleteWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...store.Judged) error {
	return w.Store.DeleteWebhook(ctx, id, at, by, w.weaker(judged)...)
}
