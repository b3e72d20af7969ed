package session

import (
	"errors"
	"sync/atomic"
	"time"
)

// A goroutine's stack grows to 8 KiB when a request is handled on it, and Go
// does not shrink it below four times of what a waiting reader uses: most of
// what an idle connection costs. So a session that has been quiet for a while
// goes on in a fresh goroutine, whose stack has 2 KiB.

// quietTime is how often sessions are looked at; one that has sent nothing
// between two looks is quiet.
const quietTime = 2 * time.Second

// errQuiet ends a goroutine that another one follows.
var errQuiet = errors.New("the session is quiet")

// quiet is what is known of how busy a session is.
type quiet struct {
	signedIn atomic.Bool   // before that, the read deadline is the one for signing in
	frames   atomic.Uint32 // frames so far, modulo 2³²

	// of findQuiet
	last  uint32 // frames at the last look
	fresh bool   // it has a fresh goroutine, and nothing was read since
}

// findQuiet wakes the sessions that are quiet.
func (s *Server) findQuiet() {
	tick := time.NewTicker(quietTime)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		s.sessions.Each((*session).wakeIfQuiet)
	}
}

// wakeIfQuiet wakes the session if it is quiet. The wake-up may hit a frame that has
// just begun: the reader then waits on for the rest of it.
func (ses *session) wakeIfQuiet() {
	q := &ses.quiet
	switch frames := q.frames.Load(); {
	case frames != q.last:
		q.last, q.fresh = frames, false
	case !q.fresh && q.signedIn.Load() && !ses.server.sessions.Draining() && !ses.out.Failed():
		q.fresh = true
		_ = ses.conn.SetReadDeadline(past)
	}
}

// endQuiet ends the reading goroutine of a session that findQuiet has woken;
// serve starts another one.
func (ses *session) endQuiet() error {
	// If this undoes what Drain has just set, the next goroutine sees draining.
	if err := ses.conn.SetReadDeadline(time.Time{}); err != nil {
		return nil
	}
	return errQuiet
}

// past is a deadline that ends a read at once.
var past = time.Unix(1, 0)
