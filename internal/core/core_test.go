package core_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/auth/authtest"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a core over a database in a temporary folder.
type fixture struct {
	t     *testing.T
	path  string
	clock *clock
	opts  core.Options
	*core.Core
	close func()
	// wrap, if not nil, is what the core has instead of its store.
	wrap func(store.Store) store.Store
	// bus, if not nil, is what the core publishes to.
	bus bus.Bus
}

func newFixture(t *testing.T, change ...func(*core.Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, path: filepath.Join(t.TempDir(), "test.db"), clock: &clock{now: time.Unix(1_790_000_000, 0)}}
	f.opts = core.Options{Passwords: authtest.NewHasher(), Access: core.AccessOpen, Now: f.clock.Now, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&f.opts)
	}
	f.open()
	t.Cleanup(func() { f.close() })
	return f
}

func (f *fixture) open() {
	f.t.Helper()
	st, err := sqlite.Open(f.t.Context(), f.path, sqlite.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	opts := f.opts
	opts.Store, opts.Bus = st, new(bus.Local)
	if f.bus != nil {
		opts.Bus = f.bus
	}
	if f.wrap != nil {
		opts.Store = f.wrap(st)
	}
	if f.Core, err = core.New(f.t.Context(), opts); err != nil {
		f.t.Fatal(err)
	}
	f.close = func() { f.Close(); st.Close() }
}

// restart is what a new process on the same database sees.
func (f *fixture) restart() {
	f.t.Helper()
	f.close()
	f.open()
}

// password is that of every account here.
const password = "correct horse battery"

// otherProcess returns an Admin as another process has it, on the same database.
func (f *fixture) otherProcess() *core.Admin {
	f.t.Helper()
	st, err := sqlite.Open(f.t.Context(), f.path, sqlite.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { st.Close() })
	return &core.Admin{Store: st, Passwords: f.opts.Passwords, Now: f.opts.Now}
}

// account makes an account with the password.
func (f *fixture) account(name string, role plausch.Role) plausch.Account {
	f.t.Helper()
	account, err := f.otherProcess().CreateAccount(f.t.Context(), name, password, role)
	if err != nil {
		f.t.Fatal(err)
	}
	return account
}

// signIn signs in by the password.
func (f *fixture) signIn(name string) core.SignedIn {
	f.t.Helper()
	in, err := f.SignInPassword(f.t.Context(), core.ClientInfo{}, name, password)
	if err != nil {
		f.t.Fatalf("%s signs in: %v", name, err)
	}
	return in
}

func (f *fixture) connect(in core.SignedIn, w core.Callbacks) *core.Connection {
	f.t.Helper()
	live, err := f.Connect(f.t.Context(), in, netip.Addr{}, w)
	if err != nil {
		f.t.Fatalf("%s arrives: %v", in.Account.Name, err)
	}
	return live
}

func (f *fixture) guest(name string) core.SignedIn {
	f.t.Helper()
	in, err := f.SignInGuest(f.t.Context(), core.ClientInfo{}, name, false)
	if err != nil {
		f.t.Fatalf("%s signs in: %v", name, err)
	}
	return in
}

func (f *fixture) send(by plausch.Account, p core.NewMessage) (plausch.Event, error) {
	type outcome struct {
		e   plausch.Event
		err error
	}
	done := make(chan outcome, 1)
	f.SendMessage(f.t.Context(), by, p, func(e plausch.Event, err error) { done <- outcome{e, err} })
	o := <-done
	return o.e, o.err
}

func (f *fixture) say(by plausch.Account, p core.NewMessage) plausch.Event {
	f.t.Helper()
	e, err := f.send(by, p)
	if err != nil {
		f.t.Fatalf("%s sends: %v", by.Name, err)
	}
	return e
}

func expectCode(t *testing.T, err error, want plausch.Code) {
	t.Helper()
	if got := plausch.CodeOf(err); got != want {
		t.Fatalf("the error is %q (%v), want %q", got, err, want)
	}
}

func TestAGuestKeepsItsNameForADay(t *testing.T) {
	f := newFixture(t)
	first := f.guest("bob")
	friend := f.guest("ann").Account
	secret := f.say(friend, core.NewMessage{To: "bob", Text: "for bob alone"})
	here := f.connect(first, core.Callbacks{})

	// As long as it is here, however long, nobody else gets the name.
	f.clock.move(30 * time.Hour)
	_, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", false)
	expectCode(t, err, plausch.Taken)
	here.Disconnect()
	f.restart() // writes when it was last seen

	f.clock.move(24*time.Hour - time.Minute)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", false)
	expectCode(t, err, plausch.Taken)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "Bob", true)
	expectCode(t, err, plausch.Taken)
	again, err := f.SignInToken(t.Context(), core.ClientInfo{}, first.Token)
	expectCode(t, err, "")
	if again.Account.ID != first.Account.ID {
		t.Errorf("the token's account is %d, was %d", again.Account.ID, first.Account.ID)
	}

	f.clock.move(2 * time.Minute)
	other := f.guest("bob")
	if other.Account.ID == first.Account.ID {
		t.Error("the name came back with its old identity")
	}
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, first.Token)
	expectCode(t, err, plausch.SignInFailed)
	_, _, err = f.History(t.Context(), other.Account, secret.Room, core.HistoryQuery{Limit: 10})
	expectCode(t, err, plausch.NotFound)
	rooms, _, err := f.ListRooms(t.Context(), other.Account, true, 0, 10)
	if err != nil || len(rooms) != 1 {
		t.Errorf("the new bob sees the rooms %v (%v), want public alone", rooms, err)
	}
	// A new message goes to the new bob, in a room of its own.
	if e := f.say(friend, core.NewMessage{To: "bob", Text: "hello, new one"}); e.Room == secret.Room {
		t.Error("the new bob got into the old one's direct room")
	}
}

