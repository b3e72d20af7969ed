package storetest

import (
	"fmt"
	"time"

	"plausch"
	"plausch/internal/store"
)

// browser is a subscription of Web Push, on a new device.
func (f *fixture) browser(account plausch.AccountRef, n int) plausch.PushSubscription {
	f.Helper()
	return plausch.PushSubscription{
		Account: account.ID, Device: f.device(account.ID, token(1000+n)).ID, Kind: plausch.PushWeb, Endpoint: fmt.Sprint("https://push.example.org/", n),
		PublicKey: []byte{4, byte(n)}, AuthSecret: []byte{5, byte(n)}, Text: true, Created: at(n),
	}
}

func (f *fixture) subscribe(p plausch.PushSubscription) plausch.PushSubscription {
	f.Helper()
	made, err := f.SubscribePush(f.ctx(), p)
	f.ok(err)
	return made
}

// pushes are the endpoints at which accounts are notified.
func (f *fixture) pushes(accounts ...plausch.AccountRef) []string {
	f.Helper()
	var ids []plausch.AccountID
	for _, a := range accounts {
		ids = append(ids, a.ID)
	}
	all, err := f.ListPushSubscriptions(f.ctx(), ids...)
	f.ok(err)
	endpoints := []string{}
	for _, p := range all {
		endpoints = append(endpoints, p.Endpoint)
	}
	return endpoints
}

func (f *fixture) pushAccounts(room plausch.RoomID, want ...plausch.AccountRef) {
	f.Helper()
	got, err := f.PushAccounts(f.ctx(), room)
	f.ok(err)
	ids := []plausch.AccountID{}
	for _, a := range want {
		ids = append(ids, a.ID)
	}
	f.equal("who is notified", append([]plausch.AccountID{}, got...), ids)
}

