// Package notify shows notifications of the desktop by org.freedesktop.Notifications, on
// the session's D-Bus.
package notify

import (
	"html"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	service = "org.freedesktop.Notifications"
	path    = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// Alerts is a connection to the desktop's notifications. It has one goroutine, which
// waits for clicks.
type Alerts struct {
	conn    *dbus.Conn
	signals chan *dbus.Signal

	mu     sync.Mutex
	opened map[uint32]func() // by notification
}

// Open connects to the session's bus. Without one there are no notifications.
func Open() (*Alerts, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, err
	}
	a := &Alerts{conn: conn, signals: make(chan *dbus.Signal, 64), opened: make(map[uint32]func())}
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(service), dbus.WithMatchObjectPath(path)); err != nil {
		_ = conn.Close()
		return nil, err
	}
	conn.Signal(a.signals)
	go a.listen()
	return a, nil
}

// listen ends with the connection.
func (a *Alerts) listen() {
	for signal := range a.signals {
		if len(signal.Body) == 0 {
			continue
		}
		id, ok := signal.Body[0].(uint32)
		if !ok {
			continue
		}
		a.mu.Lock()
		opened := a.opened[id]
		if signal.Name == service+".NotificationClosed" {
			delete(a.opened, id)
		}
		a.mu.Unlock()
		if signal.Name == service+".ActionInvoked" && opened != nil {
			opened()
		}
	}
}

// Show shows a notification in the place of another one, 0 for none, and returns its
// number, 0 if there is nobody who shows it. Opened is called when the user clicks it.
func (a *Alerts) Show(replaces uint32, title, text string, opened func()) uint32 {
	hints := map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant("plausch-desktop"),
		"category":      dbus.MakeVariant("im.received"),
	}
	// The text of a notification can have markup, which that of a message must not become.
	call := a.conn.Object(service, path).Call(service+".Notify", 0, "Plausch", replaces, "plausch-desktop",
		title, html.EscapeString(text), []string{"default", "Open"}, hints, int32(-1))
	var id uint32
	if call.Store(&id) != nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.opened[id] = opened
	return id
}

// Hide takes a notification away.
func (a *Alerts) Hide(id uint32) {
	a.conn.Object(service, path).Go(service+".CloseNotification", dbus.FlagNoReplyExpected, nil, id)
}

// Close ends the connection.
func (a *Alerts) Close() { _ = a.conn.Close() }