func TestATransientGuestExistsWhileItIsConnected(t *testing.T) {
	f := newFixture(t)
	in, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
	expectCode(t, err, "")
	if in.Token != "" {
		t.Error("it got a token")
	}
	one, two := f.connect(in, core.Callbacks{}), f.connect(in, core.Callbacks{})
	one.Disconnect()
	one.Disconnect() // twice is once
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
	expectCode(t, err, plausch.Taken)
	two.Disconnect()
	next, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
	expectCode(t, err, "")
	if next.Account.ID == in.Account.ID {
		t.Error("the next bob is the one before")
	}
	// It does not leave, but the process ends.
	f.connect(next, core.Callbacks{})
	f.restart()
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
	expectCode(t, err, "")
}

// TestGuestsOfALostNode: a server that does not come back does not keep the names of
// its guests, but one that others have heard of within a day does.
func TestGuestsOfALostNode(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.Node = "first" })
	in, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
	expectCode(t, err, "")
	f.connect(in, core.Callbacks{})
	f.close()
	f.opts.Node = "second"
	for _, c := range []struct {
		after time.Duration
		want  plausch.Code
	}{{23 * time.Hour, plausch.Taken}, {2 * time.Hour, ""}} {
		f.clock.move(c.after)
		f.open()
		_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", true)
		expectCode(t, err, c.want)
		f.close()
	}
}

func TestSignIn(t *testing.T) {
	f := newFixture(t)
	f.account("Alice", plausch.RoleMember)
	f.guest("gast")
	for name, c := range map[string]struct {
		name, password string
		want           plausch.Code
	}{
		"right":              {"alice", password, ""},
		"name in capitals":   {"ALICE", password, ""},
		"wrong password":     {"alice", "correct horse batterx", plausch.SignInFailed},
		"unknown name":       {"alicia", password, plausch.SignInFailed},
		"impossible name":    {"no such name", password, plausch.SignInFailed},
		"a guest's name":     {"gast", password, plausch.SignInFailed},
		"an overlong secret": {"alice", string(make([]byte, 3000)), plausch.SignInFailed},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := f.SignInPassword(t.Context(), core.ClientInfo{}, c.name, c.password)
			expectCode(t, err, c.want)
			if err != nil {
				return
			}
			again, err := f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
			expectCode(t, err, "")
			if again.Account != in.Account {
				t.Errorf("the token signs in as %+v, not %+v", again.Account, in.Account)
			}
			expectCode(t, f.SignOut(t.Context(), f.connect(in, core.Callbacks{})), "")
			_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
			expectCode(t, err, plausch.SignInFailed)
		})
	}
	_, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "alice", false)
	expectCode(t, err, plausch.Taken)
	f.clock.move(1000 * time.Hour)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "alice", false)
	expectCode(t, err, plausch.Taken)
}

