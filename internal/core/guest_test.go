package core_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/internal/core"
)

var guestRouter = netip.MustParseAddr("198.51.100.7")

// connectGuestFrom signs a guest in from an address and connects it.
func (f *fixture) connectGuestFrom(addr netip.Addr, name string) (plausch.Account, error) {
	f.t.Helper()
	in, err := f.SignInGuest(f.t.Context(), core.ClientInfo{Remote: addr}, name, false)
	if err != nil {
		return in.Account, err
	}
	if _, err := f.Connect(f.t.Context(), in, addr, core.Callbacks{}); err != nil {
		f.t.Fatal(err)
	}
	return in.Account, nil
}

// wantRetryAfter expects that err says when to try again, and returns in which time.
func wantRetryAfter(t *testing.T, err error) time.Duration {
	t.Helper()
	var e *plausch.Error
	if !errors.As(err, &e) || e.Code != plausch.RateLimited || e.RetryAfter <= 0 {
		t.Fatalf("%v, want rate_limited with a time to wait", err)
	}
	return e.RetryAfter
}

func someGuests(address, all core.GuestRates) func(*core.Options) {
	return func(o *core.Options) { o.Guests = core.GuestLimits{Address: address, All: all} }
}

func TestGuestsOfAnAddressAreBoundedTogether(t *testing.T) {
	f, _ := newFileFixture(t, someGuests(core.GuestRates{AccountsPerHour: 3, RoomsPerHour: 2, BytesPerDay: 1000}, core.GuestRates{}))
	var guests []plausch.Account
	for i := range 3 {
		guest, err := f.connectGuestFrom(guestRouter, fmt.Sprint("guest", i))
		if err != nil {
			t.Fatal(err)
		}
		guests = append(guests, guest)
	}
	ann, bob := guests[0], guests[1]

	_, err := f.connectGuestFrom(guestRouter, "late")
	wait := wantRetryAfter(t, err)
	elsewhere, err := f.connectGuestFrom(netip.MustParseAddr("198.51.100.8"), "elsewhere")
	if err != nil {
		t.Errorf("a guest from another address: %v", err)
	}
	if _, err := f.connectGuestFrom(netip.MustParseAddr("198.51.100.8"), "guest0"); plausch.CodeOf(err) != plausch.Taken {
		t.Errorf("a name that is taken: %v", err)
	}
	f.clock.move(wait)
	if _, err := f.connectGuestFrom(guestRouter, "late"); err != nil {
		t.Errorf("when it was time: %v", err)
	}

	// A room that exists does not count, and neither does one that was not made.
	if _, err := f.CreateRoom(t.Context(), ann, "club", plausch.RoomPublic); err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateRoom(t.Context(), ann, "club", plausch.RoomPublic)
	expectCode(t, err, plausch.Taken)
	for range 3 {
		f.say(bob, core.NewMessage{To: "elsewhere", Text: "hello"})
	}
	_, err = f.send(ann, core.NewMessage{To: "elsewhere", Text: "hello"})
	wantRetryAfter(t, err)
	_, err = f.CreateRoom(t.Context(), bob, "den", plausch.RoomPrivate)
	wantRetryAfter(t, err)
	if _, err := f.CreateRoom(t.Context(), elsewhere, "den", plausch.RoomPrivate); err != nil {
		t.Errorf("a room of a guest from another address: %v", err)
	}

	// Bytes that were not kept do not count.
	upload := func(by plausch.Account, body io.Reader) error {
		_, err := f.UploadAttachment(t.Context(), by, core.File{Name: "x", Body: body})
		return err
	}
	broken := errors.New("the line is cut")
	if err := upload(ann, io.MultiReader(strings.NewReader(strings.Repeat("x", 900)), failing{broken})); !errors.Is(err, broken) {
		t.Fatalf("%v, want %v", err, broken)
	}
	if err := upload(ann, strings.NewReader(strings.Repeat("y", 900))); err != nil {
		t.Fatal(err)
	}
	wait = wantRetryAfter(t, upload(bob, strings.NewReader(strings.Repeat("z", 900))))
	f.clock.move(wait)
	if err := upload(bob, strings.NewReader(strings.Repeat("z", 900))); err != nil {
		t.Errorf("when it was time: %v", err)
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAllGuestsAreBoundedTogether(t *testing.T) {
	f := newFixture(t, someGuests(core.GuestRates{}, core.GuestRates{AccountsPerHour: 5}))
	for i := range 5 {
		if _, err := f.connectGuestFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), fmt.Sprint("guest", i)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.connectGuestFrom(netip.MustParseAddr("203.0.113.77"), "late")
	wantRetryAfter(t, err)
	// It holds nobody back who has an account or an invite.
	f.account("alice", plausch.RoleAdmin)
	alice := f.signIn("alice").Account
	_, code, err := f.Admin(alice).CreateInvite(t.Context(), core.InviteOptions{Role: plausch.RoleGuest})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "invited", ""); err != nil {
		t.Error(err)
	}
}

func TestWiderNetworksOfGuestsAreBoundedToo(t *testing.T) {
	f := newFixture(t, someGuests(core.GuestRates{AccountsPerHour: 1}, core.GuestRates{}))
	for _, tt := range []struct {
		name, addr string
		want       int
	}{
		{"a /64", "2001:db8:1::%x", 1},
		{"a /56", "2001:db8:2:%x::1", 4},
		{"a /48", "2001:db8:3:%x00::1", 16},
		{"a private address", "192.168.1.1", 4},
		{"the loopback", "::1", 4},
		{"nobody knows", "", 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			came := 0
			for i := range 32 {
				text := tt.addr
				if strings.Contains(text, "%") {
					text = fmt.Sprintf(text, i)
				}
				addr, _ := netip.ParseAddr(text)
				if _, err := f.connectGuestFrom(addr, fmt.Sprintf("guest-%d-%d", len(tt.name), i)); err == nil {
					came++
				}
			}
			if came != tt.want {
				t.Errorf("%d guests came, want %d", came, tt.want)
			}
		})
	}
}

// TestAClassOfGuestsGetsInAndTalks has 40 guests of one address come at once and say
// all that their own burst lets them, which waits for nothing; those who go on wait
// for the address.
func TestAClassOfGuestsGetsInAndTalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people, burst = 40, 30
		f := newFixture(t, func(o *core.Options) {
			o.SendsPerSecond, o.SendBurst = 5, burst
			o.Guests.Address = core.GuestRates{AccountsPerHour: people, SendsPerSecond: 50, SendBurst: people * burst}
		})
		defer f.close()
		start := time.Now()
		var class []plausch.Account
		for i := range people {
			guest, err := f.connectGuestFrom(guestRouter, fmt.Sprint("student", i))
			if err != nil {
				t.Fatal(err)
			}
			class = append(class, guest)
		}
		for range burst {
			for _, student := range class {
				f.say(student, core.NewMessage{Room: plausch.PublicRoom, Text: "hello"})
			}
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("they had to wait for %v", waited)
		}
		start = time.Now()
		done := make(chan error)
		for _, student := range class {
			go func() {
				_, err := f.send(student, core.NewMessage{Room: plausch.PublicRoom, Text: "and more"})
				done <- err
			}()
		}
		for range class {
			if err := <-done; err != nil {
				t.Errorf("a send over the rate: %v, want that it waits", err)
			}
		}
		if waited := time.Since(start); waited < people*time.Second/50 {
			t.Errorf("%d more took %v, which is over the rate of the address", people, waited)
		}
	})
}
