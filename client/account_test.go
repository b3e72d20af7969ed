package client

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/protocol"
)

// TestALostAnswerToTheFirstSignIn cuts the connection after the server has made
// the guest and before the client has heard of it.
func TestALostAnswerToTheFirstSignIn(t *testing.T) {
	for name, restart := range map[string]bool{"the same process": false, "the next process": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				var made atomic.Bool
				f.hook = func(c *fakeConn, r protocol.Request) bool {
					if r.Method != protocol.MethodSignIn || made.Load() {
						return false
					}
					made.Store(true)
					var p protocol.SignIn
					c.params(r, &p)
					f.tokens[p.NewToken] = p.Name
					f.account(p.Name)
					c.nc.Close()
					return true
				}
				o := f.options("anna")
				o.Password = ""
				o.Tokens = NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
				r := open(t, o)
				if restart {
					for synctest.Wait(); !made.Load(); synctest.Wait() {
						time.Sleep(time.Second)
					}
					if err := r.c.Close(); err != nil {
						t.Fatal(err)
					}
					r = open(t, o)
				}
				defer r.c.Close()
				r.untilCaughtUp()
				if got := r.c.Account(); got.Name != "anna" || len(f.accounts) != 1 {
					t.Errorf("it is %+v, and there are the accounts %v", got, f.accounts)
				}
				kept, err := o.Tokens.Load(r.c.address.Key(), "anna")
				if err != nil || kept.Pending || f.tokens[kept.Token] != "anna" {
					t.Errorf("it keeps %+v (%v), the server knows %v", kept, err, f.tokens)
				}
			})
		})
	}
}

func TestARefusedSignInKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.account("anna")
		o := f.options("anna")
		o.Password = ""
		o.Tokens = NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
		r := open(t, o)
		defer r.c.Close()
		if err := r.c.WaitOnline(t.Context()); plausch.CodeOf(err) != plausch.Taken {
			t.Errorf("it is %v, want %q", err, plausch.Taken)
		}
		if kept, err := o.Tokens.Load(r.c.address.Key(), "anna"); err != nil || kept != (Credential{}) {
			t.Errorf("it keeps %+v (%v)", kept, err)
		}
	})
}