// TestATokenOfTheClientsOwn signs in with tokens that clients have made.
func TestATokenOfTheClientsOwn(t *testing.T) {
	f := newFixture(t)
	token := auth.NewToken().Text()
	first, err := f.SignInOwnToken(t.Context(), core.ClientInfo{}, token, "Bob")
	if err != nil || first.Account.Name != "bob" || first.Token != "" {
		t.Fatalf("the first sign-in gives %+v, %v", first, err)
	}
	again, err := f.SignInOwnToken(t.Context(), core.ClientInfo{}, token, "bob")
	if err != nil || again.Account.ID != first.Account.ID {
		t.Errorf("the same sign-in again gives %+v, %v", again, err)
	}
	if by, err := f.SignInToken(t.Context(), core.ClientInfo{}, token); err != nil || by.Account.ID != first.Account.ID {
		t.Errorf("the token alone gives %+v, %v", by, err)
	}
	if _, err := f.SignInOwnToken(t.Context(), core.ClientInfo{}, auth.NewToken().Text(), "bob"); plausch.CodeOf(err) != plausch.Taken {
		t.Errorf("another token gets the name: %v", err)
	}
	if _, err := f.SignInOwnToken(t.Context(), core.ClientInfo{}, "plausch_short", "eve"); plausch.CodeOf(err) != plausch.SignInFailed {
		t.Errorf("a token that is none gives %v", err)
	}
	// A hundred at once are one guest.
	token = auth.NewToken().Text()
	ids := make(chan plausch.AccountID, 100)
	for range cap(ids) {
		go func() {
			in, err := f.SignInOwnToken(context.Background(), core.ClientInfo{}, token, "carol")
			if err != nil {
				t.Error(err)
			}
			ids <- in.Account.ID
		}()
	}
	id := <-ids
	for range cap(ids) - 1 {
		if other := <-ids; other != id {
			t.Errorf("one token became the accounts %d and %d", id, other)
		}
	}
}

func TestAClosedServerLetsNoGuestsIn(t *testing.T) {
	f := newFixture(t)
	in := f.guest("bob")
	f.opts.Access = core.AccessClosed
	f.restart()
	_, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "eve", false)
	expectCode(t, err, plausch.SignInFailed)
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
	expectCode(t, err, plausch.SignInFailed)
}

func TestASendHappensOnce(t *testing.T) {
	f := newFixture(t)
	in := f.guest("bob")
	post := core.NewMessage{Room: plausch.PublicRoom, Text: "once", ClientID: "the-id"}
	first := f.say(in.Account, post)

	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if e, err := f.send(in.Account, post); err != nil || e.Seq != first.Seq {
				t.Errorf("a repeat got seq %d (%v), want %d", e.Seq, err, first.Seq)
			}
		})
	}
	wg.Wait()
	f.restart()
	f.clock.move(24 * time.Hour)
	post.Text = "something else"
	if e := f.say(in.Account, post); e.Seq != first.Seq || e.Text != "once" {
		t.Errorf("a day later the repeat got %+v, want %+v", e, first)
	}
	other := f.guest("ann")
	if e := f.say(other.Account, post); e.Seq == first.Seq {
		t.Error("another account's send with the same id got lost")
	}
	events, _, err := f.History(t.Context(), in.Account, plausch.PublicRoom, core.HistoryQuery{Limit: 10})
	if err != nil || len(events) != 2 {
		t.Errorf("the room has %d events (%v), want 2", len(events), err)
	}
}

func TestTheClockDoesNotOrder(t *testing.T) {
	f := newFixture(t)
	bob := f.guest("bob").Account
	var last int64
	for _, d := range []time.Duration{0, time.Hour, -2 * time.Hour, -10 * 365 * 24 * time.Hour, 20 * 365 * 24 * time.Hour} {
		f.clock.move(d)
		if e := f.say(bob, core.NewMessage{Room: plausch.PublicRoom, Text: "tick"}); e.Seq != last+1 {
			t.Errorf("after the clock moved by %v the seq is %d, want %d", d, e.Seq, last+1)
		}
		last++
	}
}

