package client

import (
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// TypingEvery is how often, at most, others are told that the account is
	// writing in a room.
	TypingEvery = 3 * time.Second
	// TypingHolds is how long a [Typing] holds.
	TypingHolds = 5 * time.Second
)

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
