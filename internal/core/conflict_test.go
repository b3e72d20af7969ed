package core_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/store"
)

// hookedStore is a store that has something else happen right before a write: after
// the core has judged it, and before its commit.
type hookedStore struct {
	store.Store
	mu        sync.Mutex
	meanwhile func() // taken by the first write
}

func (s *hookedStore) pause() {
	s.mu.Lock()
	do := s.meanwhile
	s.meanwhile = nil
	s.mu.Unlock()
	if do != nil {
		do()
	}
}

func (s *hookedStore) Append(ctx context.Context, d []store.Draft) ([]store.Appended, error) {
	s.pause()
	return s.Store.Append(ctx, d)
}

func (s *hookedStore) CreateDevice(ctx context.Context, n store.NewDevice) (plausch.Device, error) {
	s.pause()
	return s.Store.CreateDevice(ctx, n)
}

func (s *hookedStore) CreateAccount(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	s.pause()
	return s.Store.CreateAccount(ctx, n)
}

func (s *hookedStore) UpdateAccount(ctx context.Context, c store.AccountUpdate) (plausch.Account, error) {
	s.pause()
	return s.Store.UpdateAccount(ctx, c)
}

func (s *hookedStore) CreateInvite(ctx context.Context, n store.NewInvite) (plausch.Invite, error) {
	s.pause()
	return s.Store.CreateInvite(ctx, n)
}

func (s *hookedStore) CreateTicket(ctx context.Context, t store.Ticket) error {
	s.pause()
	return s.Store.CreateTicket(ctx, t)
}

