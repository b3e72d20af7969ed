package tui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client/timeline"
)

// unsentText is something that was written and that neither the outbox nor the server
// has yet.
type unsentText struct {
	Room   plausch.RoomID `json:"room,omitzero"`
	To     string         `json:"to,omitzero"` // instead of a room: a person
	Text   string         `json:"text"`
	Target int64          `json:"target,omitzero"` // the message that it answers
}

// unsentFile keeps such texts over the end of the process, however it ends. Writes may
// overtake each other: the newest stays.
type unsentFile struct {
	path    string // empty keeps nothing
	mu      sync.Mutex
	version int // of what was written last
	empty   bool
}

// read returns what an earlier process has kept. What cannot be read is none.
func (f *unsentFile) read() []unsentText {
	var texts []unsentText
	if data, err := os.ReadFile(f.path); err != nil || json.Unmarshal(data, &texts) != nil {
		return nil
	}
	return texts
}

// write keeps texts in the place of those of older versions.
func (f *unsentFile) write(version int, texts []unsentText) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path == "" || version <= f.version || len(texts) == 0 && f.empty {
		return nil
	}
	f.version, f.empty = version, len(texts) == 0
	if len(texts) == 0 {
		if err := os.Remove(f.path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	data, err := json.Marshal(texts)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(f.path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(f.path+".new", append(data, '\n'), 0o600)
	}
	if err == nil {
		err = os.Rename(f.path+".new", f.path)
	}
	return err
}

// unsent returns what was written in the rooms of a session and nobody else has.
func (m *Model) unsent(s *session) []unsentText {
	texts := make(map[timeline.Key]unsentText)
	var order []timeline.Key
	add := func(k timeline.Key, text string, target int64) {
		if strings.TrimSpace(text) == "" {
			return
		}
		t, known := texts[k]
		if !known {
			order = append(order, k)
			t = unsentText{Room: k.ID, To: k.Peer}
		} else {
			t.Text += "\n"
		}
		t.Text, t.Target = t.Text+text, target
		texts[k] = t
	}
	for _, o := range s.queue {
		add(timeline.KeyOf(o), o.Text, o.Target)
	}
	server := m.state.Server(s.id)
	unsent := make(map[plausch.RoomID]bool)
	for _, d := range server.UnsentDrafts() {
		unsent[d.Room] = true
	}
	for _, r := range server.Rooms() {
		if s == m.session() && r == server.Opened() {
			continue
		}
		if unsent[r.ID] || !r.Joined {
			add(r.Key, r.Draft.Text, r.Draft.Target)
		}
	}
	if r := server.Opened(); r != nil && s == m.session() {
		text := m.input.text
		if m.editing != 0 {
			add(r.Key, m.editAside, m.replyTo)
		} else if r.Joined && !unsent[r.ID] && text == r.Draft.Text {
			return collected(texts, order) // the server has it
		}
		add(r.Key, text, m.replyTo)
	}
	return collected(texts, order)
}

func collected(texts map[timeline.Key]unsentText, order []timeline.Key) []unsentText {
	var all []unsentText
	for _, k := range order {
		all = append(all, texts[k])
	}
	return all
}

// restoreUnsent takes up what an earlier process has kept.
func (m *Model) restoreUnsent(s *session) {
	for _, t := range s.unsent.read() {
		k := timeline.Key{ID: t.Room, Peer: t.To}
		m.apply(s.id, timeline.Draft{Room: k, Text: t.Text, Target: t.Target})
	}
}

// keepUnsent writes what is unsent of all sessions to the disk, beside Update.
func (m *Model) keepUnsent() tea.Cmd {
	m.versions++
	version := m.versions
	var cmds []tea.Cmd
	for _, s := range m.sessions {
		texts := m.unsent(s)
		cmds = append(cmds, func() tea.Msg {
			if err := s.unsent.write(version, texts); err != nil {
				return unkeptMsg{err}
			}
			return nil
		})
	}
	return tea.Batch(cmds...)
}

// unkeptMsg tells that what is written could not be kept.
type unkeptMsg struct{ err error }

// keepUnsentNow is keepUnsent at the end of the program.
func (m *Model) keepUnsentNow() error {
	m.versions++
	for _, s := range m.sessions {
		if err := s.unsent.write(m.versions, m.unsent(s)); err != nil {
			return err
		}
	}
	return nil
}