var pushTests = []test{
	{"what is subscribed is what is read", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		web := f.subscribe(f.browser(ann, 1))
		want := f.browser(ann, 2)
		want.ID, want.Endpoint, want.Device, want.Created = web.ID, web.Endpoint, web.Device, web.Created
		want.PublicKey, want.AuthSecret = []byte{4, 1}, []byte{5, 1}
		f.equal("what is made", web, want)
		hook := f.subscribe(plausch.PushSubscription{Account: ann.ID, Kind: plausch.PushWebhook, Endpoint: "https://x.example.org/", Secret: "s", Created: at(3)})
		other := f.subscribe(plausch.PushSubscription{Account: bob.ID, Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/bob", Created: at(4)})
		got, err := f.ListPushSubscriptions(f.ctx(), bob.ID, ann.ID)
		f.ok(err)
		f.equal("the list", got, []plausch.PushSubscription{other, web, hook})
		got, err = f.ListPushSubscriptions(f.ctx())
		f.ok(err)
		f.equal("of nobody", len(got), 0)
	}},
	{"the same endpoint is subscribed once", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		first := f.subscribe(f.browser(ann, 1))
		f.ok(f.UpdatePush(f.ctx(), first.ID, "refused", at(9)))
		again := f.browser(ann, 2)
		again.Endpoint, again.Text = first.Endpoint, false
		again = f.subscribe(again)
		got, err := f.ListPushSubscriptions(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("the list", got, []plausch.PushSubscription{again})
		if again.ID == first.ID || got[0].LastError != "" {
			f.Errorf("the new one is %+v", got[0])
		}
		// Somebody else signs in with the same browser.
		later := f.browser(bob, 3)
		later.Endpoint = first.Endpoint
		f.subscribe(later)
		f.equal("ann's", f.pushes(ann), []string{})
		f.equal("bob's", f.pushes(bob), []string{first.Endpoint})
		// A topic may be shared.
		for _, who := range []plausch.AccountRef{ann, bob} {
			f.subscribe(plausch.PushSubscription{Account: who.ID, Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/us", Created: at(4)})
		}
		f.equal("both", f.pushes(ann, bob), []string{"https://ntfy.sh/us", first.Endpoint, "https://ntfy.sh/us"})
	}},
	{"how one fares is kept", func(f *fixture) {
		ann := f.member("ann")
		p := f.subscribe(f.browser(ann, 1))
		for _, want := range []struct {
			err   string
			since time.Time
		}{{"refused", at(9)}, {"", time.Time{}}} {
			f.ok(f.UpdatePush(f.ctx(), p.ID, want.err, want.since))
			got, err := f.ListPushSubscriptions(f.ctx(), ann.ID)
			f.ok(err)
			p.LastError, p.FailingSince = want.err, want.since
			f.equal("the list", got, []plausch.PushSubscription{p})
		}
		f.ok(f.UpdatePush(f.ctx(), 12345, "refused", at(9)))
	}},
	{"one ends by its account, or when the push service says so", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		first, second := f.subscribe(f.browser(ann, 1)), f.subscribe(f.browser(ann, 2))
		f.code(plausch.NotFound, f.UnsubscribePush(f.ctx(), bob.ID, first.ID))
		f.ok(f.UnsubscribePush(f.ctx(), ann.ID, first.ID))
		f.code(plausch.NotFound, f.UnsubscribePush(f.ctx(), ann.ID, first.ID))
		f.ok(f.DeletePush(f.ctx(), second.ID))
		f.ok(f.DeletePush(f.ctx(), second.ID))
		f.equal("the rest", f.pushes(ann), []string{})
		if third := f.subscribe(f.browser(ann, 3)); third.ID <= second.ID {
			f.Errorf("the id %d is given out again", third.ID)
		}
	}},
	{"they end with their device", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		first, second := f.subscribe(f.browser(ann, 1)), f.subscribe(f.browser(ann, 2))
		topic := f.subscribe(plausch.PushSubscription{Account: ann.ID, Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/ann", Created: at(4)})
		f.ok(f.RevokeDevice(f.ctx(), ann.ID, first.Device))
		f.equal("after one device", f.pushes(ann), []string{second.Endpoint, topic.Endpoint})
		f.change(store.AccountUpdate{Account: ann.ID, RevokeDevices: true})
		f.equal("after all", f.pushes(ann), []string{topic.Endpoint})
		for what, device := range map[string]plausch.DeviceID{"one that has ended": first.Device, "another's": f.device(bob.ID, token(1)).ID} {
			p := f.browser(ann, 3+len(what))
			p.Device = device
			_, err := f.SubscribePush(f.ctx(), p)
			f.code(plausch.NotFound, err)
		}
	}},
	{"they end with their account, and rest while it does", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for i, who := range []plausch.AccountRef{ann, bob} {
			f.subscribe(plausch.PushSubscription{Account: who.ID, Kind: plausch.PushNtfy, Endpoint: fmt.Sprint("https://ntfy.sh/", i), Created: at(4)})
		}
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeactivated})
		f.equal("while deactivated", f.pushes(ann), []string{})
		f.pushAccounts(plausch.PublicRoom, bob)
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountActive})
		f.equal("afterwards", f.pushes(ann), []string{"https://ntfy.sh/0"})
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		f.ok(f.ReleaseName(f.ctx(), bob.ID))
		f.equal("in the end", f.pushes(ann, bob), []string{})
		f.pushAccounts(plausch.PublicRoom)
	}},
	{"members with subscriptions", func(f *fixture) {
		ann, bob, cid := f.member("ann"), f.member("bob"), f.member("cid")
		room := f.room(plausch.RoomPrivate, "shed", ann)
		f.one(join(room, ann, bob))
		f.one(join(room, ann, cid))
		direct := f.one(direct(ann, bob, "hi")).Room
		f.pushAccounts(room)
		f.subscribe(f.browser(bob, 1))
		f.subscribe(f.browser(bob, 2))
		f.subscribe(f.browser(ann, 3))
		f.pushAccounts(room, ann, bob)
		f.pushAccounts(direct, ann, bob)
		f.pushAccounts(plausch.PublicRoom, ann, bob)
		f.one(leave(room, bob, bob))
		f.pushAccounts(room, ann)
		f.pushAccounts(plausch.PublicRoom, ann, bob)
		f.pushAccounts(12345)
	}},
	{"an account has so many at most", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for i := range plausch.MaxPushSubscriptions {
			f.subscribe(f.browser(ann, i))
		}
		more := f.browser(ann, 100)
		_, err := f.SubscribePush(f.ctx(), more)
		f.code(plausch.Forbidden, err)
		f.equal("after one too many", len(f.pushes(ann)), plausch.MaxPushSubscriptions)
		more.Endpoint = "https://push.example.org/1"
		f.subscribe(more)
		f.subscribe(f.browser(bob, 101))
	}},
	{"the key is the first that was kept", func(f *fixture) {
		for _, key := range []string{"first", "second"} {
			kept, err := f.InitPushKey(f.ctx(), []byte(key))
			f.ok(err)
			f.equal("the key", string(kept), "first")
		}
	}},
}