// TestTheCommitDecides: what a request was allowed by changes after it was judged,
// as it may while it waits for its rate, a password's hash or the writer. Nothing of
// it is done then.
func TestTheCommitDecides(t *testing.T) {
	type world struct {
		*fixture
		owner, admin, bob, eve plausch.Account
		den                    plausch.RoomID // of owner and bob
		hook                   core.Webhook
		beside                 *core.Admin
		arm                    func() // lets what happens meanwhile happen before the next write
	}
	removed := func(w *world) error {
		got, err := w.beside.Store.Append(t.Context(), []store.Draft{{
			Room: w.den, Kind: plausch.EventLeave, Actor: w.owner.Ref(), Member: w.bob.Ref(), Time: w.clock.Now(),
		}})
		if err == nil {
			err = got[0].Err
		}
		return err
	}
	noAdmin := func(w *world) error {
		_, err := w.beside.SetRole(t.Context(), w.admin.Name, plausch.RoleMember)
		return err
	}
	for name, test := range map[string]struct {
		ask       func(w *world) error
		meanwhile func(w *world) error
		want      plausch.Code
	}{
		"a sign-in by a password that is changed": {
			func(w *world) error {
				w.arm()
				_, err := w.SignInPassword(t.Context(), core.ClientInfo{}, "bob", password)
				return err
			},
			func(w *world) error { return w.beside.SetPassword(t.Context(), w.bob.Name, "another correct horse") }, plausch.SignInFailed,
		},
		"a change of a password that is changed": {
			func(w *world) error {
				live := w.connect(w.signIn("bob"), core.Callbacks{})
				w.arm()
				return w.ChangePassword(t.Context(), live, core.ClientInfo{}, password, "my new correct horse")
			},
			func(w *world) error { return w.beside.SetPassword(t.Context(), w.bob.Name, "another correct horse") }, plausch.Forbidden,
		},
		"a message of somebody who is removed": {
			func(w *world) error {
				w.arm()
				_, err := w.send(w.bob, core.NewMessage{Room: w.den, Text: "hi"})
				return err
			},
			removed, plausch.NotFound,
		},
		"a message of somebody who is deactivated": {
			func(w *world) error {
				w.arm()
				_, err := w.send(w.bob, core.NewMessage{Room: plausch.PublicRoom, Text: "hi"})
				return err
			},
			func(w *world) error { return w.beside.DeactivateAccount(t.Context(), w.bob.Name) }, plausch.SignInFailed,
		},
		"a message to somebody who is deleted": {
			func(w *world) error {
				w.arm()
				_, err := w.send(w.bob, core.NewMessage{To: "eve", Text: "hi"})
				return err
			},
			func(w *world) error { return w.beside.DeleteAccount(t.Context(), w.eve.Name, false) }, plausch.SignInFailed,
		},
		"a member added by somebody who is removed": {
			func(w *world) error { w.arm(); return w.AddMember(t.Context(), w.bob, w.den, "eve") }, removed, plausch.NotFound,
		},
		"a member removed by somebody who is no admin any more": {
			func(w *world) error { w.arm(); return w.RemoveMember(t.Context(), w.admin, w.den, "bob") }, noAdmin, plausch.Forbidden,
		},
		"a room of somebody who is deactivated": {
			func(w *world) error {
				w.arm()
				_, err := w.CreateRoom(t.Context(), w.bob, "new", plausch.RoomPublic)
				return err
			},
			func(w *world) error { return w.beside.DeactivateAccount(t.Context(), w.bob.Name) }, plausch.SignInFailed,
		},
		"a post to a webhook that is deleted": {
			func(w *world) error { w.arm(); _, err := w.PostWebhook(t.Context(), w.hook, "hi", ""); return err },
			func(w *world) error { return w.DeleteWebhook(t.Context(), w.owner, w.hook.ID) }, plausch.NotFound,
		},
		"an account deactivated by somebody who is no admin any more": {
			func(w *world) error { w.arm(); return w.Admin(w.admin).DeactivateAccount(t.Context(), "eve") }, noAdmin, plausch.Forbidden,
		},
		"an account deactivated that has become an owner": {
			func(w *world) error { w.arm(); return w.Admin(w.admin).DeactivateAccount(t.Context(), "eve") },
			func(w *world) error {
				_, err := w.beside.SetRole(t.Context(), w.eve.Name, plausch.RoleOwner)
				return err
			}, plausch.Forbidden,
		},
		"a reset of an account that has become an owner": {
			func(w *world) error {
				w.arm()
				_, _, err := w.Admin(w.admin).CreateReset(t.Context(), "eve")
				return err
			},
			func(w *world) error {
				_, err := w.beside.SetRole(t.Context(), w.eve.Name, plausch.RoleOwner)
				return err
			}, plausch.Forbidden,
		},
		"an invite of somebody who is no admin any more": {
			func(w *world) error {
				w.arm()
				_, _, err := w.Admin(w.admin).CreateInvite(t.Context(), core.InviteOptions{})
				return err
			}, noAdmin, plausch.Forbidden,
		},
		"an account by an invite whose maker is no admin any more": {
			func(w *world) error {
				_, code, err := w.Admin(w.admin).CreateInvite(t.Context(), core.InviteOptions{})
				if err != nil {
					return err
				}
				w.arm()
				_, err = w.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "newcomer", password)
				return err
			}, noAdmin, plausch.NotFound,
		},
		"a bot of somebody who is no admin any more": {
			func(w *world) error {
				w.arm()
				_, _, err := w.Admin(w.admin).CreateBot(t.Context(), "robot")
				return err
			}, noAdmin, plausch.Forbidden,
		},
	} {
		t.Run(name, func(t *testing.T) {
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			var p *hookedStore
			w := &world{fixture: newFixture(t)}
			w.close()
			w.wrap = func(st store.Store) store.Store { p = &hookedStore{Store: st}; return p }
			w.open()
			w.owner, w.admin = w.account("olga", plausch.RoleOwner), w.account("adam", plausch.RoleAdmin)
			w.bob, w.eve = w.account("bob", plausch.RoleMember), w.account("eve", plausch.RoleMember)
			w.beside = w.fixture.otherProcess()
			den, err := w.CreateRoom(t.Context(), w.owner, "den", plausch.RoomPrivate)
			must(err)
			w.den = den.ID
			for _, name := range []string{"bob", "adam"} {
				must(w.AddMember(t.Context(), w.owner, w.den, name))
			}
			made, err := w.CreateWebhook(t.Context(), w.owner, w.den, "hook", false)
			must(err)
			w.hook, err = w.OpenWebhook(t.Context(), made.Token)
			must(err)

			var seq int64 // of the den, after what happens meanwhile
			w.arm = func() {
				p.meanwhile = func() {
					must(test.meanwhile(w))
					seq = w.head(w.den)
				}
			}
			expectCode(t, test.ask(w), test.want)
			if p.meanwhile != nil {
				t.Fatal("nothing was written")
			}
			if now := w.head(w.den); now != seq {
				t.Errorf("the den has %d events more", now-seq)
			}
		})
	}
}

// head returns the seq of a room's newest event.
func (f *fixture) head(room plausch.RoomID) int64 {
	f.t.Helper()
	r, err := f.otherProcess().Store.Room(f.t.Context(), room)
	if err != nil {
		f.t.Fatal(err)
	}
	return r.Head
}

// TestTwoJoinsAtOnceAreOne, whoever of the two is first.
func TestTwoJoinsAtOnceAreOne(t *testing.T) {
	f := newFixture(t)
	bob, ann := f.guest("bob").Account, f.guest("ann").Account
	for n := range 20 {
		room, err := f.CreateRoom(t.Context(), bob, fmt.Sprint("room-", n), plausch.RoomPublic)
		if err != nil {
			t.Fatal(err)
		}
		var joining sync.WaitGroup
		for range 4 {
			joining.Go(func() {
				if _, err := f.JoinRoom(t.Context(), ann, room.ID, ""); err != nil {
					t.Error(err)
				}
			})
		}
		joining.Wait()
		if head := f.head(room.ID); head != 2 {
			t.Fatalf("room %d has %d events, want two joins", n, head)
		}
	}
}
