package core

import (
	"strings"
	"testing"
	"testing/synctest"

	"plausch"
	"plausch/internal/store"
)

// TestBurstStaysTogether: what one goroutine sends at once is committed at once,
// however many others do the same, so that readers get it in one piece.
func TestBurstStaysTogether(t *testing.T) {
	q := newQueue()
	const senders, burst = 100, 64
	for sender := range senders {
		for range burst {
			if !q.add(entry{draft: draftOf(sender)}) {
				t.Fatal("the queue is closed")
			}
		}
	}
	runs := 0
	for n, last := 0, -1; n < senders*burst; {
		batch := q.take()
		n += len(batch)
		for _, e := range batch {
			if now := int(e.draft.Actor.ID); now != last {
				runs, last = runs+1, now
			}
		}
	}
	if runs != senders {
		t.Errorf("%d bursts became %d", senders, runs)
	}
	if q.entries != nil || q.bytes != 0 {
		t.Errorf("an empty queue keeps %d places and counts %d bytes", cap(q.entries), q.bytes)
	}
}

func TestBatchIsBounded(t *testing.T) {
	q := newQueue()
	for range 2 * maxBatch {
		q.add(entry{})
	}
	for range 2 {
		if n := len(q.take()); n != maxBatch {
			t.Fatalf("%d drafts in a batch", n)
		}
	}
	long := entry{draft: store.Draft{Text: strings.Repeat("x", maxBatchBytes/2+1)}}
	for range 3 {
		q.add(long)
	}
	if n := len(q.take()); n != 2 {
		t.Fatalf("%d long drafts in a batch", n)
	}
}

func TestFullQueueWaits(t *testing.T) {
	for name, e := range map[string]entry{
		"many drafts": {},
		"long drafts": {draft: store.Draft{Text: strings.Repeat("x", maxBatchBytes)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue()
				added := 0
				go func() {
					for q.add(e) {
						added++
					}
				}()
				synctest.Wait()
				full := added
				if full > maxWaiting {
					t.Fatalf("%d drafts wait", full)
				}
				taken := len(q.take())
				synctest.Wait()
				if added != full+taken {
					t.Fatalf("%d were taken and %d added", taken, added-full)
				}
				q.close()
				synctest.Wait()
				for taken < added {
					taken += len(q.take())
				}
				if rest := q.take(); rest != nil || taken != added {
					t.Fatalf("%d of %d were taken, and after the end %d", taken, added, len(rest))
				}
			})
		})
	}
}

func draftOf(sender int) (d store.Draft) {
	d.Actor.ID = plausch.AccountID(sender)
	return d
}
