package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"

	"plausch"
	"plausch/internal/store"
)

var inviteTests = []test{
	{"what is made is what is read", func(f *fixture) {
		ann := f.member("ann")
		den := f.room(plausch.RoomPrivate, "den", ann)
		made, err := f.CreateInvite(f.ctx(), store.NewInvite{
			Token: token(1), Maker: ann.ID, Role: plausch.RoleGuest, Uses: 3, Rooms: []plausch.RoomID{den, den}, At: at(1), Expires: at(9),
		})
		f.ok(err)
		f.equal("made", made, plausch.Invite{
			ID: made.ID, Maker: ann, Role: plausch.RoleGuest, Uses: 3, Rooms: []plausch.RoomID{den}, RoomNames: []string{"den"}, Created: at(1), Expires: at(9),
		})
		read, err := f.InviteByToken(f.ctx(), token(1), at(2))
		f.ok(err)
		f.equal("by token", read, made)
		log, err := f.ListAudit(f.ctx(), 0, 9)
		f.ok(err)
		f.equal("audit", fmt.Sprint(log[0].Actor, log[0].Action, log[0].Time), fmt.Sprint(ann, plausch.AuditInvite, at(1)))
	}},
	{"an invite gives its role and is counted", func(f *fixture) {
		f.invite(token(1), 2)
		for i := range 3 {
			a, err := f.redeem(token(1), fmt.Sprint("guest", i))
			if i == 2 {
				f.code(plausch.NotFound, err)
				break
			}
			f.ok(err)
			f.equal("role and invited", fmt.Sprint(a.Role, a.Invited), fmt.Sprint(plausch.RoleGuest, true))
		}
		_, err := f.AccountByName(f.ctx(), "guest2")
		f.code(plausch.NotFound, err)
	}},
	{"a name that is taken spends no use", func(f *fixture) {
		f.member("ann")
		f.invite(token(1), 1)
		_, err := f.redeem(token(1), "ann")
		f.code(plausch.Taken, err)
		_, err = f.redeem(token(1), "bob")
		f.ok(err)
	}},
	{"an invite without a number of uses is good for any", func(f *fixture) {
		f.invite(token(1), 0)
		for i := range 20 {
			_, err := f.redeem(token(1), fmt.Sprint("guest", i))
			f.ok(err)
		}
	}},
	{"an expired, a revoked and an unknown one are not good", func(f *fixture) {
		f.invite(token(1), 0) // until at(100)
		revoked := f.invite(token(2), 0)
		f.ok(f.RevokeInvite(f.ctx(), revoked.ID, start, 0))
		f.code(plausch.NotFound, f.RevokeInvite(f.ctx(), revoked.ID, start, 0))
		for _, n := range []int{2, 3} {
			_, err := f.redeem(token(n), "ann")
			f.code(plausch.NotFound, err)
			_, err = f.InviteByToken(f.ctx(), token(n), start)
			f.code(plausch.NotFound, err)
		}
		_, err := f.CreateAccount(f.ctx(), store.NewAccount{Name: "ann", Invite: token(1), At: at(100)})
		f.code(plausch.NotFound, err)
		_, err = f.InviteByToken(f.ctx(), token(1), at(100))
		f.code(plausch.NotFound, err)
	}},
	{"of a hundred who redeem a single-use invite one gets in", func(f *fixture) {
		f.invite(token(1), 1)
		var in atomic.Int32
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				switch _, err := f.redeem(token(1), fmt.Sprint("guest", i)); plausch.CodeOf(err) {
				case "":
					in.Add(1)
				case plausch.NotFound:
				default:
					f.Error(err)
				}
			})
		}
		wg.Wait()
		f.equal("accounts", in.Load(), 1)
		all, err := f.ListAccounts(f.ctx(), 0, 200, start)
		f.ok(err)
		f.equal("accounts that are there", len(all), 1)
	}},
	{"good ones are listed, of one maker or all", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for n, maker := range []plausch.AccountID{ann.ID, bob.ID, 0, ann.ID, ann.ID} {
			_, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token(n), Maker: maker, Role: plausch.RoleMember, Uses: 1, At: start, Expires: at(100)})
			f.ok(err)
		}
		_, err := f.redeem(token(4), "carl")
		f.ok(err)
		ids := func(maker plausch.AccountID, seconds int, after plausch.InviteID, limit int) (ids []plausch.InviteID) {
			f.Helper()
			all, err := f.ListInvites(f.ctx(), maker, at(seconds), after, limit)
			f.ok(err)
			for _, i := range all {
				ids = append(ids, i.ID)
			}
			return ids
		}
		f.equal("all", ids(0, 1, 0, 9), []plausch.InviteID{1, 2, 3, 4})
		f.equal("a page", ids(0, 1, 1, 2), []plausch.InviteID{2, 3})
		f.equal("ann's", ids(ann.ID, 1, 0, 9), []plausch.InviteID{1, 4})
		f.equal("later", len(ids(0, 100, 0, 9)), 0)
	}},
	{"invited guests are no passers-by", func(f *fixture) {
		f.invite(token(1), 0)
		_, err := f.redeem(token(1), "gast")
		f.ok(err)
		_, err = f.CreateAccount(f.ctx(), store.NewAccount{Name: "gast", Role: plausch.RoleGuest, At: at(1000), GuestsSeenBefore: at(999)})
		f.code(plausch.Taken, err)
		all, err := f.ListAccounts(f.ctx(), 0, 9, at(1000))
		f.ok(err)
		f.equal("listed", len(all), 1)
	}},
}

// invite makes an invite for guests that is good until at(100).
func (f *fixture) invite(token store.TokenHash, uses int) plausch.Invite {
	f.Helper()
	i, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token, Role: plausch.RoleGuest, Uses: uses, At: start, Expires: at(100)})
	f.ok(err)
	return i
}

func (f *fixture) redeem(token store.TokenHash, name string) (plausch.Account, error) {
	return f.CreateAccount(f.ctx(), store.NewAccount{Name: name, Invite: token, At: start})
}
