// Package core holds all rules about sign-in, membership, reading and writing, and the
// order of events. Front-ends call it through the api table; it writes to the store and
// publishes committed events on the bus.
//
// A message is committed, then acknowledged, then published. Everything that
// changes a room goes through one log, whose two goroutines own that order; see
// log.go. Rules are checked again inside the commit: a write carries the conditions that
// allowed it (store.Conditions, store.Judged).
package core

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// Options says how a [Core] behaves. Store, Bus and Passwords are required.
type Options struct {
	Store     store.Store
	Bus       bus.Bus
	Passwords *auth.Hasher
	// Node is the name of this server among others on the same store; empty if it is alone.
	Node string
	// Access says who may make an account; empty means AccessInvite.
	Access Access
	// SendsPerSecond and SendBurst bound the sends of one account; 0 means no bound.
	SendsPerSecond float64
	SendBurst      int
	// Guests bounds what guests can do together whom nobody has invited. Their sends
	// have at least the bounds of one account.
	Guests GuestLimits
	// Blobs keeps the bytes of files; with nil there are no attachments.
	Blobs blob.Store
	// Thumbnails keeps those of pictures; with nil they are made whenever somebody asks for one.
	Thumbnails *blob.Cache
	// MaxFile is the largest file, MaxAccountFiles what all files of an account
	// may have together, in bytes; 0 means the defaults of this package.
	MaxFile, MaxAccountFiles int64
	// LockFiles keeps backups away while bytes are removed, until unlock is called;
	// its error says that one is being made. With nil nothing is removed.
	LockFiles func() (unlock func() error, err error)
	Push      PushOptions
	// Secret is what links to files are signed by, through a key that is made of it. Without one they
	// end with the process.
	Secret []byte
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	Log *slog.Logger // nil means slog.Default
	// Fatal is called at most once, when the store no longer knows what it
	// holds. It has to end the process; nothing is acknowledged from then on.
	Fatal func(error)
}

// Core is the rules of one server. All methods are safe for concurrent use.
type Core struct {
	opts        Options
	store       store.Store
	epoch       string // see [Core.Epoch]
	log         *log
	connections connections
	markers     *markerQueue
	// preferring is held while preferences are set and told, so that what a session hears
	// last is what is kept.
	preferring sync.Mutex
	sends      sendLimits
	guests     *guestLimits
	throttle   *auth.Throttle // of passwords
	secrets    *auth.Throttle // of tokens and codes
	refused    failureLimits
	ceremonies *auth.Ceremonies

	uploads     uploads
	running     runningUploads
	fileLinkKey []byte // the key that links to files are signed with
	scalings    scalings
	scrub       scrub
	puts        puts
	// deleted has a token when something was deleted that is to be cleared.
	deleted chan struct{}
	// added has a token when something was sent that is to be added to the index.
	added    chan struct{}
	searches searches
	schedule schedule
	links    links

	// retained has a token when a room has got a retention.
	retained chan struct{}

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// New returns a running core. Close it before its store.
func New(ctx context.Context, opts Options) (*Core, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Access == "" {
		opts.Access = AccessInvite
	}
	if opts.Fatal == nil {
		opts.Fatal = func(err error) { panic(err) }
	}
	opts.MaxFile = cmp.Or(opts.MaxFile, DefaultMaxFile)
	opts.MaxAccountFiles = cmp.Or(opts.MaxAccountFiles, DefaultMaxAccountFiles)
	epoch, err := opts.Store.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	c := &Core{opts: opts, fileLinkKey: newFileLinkKey(opts.Secret), store: opts.Store, epoch: epoch, throttle: auth.NewThrottle(opts.Now), secrets: auth.NewThrottle(opts.Now), ceremonies: auth.NewCeremonies(opts.Now)}
	c.deleted, c.added, c.retained = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	c.searches = newSearches()
	c.schedule.changed = make(chan struct{}, 1)
	c.connections = connections{
		names: map[string]*connectedAccount{}, ids: map[plausch.AccountID]*connectedAccount{},
		left: map[plausch.AccountID]bool{}, used: map[plausch.DeviceID]bool{},
	}
	c.markers = newMarkerQueue()
	c.sends = sendLimits{perSecond: opts.SendsPerSecond, burst: opts.SendBurst, accounts: map[plausch.AccountID]*rate.Limiter{}}
	for _, r := range []*GuestRates{&opts.Guests.Address, &opts.Guests.All} {
		if r.SendsPerSecond > 0 {
			r.SendsPerSecond, r.SendBurst = max(r.SendsPerSecond, opts.SendsPerSecond), max(r.SendBurst, opts.SendBurst)
		}
	}
	c.guests = newGuestLimits(opts.Guests, opts.Now)
	c.uploads = uploads{accounts: map[plausch.AccountID]*usage{}}
	c.scalings = newScalings()
	if err := c.clampTimes(ctx, c.now()); err != nil {
		return nil, err
	}
	if err := c.startNode(ctx); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	c.stop = stop
	if c.log, err = startLog(ctx, opts, func(id plausch.AccountID) {
		c.logBackgroundError("whether sign-ins were ended is not known", c.recheck(running, id))
		c.logBackgroundError("whether an account was deleted is not known", c.clearIfDeleted(running, id))
	}, c.published); err != nil {
		stop()
		return nil, err
	}
	ctx = running
	c.stopped.Go(func() { c.lastSeenLoop(ctx) })
	c.stopped.Go(func() { c.follow(ctx) })
	c.stopped.Go(func() { c.clearLoop(ctx) })
	c.stopped.Go(func() { c.markerLoop(ctx) })
	c.stopped.Go(func() { c.indexLoop(ctx) })
	c.stopped.Go(func() { c.scheduleLoop(ctx) })
	c.stopped.Go(func() { c.expireLoop(ctx) })
	if opts.Blobs != nil {
		c.stopped.Go(func() { c.scrubLoop(ctx) })
	}
	if opts.Blobs != nil && opts.LockFiles != nil {
		c.stopped.Go(func() { c.stripLoop(ctx) })
		c.stopped.Go(func() { c.sweepLoop(ctx) })
	}
	return c, nil
}

// Close answers the sends that are in flight, refuses those that come later and
// ends the core's goroutines.
func (c *Core) Close() error {
	c.log.close()
	c.stop()
	c.stopped.Wait()
	return nil
}

// published has done what events that were published ask for. It does not block.
func (c *Core) published(events []plausch.Event) {
	if slices.ContainsFunc(events, func(e plausch.Event) bool { return e.Kind == plausch.EventDelete }) {
		c.clearSoon()
	}
	c.indexSoon()
}

// Ready reports whether sends can succeed.
func (c *Core) Ready(ctx context.Context) error { return c.store.Ping(ctx) }

// Now is the time by the core's clock.
func (c *Core) Now() time.Time { return c.opts.Now() }

// now is the time as events carry it.
func (c *Core) now() time.Time { return c.opts.Now().Truncate(time.Millisecond) }

// Stats are figures of the core since its start, for metrics.
type Stats struct{ Commits, Events uint64 }

// Stats returns the figures now.
func (c *Core) Stats() Stats {
	return Stats{Commits: c.log.commits.Load(), Events: c.log.events.Load()}
}
