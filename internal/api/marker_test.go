package api_test

import (
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/store"
	"plausch/protocol"
)

// pushed is a session that hands on what it is sent.
type pushed chan *protocol.Prepared

func (p pushed) Deliver(prepared *protocol.Prepared)    { p <- prepared }
func (p pushed) Offer(prepared *protocol.Prepared) bool { p <- prepared; return true }

// listen returns the pushes of another connection of somebody.
func (w *world) listen(who string) pushed {
	w.t.Helper()
	session := make(pushed, 1000)
	name := who + "'s other device"
	token := auth.NewToken()
	account, err := w.admin.Store.AccountByName(w.t.Context(), who)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.admin.Store.CreateDevice(w.t.Context(), store.NewDevice{Account: account.ID, Token: token.Hash(), At: time.Now()}); err != nil {
		w.t.Fatal(err)
	}
	w.callers[name] = &api.Caller{Session: session, Ended: func(error) {}}
	w.must(name, protocol.MethodSignIn, &protocol.SignIn{Token: token.Text()})
	w.must(name, protocol.MethodSubscribe, &protocol.Empty{})
	return session
}

// marker waits for the next marker push.
func (p pushed) marker() protocol.Marker {
	for prepared := range p {
		if m := prepared.Push().Marker; m != nil {
			return *m
		}
	}
	return protocol.Marker{}
}

// TestMarkerIsToldToAllDevices has a member read on one device and sees it on another,
// and nobody else's.
func TestMarkerIsToldToAllDevices(t *testing.T) {
	w := newWorld(t)
	other, maker := w.listen("member"), w.listen("maker")
	set := func(who string, seq int64, back bool) protocol.Marker {
		t.Helper()
		return *w.must(who, protocol.MethodMarkerSet, &protocol.MarkerSet{Room: w.direct, Seq: seq, Back: back}).(*protocol.Marker)
	}
	room := w.must("member", protocol.MethodRoomGet, &protocol.RoomRef{Room: w.direct}).(*protocol.Room)
	if room.Marker != 2 || room.Unread != 2 {
		t.Errorf("before, the room is %+v, want 2 unread behind 2", room)
	}
	for _, step := range []struct {
		seq  int64
		back bool
		want protocol.Marker
	}{
		{3, false, protocol.Marker{Room: w.direct, Marker: 3, Unread: 1, AsOf: 4}},
		{9, false, protocol.Marker{Room: w.direct, Marker: 4, AsOf: 4}},
		{1, false, protocol.Marker{Room: w.direct, Marker: 4, AsOf: 4}},
		{2, true, protocol.Marker{Room: w.direct, Marker: 2, Unread: 2, AsOf: 4}},
	} {
		if got := set("member", step.seq, step.back); got != step.want {
			t.Errorf("set to %d: %+v, want %+v", step.seq, got, step.want)
		}
		if got := other.marker(); got != step.want {
			t.Errorf("set to %d, the other device hears %+v, want %+v", step.seq, got, step.want)
		}
	}
	if _, err := w.call("member", protocol.MethodMarkerSet, &protocol.MarkerSet{Room: w.direct, Seq: -1}); plausch.CodeOf(err) != plausch.Invalid {
		t.Errorf("a negative seq: %v", err)
	}
	set("maker", 4, false)
	if got := maker.marker(); got.Unread != 0 || got.Marker != 4 {
		t.Errorf("the first marker that the maker hears of is %+v, want the own one", got)
	}
}

// TestLastMarkerToldIsKept has many set a marker forward and back at once: what a device
// hears last is what is kept.
func TestLastMarkerToldIsKept(t *testing.T) {
	w := newWorld(t)
	other := w.listen("member")
	caller := w.caller("member")
	const sets = 40
	var done sync.WaitGroup
	for i := range sets {
		done.Add(1)
		go w.api.Call(t.Context(), caller, protocol.MethodMarkerSet, func(b protocol.Body) error {
			*b.(*protocol.MarkerSet) = protocol.MarkerSet{Room: w.direct, Seq: int64(i % 5), Back: true}
			return nil
		}, func(_ protocol.Body, err error) {
			if err != nil {
				t.Error(err)
			}
			done.Done()
		})
	}
	done.Wait()
	var last protocol.Marker
	for range sets {
		last = other.marker()
	}
	room := w.must("member", protocol.MethodRoomGet, &protocol.RoomRef{Room: w.direct}).(*protocol.Room)
	if room.Marker != last.Marker || int(room.Unread) != last.Unread {
		t.Errorf("kept is %+v, told last was %+v", room, last)
	}
}

// TestDraftIsToldToAllDevices writes on one device and sees it on another.
func TestDraftIsToldToAllDevices(t *testing.T) {
	w := newWorld(t)
	other := w.listen("member")
	for i, text := range []string{"De", "Dear", ""} {
		kept := w.must("member", protocol.MethodDraftSet, &protocol.DraftSet{Room: w.den, Text: text, Target: 2, Source: "phone"}).(*protocol.DraftKept)
		want := protocol.Draft{Room: w.den, Edit: int64(i) + 1, Text: text, Target: 2, Source: "phone"}
		if got := (<-other).Push().Draft; got == nil || *got != want || kept.Edit != want.Edit {
			t.Errorf("the other device hears %+v, and this one %+v; want %+v", got, kept, want)
		}
		drafts := w.must("member", protocol.MethodDraftList, &protocol.DraftList{}).(*protocol.Drafts).Drafts
		if want.Source = ""; text == "" && len(drafts) != 0 || text != "" && (len(drafts) != 1 || drafts[0] != want) {
			t.Errorf("after %q the drafts are %+v", text, drafts)
		}
	}
	for _, bad := range []protocol.DraftSet{{Room: w.den, Text: "\x00"}, {Room: w.den, Source: "a b"}, {Room: w.den, Target: -1}} {
		if _, err := w.call("member", protocol.MethodDraftSet, &bad); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
