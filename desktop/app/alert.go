package app

import (
	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
	"plausch/markdown"
)

// Alerts shows notifications of the desktop.
type Alerts interface {
	// Show shows one in the place of replaces, 0 for none, and returns its number.
	// Opened is called, from another goroutine, when the user clicks it.
	Show(replaces uint32, title, text string, opened func()) uint32
	Hide(id uint32)
	Close()
}

type alertKey struct {
	server timeline.ServerID
	room   timeline.Key
}

// alert notifies the user of a message that is meant for them, unless they look at it.
func (a *App) alert(s *server, e plausch.Event) {
	r := s.state().Room(timeline.ByID(e.Room))
	if r == nil || a.Alerts == nil || !a.Config.Notify || e.Kind != plausch.EventMessage || e.Seq <= r.NewAfter || !s.state().CaughtUp() {
		return
	}
	me := s.state().Account()
	if e.Actor.ID == me.ID || r.Kind != plausch.RoomDirect && !e.Mentions(me.ID) || e.Seq <= r.ReadTo {
		return
	}
	if a.focused && s == a.shown && r == s.state().Opened() {
		return
	}
	title, text := nameOf(e.Actor), ""
	if r.Kind != plausch.RoomDirect {
		title += " – " + a.title(r)
	}
	if a.Config.NotifyText && !e.Sealed() {
		text = client.Clean(markdown.Plain(e.Text))
		if text == "" && len(e.Attachments) > 0 {
			text = client.CleanLine(e.Attachments[0].Name)
		}
	}
	key := alertKey{s.id, r.Key}
	a.alerts[key] = a.Alerts.Show(a.alerts[key], title, text, func() {
		a.post(func() {
			a.openRoom(s, key.room, "")
			a.Screen.Show(screen.Raise{})
		})
	})
}

// closeAlert takes away what was shown of a room.
func (a *App) closeAlert(key alertKey) {
	if id := a.alerts[key]; id != 0 {
		delete(a.alerts, key)
		a.Alerts.Hide(id)
	}
}
