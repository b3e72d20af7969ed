package api_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestPreferencesAreToldToAllDevices chooses on one device and sees it on another.
func TestPreferencesAreToldToAllDevices(t *testing.T) {
	w := newWorld(t)
	other := w.listen("member")
	want := protocol.Preferences{Level: "mentions", Keywords: []string{"pizza", "Übung"}, Quiet: &protocol.QuietHours{From: 1320, To: 420, Zone: "Europe/Berlin"}, HideText: true}
	got := w.must("member", protocol.MethodPreferenceSet, &protocol.PreferenceSet{
		Level: &want.Level, Keywords: &[]string{" pizza ", "Übung", "PIZZA"}, Quiet: want.Quiet, HideText: &want.HideText,
	})
	told := (<-other).Push().Preferences
	read := w.must("member", protocol.MethodPreferenceGet, &protocol.Empty{})
	if !reflect.DeepEqual(got, &want) || !reflect.DeepEqual(told, &want) || !reflect.DeepEqual(read, &want) {
		t.Errorf("the preferences are %+v, the other device hears %+v, and reads %+v; want %+v", got, told, read, want)
	}
	if theirs := w.must("maker", protocol.MethodPreferenceGet, &protocol.Empty{}); !reflect.DeepEqual(theirs, &protocol.Preferences{}) {
		t.Errorf("somebody else has %+v", theirs)
	}

	w.must("member", protocol.MethodRoomPreferenceSet, &protocol.RoomPreferenceSet{Room: w.den, Level: new("nothing"), MuteUntil: new(int64(1_800_000_000_000))})
	<-other
	w.must("member", protocol.MethodRoomPreferenceSet, &protocol.RoomPreferenceSet{Room: w.den, Favourite: new(true), Order: new(int64(-5)), MuteUntil: new(int64(0))})
	inRoom := protocol.RoomPreference{Room: w.den, Level: "nothing", Favourite: true, Order: -5}
	if told := (<-other).Push().RoomPreference; told == nil || *told != inRoom {
		t.Errorf("the other device hears %+v, want %+v", told, inRoom)
	}
	for _, r := range w.must("member", protocol.MethodRoomList, &protocol.RoomList{}).(*protocol.Rooms).Rooms {
		p := r.Preference()
		if chosen := p.Level == plausch.NotifyNothing && p.Favourite && p.Order == -5; chosen != (r.ID == w.den) {
			t.Errorf("in the list, the preference of %s is %+v", r.Name, p)
		}
	}
}

func TestPreferencesThatCannotBe(t *testing.T) {
	w := newWorld(t)
	var many []string
	for i := range plausch.MaxKeywords + 1 {
		many = append(many, fmt.Sprint("word", i))
	}
	quiet := func(from, to int, zone string) *protocol.PreferenceSet {
		return &protocol.PreferenceSet{Quiet: &protocol.QuietHours{From: from, To: to, Zone: zone}}
	}
	for name, c := range map[string]struct {
		params protocol.Body
		want   plausch.Code
	}{
		"nothing":           {&protocol.PreferenceSet{}, plausch.Invalid},
		"a level":           {&protocol.PreferenceSet{Level: new("loud")}, plausch.Invalid},
		"an empty keyword":  {&protocol.PreferenceSet{Keywords: &[]string{" "}}, plausch.Invalid},
		"two lines":         {&protocol.PreferenceSet{Keywords: &[]string{"a\nb"}}, plausch.Invalid},
		"a long keyword":    {&protocol.PreferenceSet{Keywords: &[]string{strings.Repeat("a", plausch.MaxKeyword+1)}}, plausch.TooLarge},
		"many keywords":     {&protocol.PreferenceSet{Keywords: &many}, plausch.TooLarge},
		"minute 1440":       {quiet(0, 1440, ""), plausch.Invalid},
		"minute -1":         {quiet(-1, 60, ""), plausch.Invalid},
		"an unknown zone":   {quiet(0, 60, "Europe/Nowhere"), plausch.Invalid},
		"the server's zone": {quiet(0, 60, "Local"), plausch.Invalid},
		"a path":            {quiet(0, 60, "../../etc/passwd"), plausch.Invalid},
		"nothing of a room": {&protocol.RoomPreferenceSet{Room: w.den}, plausch.Invalid},
		"a room's level":    {&protocol.RoomPreferenceSet{Room: w.den, Level: new("loud")}, plausch.Invalid},
		"a time before":     {&protocol.RoomPreferenceSet{Room: w.den, MuteUntil: new(int64(-1))}, plausch.Invalid},
		"a time far off":    {&protocol.RoomPreferenceSet{Room: w.den, MuteUntil: new(int64(1) << 60)}, plausch.Invalid},
		"an order":          {&protocol.RoomPreferenceSet{Room: w.den, Order: new(int64(1) << 60)}, plausch.Invalid},
	} {
		method := protocol.MethodPreferenceSet
		if _, ofRoom := c.params.(*protocol.RoomPreferenceSet); ofRoom {
			method = protocol.MethodRoomPreferenceSet
		}
		if _, err := w.call("member", method, c.params); plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestRoomListWithLongDescriptions fits its frames, and lists each room once.
func TestRoomListWithLongDescriptions(t *testing.T) {
	w := newWorld(t)
	const rooms = 12
	for i := range rooms {
		made := w.must("maker", protocol.MethodRoomCreate, &protocol.RoomCreate{Name: fmt.Sprint("long-", i)}).(*protocol.Room)
		w.must("maker", protocol.MethodRoomUpdate, &protocol.RoomUpdate{Room: made.ID, Description: new("a" + strings.Repeat("\x01", plausch.MaxDescription-2) + "z")})
	}
	seen := map[int64]bool{}
	for p := (protocol.RoomList{Limit: protocol.MaxPage}); ; {
		page := w.must("maker", protocol.MethodRoomList, &p).(*protocol.Rooms)
		if size := len(protocol.JSON.AppendReply(nil, 1, page, nil)); size > protocol.MaxFrame {
			t.Fatalf("the page has %d bytes", size)
		}
		for _, r := range page.Rooms {
			if p.After = r.ID; seen[r.ID] {
				t.Errorf("%s stands twice", r.Name)
			}
			seen[r.ID] = true
		}
		if !page.More {
			break
		}
	}
	if len(seen) < rooms {
		t.Errorf("%d rooms are listed", len(seen))
	}
}