func TestBadSendsAreRefusedAndKeepNothing(t *testing.T) {
	f := newFixture(t)
	bob := f.guest("bob").Account
	for name, c := range map[string]struct {
		post core.NewMessage
		want plausch.Code
	}{
		"nowhere":           {core.NewMessage{Text: "hi"}, plausch.Invalid},
		"two places":        {core.NewMessage{Room: 1, To: "ann", Text: "hi"}, plausch.Invalid},
		"unknown room":      {core.NewMessage{Room: 99, Text: "hi"}, plausch.NotFound},
		"negative room":     {core.NewMessage{Room: -1, Text: "hi"}, plausch.NotFound},
		"unknown name":      {core.NewMessage{To: "ann", Text: "hi"}, plausch.NotFound},
		"oneself":           {core.NewMessage{To: "BOB", Text: "hi"}, plausch.Invalid},
		"no text":           {core.NewMessage{Room: 1}, plausch.Invalid},
		"an escape":         {core.NewMessage{Room: 1, Text: "\x1b[2J"}, plausch.Invalid},
		"a C1 control":      {core.NewMessage{Room: 1, Text: "a\u009bb"}, plausch.Invalid},
		"not UTF-8":         {core.NewMessage{Room: 1, Text: "a\xffb"}, plausch.Invalid},
		"too long":          {core.NewMessage{Room: 1, Text: string(slices.Repeat([]byte("a"), plausch.MaxText+1))}, plausch.TooLarge},
		"a client id space": {core.NewMessage{Room: 1, Text: "hi", ClientID: "a b"}, plausch.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.send(bob, c.post)
			expectCode(t, err, c.want)
		})
	}
	e := f.say(bob, core.NewMessage{Room: 1, Text: "tab\tand\nnewline, " + string(slices.Repeat([]byte("a"), plausch.MaxText-17))})
	if e.Seq != 1 {
		t.Errorf("the first good message has seq %d", e.Seq)
	}
}

func TestSendsOverTheRateAreHeldBackInOrder(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.SendsPerSecond, o.SendBurst = 50, 5 })
	bob, ann := f.guest("bob").Account, f.guest("ann").Account
	began := time.Now()
	for i := range 10 {
		f.say(bob, core.NewMessage{Room: 1, Text: fmt.Sprint(i)})
	}
	// The five over the burst take a fiftieth of a second each.
	if took := time.Since(began); took < 90*time.Millisecond {
		t.Errorf("ten sends took %v, which is over the rate", took)
	}
	events, _, err := f.History(t.Context(), ann, 1, core.HistoryQuery{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Text != fmt.Sprint(i) {
			t.Errorf("event %d says %q", i, e.Text)
		}
	}
}

func TestASendFarOverTheRateIsToldWhenToTryAgain(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.SendsPerSecond, o.SendBurst = 0.01, 1 })
	bob := f.guest("bob").Account
	f.say(bob, core.NewMessage{Room: 1, Text: "first"})
	_, err := f.send(bob, core.NewMessage{Room: 1, Text: "second"})
	expectCode(t, err, plausch.RateLimited)
	var e *plausch.Error
	if !errors.As(err, &e) || e.RetryAfter < time.Minute {
		t.Errorf("it is to try again after %v", e.RetryAfter)
	}
	f.say(f.guest("ann").Account, core.NewMessage{Room: 1, Text: "others are not held back"})
}

// faultyStore is a store whose commits a test decides about.
type faultyStore struct {
	store.Store
	commit func(drafts []store.Draft) error
}

func (s faultyStore) Append(ctx context.Context, d []store.Draft) ([]store.Appended, error) {
	if err := s.commit(d); err != nil {
		return nil, err
	}
	return s.Store.Append(ctx, d)
}

func openFaulty(t *testing.T, commit func([]store.Draft) error, fatal func(error)) (*core.Core, *bus.Local, plausch.Account) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := new(bus.Local)
	c, err := core.New(t.Context(), core.Options{
		Store: faultyStore{st, commit}, Bus: b, Passwords: authtest.NewHasher(), Access: core.AccessOpen, Fatal: fatal,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); st.Close() })
	in, err := c.SignInGuest(t.Context(), core.ClientInfo{}, "bob", false)
	if err != nil {
		t.Fatal(err)
	}
	return c, b, in.Account
}

func TestAFullDiskIsToldToTheSenderAndPasses(t *testing.T) {
	full := true
	c, b, bob := openFaulty(t, func([]store.Draft) error {
		if full {
			return plausch.Errorf(plausch.StorageFull, "the disk is full")
		}
		return nil
	}, func(err error) { t.Errorf("fatal: %v", err) })
	heard := make(chan plausch.Event, 10)
	b.Subscribe(bus.Subscriber{Events: func(es []plausch.Event) {
		for _, e := range es {
			heard <- e
		}
	}})
	f := &fixture{t: t, Core: c}
	_, err := f.send(bob, core.NewMessage{Room: 1, Text: "lost?"})
	expectCode(t, err, plausch.StorageFull)
	full = false
	f.say(bob, core.NewMessage{Room: 1, Text: "kept"})
	if e := <-heard; e.Text != "kept" || e.Seq != 1 {
		t.Errorf("the bus told %+v", e)
	}
}

