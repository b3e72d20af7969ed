package client

import (
	"context"
	"time"

	"plausch"
	"plausch/client/ktn"
	"plausch/protocol"
)

const (
	// TypingEvery is how often, at most, others are told that the account is
	// writing in a room.
	TypingEvery = 3 * time.Second
	// TypingHolds is how long a [Typing] holds.
	TypingHolds = 5 * time.Second
)

// Member is somebody in a room.
type Member struct {
	plausch.Member
	Presence plausch.Presence
}

// Members returns the members of a room that the account is in, by account id.
func (c *Client) Members(ctx context.Context, room plausch.RoomID) ([]Member, error) {
	var members []Member
	params := protocol.MemberList{Room: int64(room), Limit: protocol.MaxPage}
	for {
		var page protocol.Members
		if err := c.read(ctx, protocol.MethodMemberList, &params, &page); err != nil {
			return nil, err
		}
		for i := range page.Members {
			w := &page.Members[i]
			members = append(members, Member{
				Member: plausch.Member{
					AccountRef: plausch.AccountRef{ID: plausch.AccountID(w.ID), Name: w.Name, Display: w.Display},
					Role:       plausch.Role(w.Role),
				},
				Presence: plausch.Presence(w.Presence),
			})
			params.After = max(params.After, w.ID)
		}
		if !page.More || len(page.Members) == 0 {
			return members, nil
		}
	}
}

// AddMember makes the account called name a member of a room.
func (c *Client) AddMember(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodMemberAdd, room, name)
}

// RemoveMember ends the membership of the account called name.
func (c *Client) RemoveMember(ctx context.Context, room plausch.RoomID, name string) error {
	return c.changeMember(ctx, protocol.MethodMemberRemove, room, name)
}

func (c *Client) changeMember(ctx context.Context, method string, room plausch.RoomID, name string) error {
	if err := checkString(name); err != nil {
		return err
	}
	return c.Call(ctx, method, &protocol.MemberChange{Room: int64(room), Name: name}, nil)
}

// SetPresence tells others whether the account is Online or Away, now and after
// each reconnect.
func (c *Client) SetPresence(p plausch.Presence) error {
	if p != plausch.Online && p != plausch.Away {
		return plausch.Errorf(plausch.Invalid, "presence can be set to online or away, not to %q", p)
	}
	if c.bridge != nil {
		return ktn.ErrPresence
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.presence = p
	if c.conn != nil {
		c.goPresence()
	}
	return nil
}

// goPresence sends c.presence; c.mu is held.
func (c *Client) goPresence() {
	c.ask(protocol.MethodPresenceSet, &protocol.PresenceSet{Presence: string(c.presence)}, nil, func(error) {})
}

// Typing tells others that the account is writing in a room. It may be called
// for each key: it tells them at most every [TypingEvery], and nothing while
// the client is not online.
func (c *Client) Typing(room plausch.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.conn == nil || now.Sub(c.typed[room]) < TypingEvery {
		return
	}
	for r, at := range c.typed {
		if now.Sub(at) >= TypingEvery {
			delete(c.typed, r)
		}
	}
	c.typed[room] = now
	c.ask(protocol.MethodTyping, &protocol.TypingSet{Room: int64(room)}, nil, func(error) {})
}

// SignOut ends the sign-in on the server, forgets its token, and ends the
// client with [ErrSignedOut]. If the server cannot be told, it does nothing.
func (c *Client) SignOut(ctx context.Context) error {
	conn, err := c.online(ctx)
	if err != nil {
		return err
	}
	c.signingOut.Lock()
	defer c.signingOut.Unlock()
	if err := conn.Call(ctx, protocol.MethodSignOut, &protocol.Empty{}, nil); err != nil {
		return err
	}
	c.finish(ErrSignedOut)
	c.stop()
	if c.o.Tokens != nil {
		return c.o.Tokens.Delete(c.address.key(), c.o.Name)
	}
	return nil
}
