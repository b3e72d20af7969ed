package core

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/store"
)

// connections has the connected accounts: to write LastSeen, to end transient
// accounts, and to end connections whose sign-in is not good any more.
//
// All changes take one way: the store numbers each change of an account, and recheck
// reads the account again and compares. The server does so at once after its own
// changes, and every pollEvery for those of other processes (see follow).
type connections struct {
	mu    sync.Mutex
	names map[string]*connectedAccount // nobody else gets such a name
	ids   map[plausch.AccountID]*connectedAccount
	left  map[plausch.AccountID]bool // since the last write of LastSeen
	used  map[plausch.DeviceID]bool  // since the last write of Used

	rechecking sync.Mutex // held by a recheck, so that what was read last is applied last
}

// connectedAccount is an account that is connected.
type connectedAccount struct {
	account     atomic.Pointer[plausch.Account]
	connections []*Connection
}

// pollEvery is how often the commits of other processes are read. With the time that a
// connection takes to end it stays well below a second.
const pollEvery = 250 * time.Millisecond

// Callbacks reports changes of a connection. The functions must not block and not call
// the core; nil ones are not called.
type Callbacks struct {
	// Ended is called once, with the reason, when the sign-in is no longer valid: the
	// device was revoked, or the account deactivated or deleted.
	Ended func(error)
	// Changed is called when the account has another name, display name, role or status.
	Changed func(plausch.Account)
}

// Connection is a connection of a signed-in account.
type Connection struct {
	core   *Core
	at     *connectedAccount
	device plausch.DeviceID // 0 if transient
	remote netip.Addr
	watch  Callbacks
	ended  atomic.Bool
	// closing is set while the connection ends its own sign-in: its client learns that
	// from the reply, and the caller closes it.
	closing      atomic.Bool
	disconnected bool
}

// Account returns the account as it is now.
func (conn *Connection) Account() plausch.Account { return *conn.at.account.Load() }

// Device returns the device by which it signed in, 0 if there is none.
func (conn *Connection) Device() plausch.DeviceID { return conn.device }

// Ended reports whether the sign-in is no longer valid.
func (conn *Connection) Ended() bool { return conn.ended.Load() }

// Connect registers a connection of a sign-in from remote, until [Connection.Disconnect];
// the zero Addr counts as a private address. It fails if the sign-in is no longer valid.
func (c *Core) Connect(ctx context.Context, in SignedIn, remote netip.Addr, watch Callbacks) (*Connection, error) {
	conn := &Connection{core: c, device: in.Device, remote: remote, watch: watch}
	cs := &c.connections
	cs.mu.Lock()
	a := cs.ids[in.Account.ID]
	if a == nil {
		a = &connectedAccount{}
		account := in.Account // a copy, so that the rest of in is not kept
		a.account.Store(&account)
		cs.ids[in.Account.ID], cs.names[in.Account.Name] = a, a
	}
	conn.at = a
	a.connections = append(a.connections, conn)
	if in.Device != 0 && c.now().Sub(in.used) > plausch.SeenEvery {
		cs.used[in.Device] = true
	}
	cs.mu.Unlock()
	// It is read anew now that a recheck would find the connection: what has changed
	// since the sign-in is seen here or there.
	if err := c.checkSignIn(ctx, in); err != nil {
		conn.Disconnect()
		return nil, err
	}
	if conn.Ended() {
		conn.Disconnect()
		return nil, errNoDevice()
	}
	return conn, nil
}

// checkSignIn returns an error unless a sign-in is still valid.
func (c *Core) checkSignIn(ctx context.Context, in SignedIn) error {
	account, err := c.store.Account(ctx, in.Account.ID)
	if err != nil {
		return err
	}
	var devices []plausch.Device
	if in.Device != 0 {
		if devices, err = c.store.ListDevices(ctx, account.ID); err != nil {
			return err
		}
	}
	return endedError(account, devices, in.Device)
}

// endedError returns why a sign-in to an account by one of its devices, or by none for a
// transient guest, is no longer valid; nil if it is.
func endedError(account plausch.Account, devices []plausch.Device, device plausch.DeviceID) error {
	switch {
	case account.State != plausch.AccountActive:
		return errNotActive()
	case device != 0 && !slices.ContainsFunc(devices, func(d plausch.Device) bool { return d.ID == device }):
		return errNoDevice()
	}
	return nil
}

// Disconnect removes the connection. With its last connection, the name of a transient
// account is free at once. Disconnecting twice is no error.
func (conn *Connection) Disconnect() {
	c, a := conn.core, conn.at
	cs := &c.connections
	cs.mu.Lock()
	if conn.disconnected {
		cs.mu.Unlock()
		return
	}
	conn.disconnected = true
	a.connections = slices.DeleteFunc(a.connections, func(other *Connection) bool { return other == conn })
	account := conn.Account()
	last := len(a.connections) == 0
	if last {
		delete(cs.ids, account.ID)
		if cs.names[account.Name] == a { // not when it was deleted, and is another's now
			delete(cs.names, account.Name)
		}
		if !account.Transient {
			cs.left[account.ID] = true
		}
	}
	cs.mu.Unlock()
	if last && account.Transient {
		if err := c.store.ReleaseName(context.Background(), account.ID); err != nil {
			c.opts.Log.Error("a guest's name stays taken until a restart", "account", account.ID, "err", err)
		}
	}
}

