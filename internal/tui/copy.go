package tui

import (
	"encoding/json"
	"os"
	"path/filepath"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// localCopy is what was seen last of a server. The next start shows it at once, and the
// client goes on behind it.
type localCopy struct {
	Epoch   string
	Account plausch.AccountRef
	Rooms   []copiedRoom
}

type copiedRoom struct {
	Room     plausch.Room
	Role     plausch.RoomRole
	Read     plausch.ReadState
	Last     int64 // the newest seq that was told of
	Messages []plausch.Message
}

const (
	// copiedMessages is how many of the newest messages of a room are copied.
	copiedMessages = 100
	// maxCopy is the largest copy that is read, in bytes.
	maxCopy = 64 << 20
)

// readCopy returns the copy in a file, nil if there is none that can be read.
func readCopy(path string) *localCopy {
	info, err := os.Stat(path)
	if path == "" || err != nil || info.Size() > maxCopy {
		return nil
	}
	data, err := os.ReadFile(path)
	c := new(localCopy)
	if err != nil || json.Unmarshal(data, c) != nil || c.Epoch == "" {
		return nil
	}
	return c
}

// write puts the copy into a file, in the place of the one before.
func (c *localCopy) write(path string) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// copyOf returns the copy of a server, nil if it has told nothing yet.
func copyOf(s *timeline.Server) *localCopy {
	if !s.CaughtUp() || s.Epoch() == "" {
		return nil
	}
	c := &localCopy{Epoch: s.Epoch(), Account: s.Account()}
	for _, r := range s.Rooms() {
		if r.Joined && r.Epoch == c.Epoch {
			c.Rooms = append(c.Rooms, copiedRoom{
				Room: r.Room, Role: r.Role, Last: r.Last(), Messages: newestHeld(r),
				Read: plausch.ReadState{Marker: r.ReadTo, AsOf: r.Last(), Unread: r.Unread, Mentions: r.Mentions},
			})
		}
	}
	return c
}

// newestHeld returns the newest messages of a room, none if some are missing behind them.
func newestHeld(r *timeline.Room) []plausch.Message {
	after := int64(0)
	if gaps := r.Gaps(); len(gaps) > 0 {
		last := gaps[len(gaps)-1]
		if last.Before > r.Last() {
			return nil
		}
		after = last.Before - 1
	}
	var all []plausch.Message
	for i := max(0, len(r.Messages)-copiedMessages); i < len(r.Messages); i++ {
		if r.Messages[i].Seq > after {
			all = append(all, r.Messages[i].Message)
		}
	}
	return all
}

// restoreCopy shows what was seen last.
func (m *Model) restoreCopy(s *session) {
	c := s.copy
	if c == nil {
		return
	}
	m.apply(s.id, timeline.Account{AccountRef: c.Account})
	for _, r := range c.Rooms {
		m.apply(s.id, timeline.Update{Update: client.RoomJoined{Room: r.Room, After: r.Last, Epoch: c.Epoch, Read: r.Read, Role: r.Role}})
		if len(r.Messages) > 0 {
			m.apply(s.id, timeline.Page{Room: r.Room.ID, Epoch: c.Epoch, MessageState: client.MessageState{
				Messages: r.Messages, AsOf: r.Last, First: r.Room.First, Older: true,
			}})
		}
	}
}

// goOn has a client begin behind the copy, and where that is far behind or has nothing
// with the newest events.
func (c *localCopy) goOn(o *client.Options) {
	if c == nil {
		o.Newest = keepEvents
		return
	}
	last := make(map[plausch.RoomID]int64, len(c.Rooms))
	for _, r := range c.Rooms {
		last[r.Room.ID] = r.Last
	}
	o.Epoch = c.Epoch
	o.Begin = func(r plausch.Room) int64 { return max(last[r.ID], r.Head-keepEvents, 0) }
}

// keepCopies writes the copies of all sessions, at the end of the program.
func (m *Model) keepCopies() {
	for _, s := range m.sessions {
		if c := copyOf(m.state.Server(s.id)); c != nil && s.copyPath != "" {
			_ = c.write(s.copyPath) // without it the next start waits for the server
		}
	}
}
