package core_test

import (
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
)

// TestAClockAheadMakesNothingLast makes what is good for a while by a clock that
// is years ahead, and sets it right: all of it ends after its life from then on.
func TestAClockAheadMakesNothingLast(t *testing.T) {
	const ahead = 10 * 365 * 24 * time.Hour
	f := newFixture(t)
	f.account("alice", plausch.RoleAdmin)
	early := f.signIn("alice")
	f.clock.move(ahead)
	late := f.signIn("alice")
	reset, _, err := f.otherProcess().CreateReset(t.Context(), late.Account.Name)
	expectCode(t, err, "")
	_, invite, err := f.otherProcess().CreateInvite(t.Context(), core.InviteOptions{Role: plausch.RoleGuest, Uses: -1})
	expectCode(t, err, "")
	f.guest("gast")
	f.clock.move(-ahead)
	f.restart()
	for _, in := range []core.SignedIn{early, late} {
		_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
		expectCode(t, err, "")
	}
	f.clock.move(plausch.GuestNameKept + time.Hour)
	f.guest("gast") // the name is free again
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, reset.Text(), "correct horse battery")
	expectCode(t, err, plausch.NotFound)
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, invite.Text(), "first", "")
	expectCode(t, err, "")
	f.clock.move(plausch.InviteLife)
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, invite.Text(), "second", "")
	expectCode(t, err, plausch.NotFound)
	f.clock.move(plausch.DeviceLife)
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, late.Token)
	expectCode(t, err, plausch.SignInFailed)
}

func TestAClaimMadeByAClockAheadEnds(t *testing.T) {
	const ahead = 24 * time.Hour
	f := newFixture(t)
	f.clock.move(ahead)
	claim, err := f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, "")
	f.clock.move(-ahead)
	f.restart()
	f.clock.move(core.ClaimLife)
	_, err = f.Claim(t.Context(), core.ClientInfo{}, claim.Text(), "Garden", "olga", "correct horse battery")
	expectCode(t, err, plausch.NotFound)
}

// TestAClockWithoutATimeSignsNobodyOut starts by a clock that was not set yet.
func TestAClockWithoutATimeSignsNobodyOut(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	in := f.signIn("alice")
	now := f.clock.Now()
	f.clock.move(time.Unix(0, 0).Sub(now))
	f.restart()
	_, err := f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
	expectCode(t, err, "")
	f.clock.move(now.Sub(f.clock.Now()))
	f.restart()
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
	expectCode(t, err, "")
}
