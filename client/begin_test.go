package client_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/internal/server/servertest"
)

// cable is a way to a server that can be cut.
type cable struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (w *cable) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, errors.New("the cable is cut")
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		w.conns = append(w.conns, c)
	}
	return c, err
}

func (w *cable) setCut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// readTexts reads c until a message has the text last, and returns all texts that came.
func readTexts(t *testing.T, c *client.Client, last string) (texts []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	for u := range c.Updates(ctx) {
		if e, ok := u.(client.Event); ok && e.Kind == plausch.EventMessage {
			if texts = append(texts, e.Text); e.Text == last {
				return texts
			}
		}
	}
	t.Fatalf("%q did not come, but %q", last, texts)
	return nil
}

// awaitUpdate reads c until an update is of type U and fits.
func awaitUpdate[U client.Update](t *testing.T, c *client.Client, fits func(U) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	for u := range c.Updates(ctx) {
		if u, ok := u.(U); ok && fits(u) {
			return
		}
	}
	t.Fatalf("no %T came", *new(U))
}

func send(t *testing.T, c *client.Client, to string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := c.Send(client.Outgoing{To: to, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBeginWithWhatIsNew has a bot begin every room at its Head, as Options.Begin
// advises for what is new: nothing that somebody new writes to it is lost, and
// nothing comes that was there before.
func TestBeginWithWhatIsNew(t *testing.T) {
	onlyNew := func(r plausch.Room) int64 { return r.Head }
	s := servertest.Start(t)
	var way cable
	tokens := client.NewTokenFile(t.TempDir() + "/tokens.json")
	bot := openAs(t, client.Options{Address: "tcp://" + s.Address, Name: "robot", Tokens: tokens, Begin: onlyNew, Dial: client.DialOptions{NetDial: way.dial}})
	awaitUpdate(t, bot, func(client.CaughtUp) bool { return true })
	as := func(name string) *client.Client {
		return openAs(t, client.Options{Address: "tcp://" + s.Address, Name: name})
	}
	anna, bob := as("anna"), as("bob")

	send(t, anna, "robot", "hello", "are you there?")
	if got, want := readTexts(t, bot, "are you there?"), []string{"hello", "are you there?"}; !slices.Equal(got, want) {
		t.Errorf("while it is online a new room begins with %q, want %q", got, want)
	}

	way.setCut(true)
	awaitUpdate(t, bot, func(s client.State) bool { return s.Phase == client.Offline })
	send(t, bob, "robot", "one", "two", "three")
	den, err := bob.CreateRoom(t.Context(), "den", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	if err := bob.AddMember(t.Context(), den.ID, "robot"); err != nil {
		t.Fatal(err)
	}
	way.setCut(false)
	bot.Kick()
	if got, want := readTexts(t, bot, "three"), []string{"one", "two", "three"}; !slices.Equal(got, want) {
		t.Errorf("while it was offline a new room began with %q, want %q", got, want)
	}
	if _, err := bob.Send(client.Outgoing{Room: den.ID, Text: "welcome to the den"}); err != nil {
		t.Fatal(err)
	}
	readTexts(t, bot, "welcome to the den")

	// The bot is started anew, remembers the rooms so far, and comes to one of which it
	// knows nothing.
	epoch, known := bot.Epoch(), map[plausch.RoomID]int64{}
	rooms, err := bot.ListRooms(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		known[r.ID] = r.Head
	}
	bot.Close()
	carol := as("carol")
	send(t, carol, "robot", "four", "five")
	bot = openAs(t, client.Options{Address: "tcp://" + s.Address, Name: "robot", Tokens: tokens, Epoch: epoch, Begin: func(r plausch.Room) int64 {
		if seq, ok := known[r.ID]; ok {
			return seq
		}
		return r.Head
	}})
	got := readTexts(t, bot, "five")
	send(t, anna, "robot", "back?")
	got = append(got, readTexts(t, bot, "back?")...)
	for _, want := range []string{"four", "five", "back?"} {
		if !slices.Contains(got, want) {
			t.Errorf("after a restart %q came, without %q", got, want)
		}
	}
	if slices.Contains(got, "hello") || slices.Contains(got, "one") {
		t.Errorf("after a restart %q came, of which some had come before", got)
	}
}
