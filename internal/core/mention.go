package core

import (
	"context"
	"slices"

	"plausch"
	"plausch/internal/store"
	"plausch/markdown"
)

// mention gives d its details: what the client has said of them, with whom the text
// mentions, and without who cannot read it. Peer is the other account of a direct room
// that may be new.
func (c *Core) mention(ctx context.Context, by plausch.Account, d *store.Draft, said *plausch.Details, peer plausch.AccountID) error {
	if said == nil {
		said = &plausch.Details{}
	}
	found, room := slices.Clone(said.Mentions), said.MentionsRoom
	names, roomInText := markdown.Mentions(d.Text)
	if room || roomInText {
		switch err := c.checkRuns(ctx, by, d.Room, "mention everybody in it"); {
		case err == nil:
			room, d.If.Manage = true, true
		case room: // from others, in a text, it is only a text
			return err
		}
	}
	for _, name := range names[:min(len(names), plausch.MaxMentions)] {
		a, err := c.accountByName(ctx, name)
		switch plausch.CodeOf(err) {
		case "":
			found = append(found, a.ID)
		case plausch.NotFound, plausch.Invalid: // it is only a text
		default:
			return err
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	kept := found[:0]
	for _, id := range found[:min(len(found), plausch.MaxMentions)] {
		reads, err := c.reads(ctx, id, d.Room, peer)
		if err != nil {
			return err
		}
		if reads && id != by.ID {
			kept = append(kept, id)
		}
	}
	if len(kept) == 0 && !room && said.Sealed == "" {
		return nil
	}
	d.Details = &plausch.Details{Mentions: slices.Clip(kept), MentionsRoom: room, Scheme: said.Scheme, Sealed: said.Sealed}
	return nil
}

// reads reports whether an account can read a room, or is the peer of one that may be
// new.
func (c *Core) reads(ctx context.Context, id plausch.AccountID, room plausch.RoomID, peer plausch.AccountID) (bool, error) {
	if room == 0 {
		return id == peer, nil
	}
	if room == plausch.PublicRoom {
		a, err := c.store.Account(ctx, id)
		if plausch.CodeOf(err) == plausch.NotFound {
			return false, nil
		}
		return a.State == plausch.AccountActive, err
	}
	r, err := c.store.RoomFor(ctx, room, id)
	if plausch.CodeOf(err) == plausch.NotFound {
		return false, nil
	}
	return r.Joined, err
}
