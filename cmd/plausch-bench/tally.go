package main

import "fmt"

// tally checks that numbers come one after the other. Its zero value expects 1.
type tally struct {
	last    int64              // the largest so far
	missing map[int64]struct{} // below last, not yet seen
	faults  Faults
}

// Faults are what the checker found wrong with deliveries.
type Faults struct {
	Lost    int64 `json:"lost"`    // never came
	Twice   int64 `json:"twice"`   // came again
	Late    int64 `json:"late"`    // came behind a later one
	Unknown int64 `json:"unknown"` // came though nobody sent it
}

func (f *Faults) add(g Faults) {
	f.Lost += g.Lost
	f.Twice += g.Twice
	f.Late += g.Late
	f.Unknown += g.Unknown
}

func (f Faults) any() bool { return f != Faults{} }

func (f Faults) String() string {
	return fmt.Sprintf("%d lost, %d twice, %d out of order, %d that nobody sent", f.Lost, f.Twice, f.Late, f.Unknown)
}

// see takes the next number, which should be last+1, and is known to have been
// sent if it is at most sent.
func (t *tally) see(n, sent int64) {
	if n == t.last+1 && n <= sent {
		t.last = n
		return
	}
	t.odd(n, sent)
}

func (t *tally) odd(n, sent int64) {
	if n > sent {
		t.faults.Unknown++
		return
	}
	if n > t.last {
		if t.missing == nil {
			t.missing = map[int64]struct{}{}
		}
		for t.last++; t.last < n; t.last++ {
			t.missing[t.last] = struct{}{}
		}
		return
	}
	if _, ok := t.missing[n]; ok {
		delete(t.missing, n)
		t.faults.Late++
		return
	}
	t.faults.Twice++
}

// verdict is what was wrong if the last number that was sent is sent.
func (t *tally) verdict(sent int64) Faults {
	f := t.faults
	f.Lost = int64(len(t.missing)) + max(sent-t.last, 0)
	return f
}
