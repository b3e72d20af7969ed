package session

import "sync"

// maxInFlight is how many requests of a session may wait for their reply before
// it is read on. More would only take memory: it is a good part of a commit.
const maxInFlight = 128

// inFlight counts the requests of a session that wait for their reply. (A channel
// of elements would do, at four times the memory.)
type inFlight struct {
	mu        sync.Mutex
	n         int
	decreased chan struct{} // closed when there are fewer, if somebody waits
}

// begin waits until another request may begin, and counts it.
func (f *inFlight) begin() {
	f.await(maxInFlight - 1)
	f.n++
	f.mu.Unlock()
}

// end counts one less.
func (f *inFlight) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n--
	if f.decreased != nil {
		close(f.decreased)
		f.decreased = nil
	}
}

// waitZero waits until all are answered.
func (f *inFlight) waitZero() {
	f.await(0)
	f.mu.Unlock()
}

// await returns with the lock held, once there are at most n.
func (f *inFlight) await(n int) {
	f.mu.Lock()
	for f.n > n {
		if f.decreased == nil {
			f.decreased = make(chan struct{})
		}
		decreased := f.decreased
		f.mu.Unlock()
		<-decreased
		f.mu.Lock()
	}
}
