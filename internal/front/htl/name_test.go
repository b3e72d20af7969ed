package htl_test

import (
	"fmt"
	"testing"

	"plausch/internal/front/htl"
	"plausch/internal/server/servertest"
)

// enterAs signs in under a name that does not fit, and awaits what others call it.
func enterAs(t testing.TB, p *servertest.Place, typed, uuid, name string) *client {
	t.Helper()
	c := newClient(t, p.Dial(), framed)
	c.auth(typed, uuid)
	if m := c.nextMap(); m["type"] != "users" {
		t.Fatalf("%q gets %v", typed, m)
	}
	c.nextMap() // has logged in
	c.wantText("SERVER", typed, fmt.Sprintf("Your name here is %s, and others write to you by it: %q cannot be a name, "+
		"which takes 2 to 32 letters a to z, digits, dots, underscores or hyphens.", name, typed))
	return c
}

// TestNamesThatDoNotFit are folded: the client is told, knows itself by its own
// name, so that it can hide its own messages, and others know it by the folded one.
func TestNamesThatDoNotFit(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *htl.Options) { o.HistoryMessages = 0 })
	anna := enter(t, place, "anna", "", "anna")
	mustermann := enterAs(t, place, "Max Mustermann", "1", "max-mustermann")
	anna.wantUsers("anna", "max-mustermann")
	anna.wantText("SERVER", "all", "max-mustermann logged in")

	mustermann.text("all", "Grüß euch")
	mustermann.wantText("Max Mustermann", "all", "Grüß euch")
	anna.wantText("max-mustermann", "all", "Grüß euch")
	anna.text("max-mustermann", "only for you")
	mustermann.wantText("anna", "Max Mustermann", "only for you")

	// Another key is somebody else, and the same key the same one.
	second := enterAs(t, place, "Max Mustermann", "2", "max-mustermann-2")
	second.send("type", "close")
	second.wantEnd()
	enterAs(t, place, "Max Mustermann", "2", "max-mustermann-2")
	enterAs(t, place, "Max Mustermann", "", "max-mustermann-3")

	// What would look like the server is not even shown to who asks for it.
	c := newClient(t, place.Dial(), framed)
	c.auth("SERVER", "1")
	c.awaitKind("users")
	c.wantText("SERVER", "all", "guest-server logged in")
	if m := c.nextMap(); m["recipient"] != "guest-server" {
		t.Errorf("got %v", m)
	}
	// A name that fits is not exchanged for another one.
	c = newClient(t, place.Dial(), framed)
	c.auth("Anna", "1")
	c.wantText("SERVER", "all", "Username : Anna already taken")
	c.wantEnd()
}
