package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
)

// oldRoom makes a room as servers did before the rules of new names.
func (w *world) oldRoom(name string, kind plausch.RoomKind, member string) plausch.RoomID {
	w.t.Helper()
	account, err := w.store.AccountByName(w.t.Context(), member)
	if err != nil {
		w.t.Fatal(err)
	}
	appended, err := w.store.Append(w.t.Context(), []store.Draft{{
		Create: &plausch.Room{Kind: kind, Name: name}, Time: time.Now(),
		Kind: plausch.EventJoin, Actor: account.Ref(), Member: account.Ref(),
	}})
	if err != nil || appended[0].Err != nil {
		w.t.Fatal(err, appended)
	}
	return appended[0].Events[0].Room
}

// A message never goes to another room than the one that is named.
func TestANameComesBeforeAnID(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	for i := 2; i < 10; i++ {
		w.oldRoom(fmt.Sprint("filler", i), plausch.RoomPublic, "ann")
	}
	first := w.oldRoom("first", plausch.RoomPublic, "ann")   // id 10
	second := w.oldRoom("second", plausch.RoomPublic, "ann") // id 11
	third := w.oldRoom("11", plausch.RoomPublic, "ann")      // called by the id of second
	fourth := w.oldRoom("10", plausch.RoomPrivate, "bob")    // called by the id of first
	if first != 10 || second != 11 {
		t.Fatalf("the rooms have the ids %d and %d", first, second)
	}
	room := func(id plausch.RoomID) string { return fmt.Sprintf(`"room":%d,`, id) }

	w.call(ann, "POST", "/api/rooms/11/messages", "to the one called 11").want(201).has(room(third))
	w.call(ann, "POST", "/api/rooms/id:11/messages", "to the one with the id").want(201).has(room(second))
	w.call(ann, "POST", "/api/rooms/id%3A11/messages", "the same, encoded").want(201).has(room(second))
	w.call(ann, "POST", "/api/rooms/second/messages", "by its name").want(201).has(room(second))
	// That ann cannot see the room called 10 makes nothing else of the address.
	w.call(ann, "POST", "/api/rooms/10/messages", "to whom?").want(404)
	w.call(bob, "POST", "/api/rooms/10/messages", "to the one called 10").want(201).has(room(fourth))
	w.call(ann, "POST", "/api/rooms/id:10/messages", "by its id").want(201).has(room(first))
	w.call(ann, "GET", "/api/rooms/id:10", "").want(200).has(`"name":"first"`)
	w.call(ann, "GET", "/api/rooms/id:99", "").want(404)
	w.call(ann, "GET", "/api/rooms/99", "").want(404)
	// A number that is nobody's name is an id, as it was before ids had a form.
	w.call(ann, "POST", "/api/rooms/1/messages", "to everybody").want(201).has(room(plausch.PublicRoom))

	w.call(ann, "GET", "/api/rooms/id:10/messages", "").want(200).has("by its id")
	if got := w.call(ann, "GET", "/api/rooms/id:10/messages", "").body; strings.Contains(got, "to the one") || strings.Contains(got, "to whom") {
		t.Errorf("the first room has what was meant for others: %s", got)
	}
	// The id of an account has the same form.
	w.call(ann, "POST", "/api/accounts/id:2/messages", "psst").want(201)
	w.call(bob, "GET", "/api/rooms", "").want(200).has(`"direct"`)
}

func TestNamesOfNewRoomsAndAccounts(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleAdmin)
	for _, name := range []string{"12", "..", "-rf", "--help", "_x", " 12 ", "id:3"} {
		w.call(ann, "POST", "/api/rooms", `{"name":"`+name+`"}`).want(400).has("name")
		w.call("", "POST", "/api/sign_in", `{"name":"`+name+`"}`).want(400).has("name")
		w.call(ann, "POST", "/api/rooms/public/webhooks", `{"name":"`+name+`"}`).want(400).has("name")
	}
	w.call(ann, "POST", "/api/rooms", `{"name":" Den\n"}`).want(201).has(`"name":"den"`)
	w.call("", "POST", "/api/sign_in", `{"name":"\ufeff @Bob \r\n"}`).want(201).has(`"name":"bob"`, `"display":"Bob"`)
	w.call(ann, "POST", "/api/rooms/den/members", `{"name":"@bob "}`).want(204)
}
