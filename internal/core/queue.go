package core

import "sync"

const (
	// maxWaiting and maxWaitingBytes bound the drafts that wait for a commit and
	// their texts. Then appenders wait, and are let in one by one: a sender's burst
	// is torn apart, and every reader is given the pieces in writes of their own.
	// With 100 rooms of 10, in which 64 messages each were in flight, 16384 instead
	// of 2048 took a third off the time for a delivery.
	maxWaiting      = 16384
	maxWaitingBytes = 16 << 20
	// maxBatch and maxBatchBytes bound the drafts of one commit and their texts.
	// Large batches are what makes many rooms at once cheap: a batch of 1024
	// instead of 256 takes two fifths of the time for a delivery to 100 rooms of
	// 10. But if all are in one room, its readers are given them in one go, and
	// that must not fill an outbox that was empty.
	maxBatch      = 1024
	maxBatchBytes = 128 << 10
)

// queue is the drafts that wait for a commit, in the order in which they came. An
// empty one has no memory.
type queue struct {
	mu      sync.Mutex
	entries []entry
	bytes   int // of their texts
	closed  bool
	added   sync.Cond // there are entries, or it is closed
	taken   sync.Cond // there is room, or it is closed
}

func newQueue() *queue {
	q := new(queue)
	q.added.L, q.taken.L = &q.mu, &q.mu
	return q
}

// add adds e once there is room, or returns false if the queue is closed.
func (q *queue) add(e entry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed && (len(q.entries) >= maxWaiting || q.bytes >= maxWaitingBytes) {
		q.taken.Wait()
	}
	if q.closed {
		return false
	}
	q.entries = append(q.entries, e)
	q.bytes += e.size()
	q.added.Signal()
	return true
}

// take returns what can be committed together of what waits, and waits for it. It
// returns nothing when the queue is closed and empty.
func (q *queue) take() []entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed && len(q.entries) == 0 {
		q.added.Wait()
	}
	n, bytes := 0, 0
	for n < len(q.entries) && n < maxBatch && bytes < maxBatchBytes {
		bytes += q.entries[n].size()
		n++
	}
	batch := q.entries[:n:n]
	q.entries = q.entries[n:]
	q.bytes -= bytes
	if len(q.entries) == 0 {
		q.entries = nil
	}
	q.taken.Broadcast()
	return batch
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.entries) == 0
}

// close has add refuse what comes, and take end.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.added.Broadcast()
	q.taken.Broadcast()
}
