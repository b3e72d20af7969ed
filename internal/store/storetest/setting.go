package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/store"
)

var settingTests = []test{
	{"times after now are clamped", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Role: plausch.RoleMember, Token: token(1), At: at(100)})
		_, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token(2), Role: plausch.RoleGuest, At: at(100), Expires: at(107)})
		f.ok(err)
		f.ok(f.CreateTicket(f.ctx(), store.Ticket{Hash: token(3), Purpose: store.PurposeReset, Account: ann.ID, Expires: at(110)}))
		lives := map[store.Purpose]time.Duration{store.PurposeReset: at(5).Sub(at(0))}
		for range 2 { // again changes nothing
			f.ok(f.ClampTimes(f.ctx(), at(10), lives))
			a, device, err := f.AccountByToken(f.ctx(), token(1))
			f.ok(err)
			f.equal("the account and its device", []time.Time{a.LastSeen, device.Created, device.Used}, []time.Time{at(10), at(10), at(10)})
			invite, err := f.InviteByToken(f.ctx(), token(2), at(10))
			f.ok(err)
			f.equal("the invite", []time.Time{invite.Created, invite.Expires}, []time.Time{at(10), at(17)})
			ticket, err := f.Ticket(f.ctx(), token(3), store.PurposeReset, at(10))
			f.ok(err)
			f.equal("the ticket", ticket.Expires, at(15))
		}
	}},
	{"the server's name", func(f *fixture) {
		name, err := f.ServerName(f.ctx())
		f.ok(err)
		f.equal("at first", name, "")
		for _, want := range []string{"Garden", "Attic"} {
			f.ok(f.UpdateServer(f.ctx(), want, nil))
			name, err = f.ServerName(f.ctx())
			f.ok(err)
			f.equal("the name", name, want)
		}
	}},
	{"a new name of the server stands in the audit log, if whoever gives it still may", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Role: plausch.RoleAdmin})
		by := store.Judged{Account: ann.ID, Role: plausch.RoleAdmin}
		renamed := &plausch.Audit{Time: at(1), Actor: ann.Ref(), Action: plausch.AuditRename, Detail: "Garden"}
		f.ok(f.UpdateServer(f.ctx(), "Garden", renamed, by))
		log, err := f.ListAudit(f.ctx(), 0, 1)
		f.ok(err)
		if len(log) != 1 || log[0].Action != plausch.AuditRename || log[0].Actor.ID != ann.ID || log[0].Detail != "Garden" {
			f.Fatalf("the log ends with %+v", log)
		}
		by.Role = plausch.RoleOwner
		if err := f.UpdateServer(f.ctx(), "Attic", renamed, by); !errors.Is(err, store.ErrUnmet) {
			f.Errorf("somebody of another role gets %v", err)
		}
		name, err := f.ServerName(f.ctx())
		f.ok(err)
		f.equal("the name", name, "Garden")
		after, err := f.ListAudit(f.ctx(), 0, 1)
		f.ok(err)
		f.equal("the log", after, log)
	}},
	{"of many who claim with one ticket one is the owner", func(f *fixture) {
		f.ok(f.CreateTicket(f.ctx(), store.Ticket{Hash: token(1), Purpose: store.PurposeClaim, Expires: at(100)}))
		var in atomic.Int32
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				switch _, err := f.claim(token(1), fmt.Sprint("owner", i), 1); plausch.CodeOf(err) {
				case "":
					in.Add(1)
				case plausch.NotFound:
				default:
					f.Error(err)
				}
			})
		}
		wg.Wait()
		f.equal("owners", in.Load(), 1)
		name, err := f.ServerName(f.ctx())
		f.ok(err)
		f.equal("the server", name, "Garden")
		f.code(plausch.Forbidden, f.CreateTicket(f.ctx(), store.Ticket{Hash: token(2), Purpose: store.PurposeClaim, Expires: at(100)}))
	}},
	{"a claim is not good for long, not after another, and not once there is an owner", func(f *fixture) {
		ticket := func(n int) {
			f.Helper()
			f.ok(f.CreateTicket(f.ctx(), store.Ticket{Hash: token(n), Purpose: store.PurposeClaim, Expires: at(100)}))
		}
		refused := func(n, seconds int) {
			f.Helper()
			_, err := f.claim(token(n), "ann", seconds)
			f.code(plausch.NotFound, err)
			name, err := f.ServerName(f.ctx())
			f.ok(err)
			f.equal("the server", name, "")
		}
		ticket(1)
		refused(1, 100)
		refused(9, 1)
		ticket(2)
		refused(1, 1)
		_, err := f.Ticket(f.ctx(), token(2), store.PurposeReset, start)
		f.code(plausch.NotFound, err)
		_, err = f.Ticket(f.ctx(), token(2), store.PurposeClaim, start)
		f.ok(err)
		f.account(store.NewAccount{Name: "owner", Role: plausch.RoleOwner})
		refused(2, 1)
	}},
	{"a reset is good once, for its account", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		f.ok(f.CreateTicket(f.ctx(), store.Ticket{Hash: token(1), Purpose: store.PurposeReset, Account: ann.ID, Expires: at(100)}))
		f.ok(f.CreateTicket(f.ctx(), store.Ticket{Hash: token(2), Purpose: store.PurposeReset, Account: bob.ID, Expires: at(100)}))
		got, err := f.Ticket(f.ctx(), token(1), store.PurposeReset, at(99))
		f.ok(err)
		f.equal("the account", got.Account, ann.ID)
		reset := func(n, seconds int) error {
			_, err := f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: ann.ID, Ticket: token(n), PasswordHash: fmt.Sprint("$", n), At: at(seconds)})
			return err
		}
		f.code(plausch.NotFound, reset(2, 1))
		f.code(plausch.NotFound, reset(1, 100))
		_, hash, err := f.PasswordHash(f.ctx(), "ann")
		f.ok(err)
		f.equal("the hash", hash, "")
		f.ok(reset(1, 1))
		f.code(plausch.NotFound, reset(1, 1))
	}},
	{"the audit log has the newest first", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for i := range 5 {
			f.change(store.AccountUpdate{Account: bob.ID, Audit: &plausch.Audit{
				Time: at(i), Actor: ann, Action: plausch.AuditRole, Detail: fmt.Sprint(i),
			}})
		}
		got, err := f.ListAudit(f.ctx(), 0, 2)
		f.ok(err)
		f.equal("the newest", got, []plausch.Audit{
			{ID: got[0].ID, Time: at(4), Actor: ann, Action: plausch.AuditRole, Account: bob, Detail: "4"},
			{ID: got[1].ID, Time: at(3), Actor: ann, Action: plausch.AuditRole, Account: bob, Detail: "3"},
		})
		got, err = f.ListAudit(f.ctx(), got[1].ID, 9)
		f.ok(err)
		f.equal("the rest", len(got), 3)
		f.equal("the next", got[0].Detail, "2")
	}},
}

func (f *fixture) claim(token store.TokenHash, name string, seconds int) (plausch.Account, error) {
	return f.CreateAccount(f.ctx(), store.NewAccount{Name: name, Role: plausch.RoleOwner, Claim: token, ServerName: "Garden", At: at(seconds)})
}