func (c *Core) isConnected(name string) bool {
	c.connections.mu.Lock()
	defer c.connections.mu.Unlock()
	return c.connections.names[name] != nil
}

// recheck compares the connections of an account with what the store has, and
// ends those whose sign-in is not good any more.
func (c *Core) recheck(ctx context.Context, id plausch.AccountID) error {
	cs := &c.connections
	cs.rechecking.Lock()
	defer cs.rechecking.Unlock()
	cs.mu.Lock()
	a := cs.ids[id]
	cs.mu.Unlock()
	if a == nil {
		return nil
	}
	account, err := c.store.Account(ctx, id)
	if err != nil {
		return err
	}
	devices, err := c.store.ListDevices(ctx, id)
	if err != nil {
		return err
	}
	before := a.account.Load()
	if account.State != plausch.AccountDeleted { // which would change the name under its connections
		a.account.Store(&account)
	}
	changed := before.Ref() != account.Ref() || before.Role != account.Role || before.Status != account.Status
	cs.mu.Lock()
	connections := slices.Clone(a.connections)
	cs.mu.Unlock()
	for _, conn := range connections {
		why := endedError(account, devices, conn.device)
		switch {
		case conn.closing.Load():
		case why != nil:
			conn.end(why)
		case changed && conn.watch.Changed != nil:
			conn.watch.Changed(account)
		}
	}
	return nil
}

func (conn *Connection) end(why error) {
	if conn.ended.CompareAndSwap(false, true) && conn.watch.Ended != nil {
		conn.watch.Ended(why)
	}
}

// errUnknownToken is within errNoDevice, to tell it from other reasons.
var errUnknownToken = errors.New("no device has this token")

func errNoDevice() error {
	return &plausch.Error{Code: plausch.SignInFailed, Message: "this token does not work here, or no longer does; sign in again", Err: errUnknownToken}
}

func errNotActive() error {
	return plausch.Errorf(plausch.SignInFailed, "this account was deactivated; ask an admin of the server")
}

// follow publishes what another process has written, every pollEvery: its events,
// and which accounts it has changed, whose connections are rechecked.
func (c *Core) follow(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c.log.busy() {
			continue
		}
		err := c.log.follow(ctx)
		if err != nil && !failing && ctx.Err() == nil { // to say it once is enough
			c.opts.Log.Error("what another process has written is not known", "err", err)
		}
		failing = err != nil
	}
}

// lastSeenLoop writes LastSeen and Used: within seconds after a connect or disconnect, and
// every plausch.SeenEvery for connected accounts, so that a crash takes at most that
// from a guest's 24 hours. It also forgets devices that have expired, and guests of
// nodes that are gone.
func (c *Core) lastSeenLoop(ctx context.Context) {
	const leftEvery = 5 * time.Second
	tick := time.NewTicker(leftEvery)
	defer tick.Stop()
	lastAll := c.opts.Now()
	for {
		select {
		case <-ctx.Done():
			c.writeLastSeen(true)
			return
		case <-tick.C:
			all := c.opts.Now().Sub(lastAll).Abs() >= plausch.SeenEvery
			if all {
				lastAll = c.opts.Now()
			}
			c.writeLastSeen(all)
			if all {
				c.logBackgroundError("devices that have expired are not forgotten", c.expireDevices(context.Background()))
				c.logBackgroundError("guests of servers that are gone keep their names", c.renewNode(context.Background()))
			}
		}
	}
}

func (c *Core) writeLastSeen(all bool) {
	cs := &c.connections
	cs.mu.Lock()
	accounts, devices := cs.left, cs.used
	cs.left, cs.used = map[plausch.AccountID]bool{}, map[plausch.DeviceID]bool{}
	if all {
		for id, a := range cs.ids {
			accounts[id] = true
			for _, conn := range a.connections {
				if conn.device != 0 {
					devices[conn.device] = true
				}
			}
		}
	}
	cs.mu.Unlock()
	ctx := context.Background()
	if ids := slices.Sorted(maps.Keys(accounts)); len(ids) > 0 {
		c.logBackgroundError("when accounts were last seen is not written", c.store.SeeAccounts(ctx, ids, c.now()))
	}
	if ids := slices.Sorted(maps.Keys(devices)); len(ids) > 0 {
		c.logBackgroundError("when devices were last used is not written", c.store.UseDevices(ctx, ids, c.now()))
	}
}

// logBackgroundError logs an error that has no caller.
func (c *Core) logBackgroundError(what string, err error) {
	if errors.Is(err, store.ErrBroken) {
		c.opts.Fatal(err)
	} else if err != nil {
		c.opts.Log.Error(what, "err", err)
	}
}
