package main

import (
	"context"
	"testing"
	"time"
)

// garbage keeps the compiler from leaving garbage out.
var garbage [][]byte

func TestQuietServersGiveMemoryBack(t *testing.T) {
	for range 64 {
		garbage = append(garbage, make([]byte, 1<<20))
	}
	garbage = nil
	if m := readMemory(); m.spare < spareMemory {
		t.Fatalf("%d bytes are spare, want more before", m.spare)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		releaseMemory(ctx)
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); readMemory().spare >= spareMemory; {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d bytes are still spare", readMemory().spare)
		}
	}
	cancel()
	<-ended
}