func TestNothingIsAcknowledgedOnceTheStoreIsBroken(t *testing.T) {
	fatal := make(chan error, 1)
	c, b, bob := openFaulty(t, func([]store.Draft) error { return fmt.Errorf("sync: %w", store.ErrBroken) },
		func(err error) { fatal <- err })
	b.Subscribe(bus.Subscriber{Events: func([]plausch.Event) { t.Error("something was published") }})
	done := func(plausch.Event, error) { t.Error("a send was answered") }
	c.SendMessage(t.Context(), bob, core.NewMessage{Room: 1, Text: "hi"}, done)
	if err := <-fatal; !errors.Is(err, store.ErrBroken) {
		t.Errorf("the process is told to end with %v", err)
	}
	c.SendMessage(t.Context(), bob, core.NewMessage{Room: 1, Text: "hi again"}, done)
}

func TestWaitingSendsShareACommit(t *testing.T) {
	first, go_ := make(chan struct{}), make(chan struct{})
	var sizes []int
	c, _, bob := openFaulty(t, func(d []store.Draft) error {
		if sizes = append(sizes, len(d)); len(sizes) == 1 {
			close(first)
			<-go_
		}
		return nil
	}, nil)
	var wg sync.WaitGroup
	send := func() {
		wg.Add(1)
		c.SendMessage(t.Context(), bob, core.NewMessage{Room: 1, Text: "hi"}, func(_ plausch.Event, err error) {
			if err != nil {
				t.Error(err)
			}
			wg.Done()
		})
	}
	send()
	<-first
	for range 100 {
		send()
	}
	close(go_)
	wg.Wait()
	if !slices.Equal(sizes, []int{1, 100}) {
		t.Errorf("the commits had %v sends, want 1 and then 100", sizes)
	}
}

func TestCloseAnswersWhatIsInFlightAndRefusesTheRest(t *testing.T) {
	f := newFixture(t)
	bob := f.guest("bob").Account
	answers := make(chan error, 200)
	for range 100 {
		f.SendMessage(t.Context(), bob, core.NewMessage{Room: 1, Text: "hi"}, func(_ plausch.Event, err error) { answers <- err })
	}
	f.Close()
	for range 100 {
		expectCode(t, <-answers, "")
	}
	f.SendMessage(t.Context(), bob, core.NewMessage{Room: 1, Text: "late"}, func(_ plausch.Event, err error) { answers <- err })
	expectCode(t, <-answers, plausch.Unavailable)
}

// A guest who was shut out hears that, not that somebody else has the name.
func TestAShutOutGuestHearsIt(t *testing.T) {
	f := newFixture(t)
	owner := f.account("olga", plausch.RoleOwner)
	token := newToken()
	_, err := f.SignInOwnToken(t.Context(), core.ClientInfo{}, token, "bob")
	expectCode(t, err, "")
	expectCode(t, f.Admin(owner).DeactivateAccount(t.Context(), "bob"), "")
	for _, name := range []string{"bob", "bobby"} {
		_, err = f.SignInOwnToken(t.Context(), core.ClientInfo{}, token, name)
		expectCode(t, err, plausch.SignInFailed)
	}
}

// A message that is held back for its sender's rate does not come after the
// sender was shut out, or put out of the room.
func TestWhatIsHeldBackIsNotSentAnyMore(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.SendsPerSecond, o.SendBurst = 1, 2 })
	owner := f.account("olga", plausch.RoleOwner)
	den, err := f.CreateRoom(t.Context(), owner, "den", plausch.RoomPublic)
	expectCode(t, err, "")
	for name, end := range map[string]func() error{
		"bob": func() error { return f.Admin(owner).DeactivateAccount(t.Context(), "bob") },
		"eve": func() error { return f.RemoveMember(t.Context(), owner, den.ID, "eve") },
	} {
		by := f.guest(name).Account
		_, err := f.JoinRoom(t.Context(), by, den.ID, "")
		expectCode(t, err, "")
		f.say(by, core.NewMessage{Room: den.ID, Text: "first"})
		late := make(chan error, 1)
		go func() {
			_, err := f.send(by, core.NewMessage{Room: den.ID, Text: "held back"})
			late <- err
		}()
		expectCode(t, end(), "")
		if err := <-late; err == nil {
			t.Errorf("%s: a message that was held back came late", name)
		}
	}
}
