package core_test

import (
	"net/netip"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/core"
)

// TestLinkDevice links a new device: by its code alone, once, while it is good; and who has
// read the code cannot sign in.
func TestLinkDevice(t *testing.T) {
	f := newFixture(t)
	alice, bob := f.account("alice", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	phone := core.ClientInfo{Remote: netip.MustParseAddr("192.0.2.7"), Program: "phone 1.0", NewToken: auth.NewToken().Text()}
	here := core.ClientInfo{Remote: netip.MustParseAddr("192.0.2.8")}
	link, err := f.BeginLinkDevice(t.Context(), phone)
	expectCode(t, err, "")
	if again, err := f.BeginLinkDevice(t.Context(), phone); err != nil || again != link {
		t.Errorf("asked again it is %+v, %v", again, err)
	}
	state := func(want bool, code plausch.Code) {
		t.Helper()
		linked, err := f.LinkState(t.Context(), phone)
		if linked != want || plausch.CodeOf(err) != code {
			t.Errorf("linked: %v, %v; want %v, %q", linked, err, want, code)
		}
	}
	state(false, "")
	_, err = f.SignInToken(t.Context(), phone, phone.NewToken)
	expectCode(t, err, plausch.SignInFailed)
	_, err = f.SignInToken(t.Context(), here, link.Code)
	expectCode(t, err, plausch.SignInFailed)
	shown, err := f.CheckLinkDevice(t.Context(), alice, here, "https://chat.example.org/link#"+link.Code)
	if err != nil || shown.Program != "phone 1.0" || shown.Remote != phone.Remote {
		t.Errorf("alice sees %+v, %v", shown, err)
	}
	_, err = f.LinkDevice(t.Context(), alice, here, link.Code)
	expectCode(t, err, "")
	_, err = f.LinkDevice(t.Context(), bob, here, link.Code)
	expectCode(t, err, plausch.NotFound)
	state(true, "")
	f.restart()
	state(true, "")
	in, err := f.SignInToken(t.Context(), phone, phone.NewToken)
	if err != nil || in.Account.ID != alice.ID {
		t.Errorf("the phone signs in as %+v, %v", in.Account, err)
	}
	_, err = f.BeginLinkDevice(t.Context(), phone)
	expectCode(t, err, plausch.Invalid) // the token is in use
	devices, err := f.ListDevices(t.Context(), alice)
	if err != nil || len(devices) != 1 || devices[0].Program != "phone 1.0" {
		t.Errorf("the devices are %+v, %v", devices, err)
	}
}

func TestLinksAreBounded(t *testing.T) {
	f := newFixture(t)
	alice := f.account("alice", plausch.RoleMember)
	begin := func(remote string) (core.Link, core.ClientInfo, error) {
		from := core.ClientInfo{Remote: netip.MustParseAddr(remote), NewToken: auth.NewToken().Text()}
		link, err := f.BeginLinkDevice(t.Context(), from)
		return link, from, err
	}
	for _, token := range []string{"", "short"} {
		_, err := f.BeginLinkDevice(t.Context(), core.ClientInfo{NewToken: token})
		expectCode(t, err, plausch.Invalid)
	}
	link, from, err := begin("192.0.2.7")
	expectCode(t, err, "")
	f.clock.move(core.LinkLife)
	_, err = f.LinkDevice(t.Context(), alice, core.ClientInfo{}, link.Code)
	expectCode(t, err, plausch.NotFound)
	_, err = f.LinkState(t.Context(), from)
	expectCode(t, err, plausch.NotFound)
	refused := 0
	for range 20 {
		_, _, err := begin("192.0.2.7")
		if plausch.CodeOf(err) == plausch.RateLimited {
			refused++
		}
	}
	if refused != 4 {
		t.Errorf("of 20 of one address %d are refused", refused)
	}
	link, _, err = begin("198.51.100.7")
	expectCode(t, err, "")
	there := core.ClientInfo{Remote: netip.MustParseAddr("203.0.113.7")}
	limited := false
	for range 60 {
		_, err := f.CheckLinkDevice(t.Context(), alice, there, "AAAA-AAAA")
		limited = limited || plausch.CodeOf(err) == plausch.RateLimited
	}
	if !limited {
		t.Error("guesses are not limited")
	}
	_, err = f.LinkDevice(t.Context(), plausch.Account{ID: alice.ID, Transient: true}, core.ClientInfo{}, link.Code)
	expectCode(t, err, plausch.Forbidden)
	_, err = f.LinkDevice(t.Context(), plausch.Account{ID: alice.ID, Bot: true}, core.ClientInfo{}, link.Code)
	expectCode(t, err, plausch.Forbidden)
}
