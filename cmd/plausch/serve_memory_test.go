package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"
	"time"
)

// garbage keeps the compiler from leaving garbage out.
var garbage [][]byte

// TestQuietServersGiveMemoryBack runs a process of its own: what other tests have
// left running allocates, too, and then no second is quiet.
func TestQuietServersGiveMemoryBack(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), runAs+"="+asQuiet)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// becomeQuiet makes garbage, and returns when releaseMemory has given it back.
func becomeQuiet() error {
	debug.SetGCPercent(-1) // the runtime would collect some of it before
	for range 64 {
		garbage = append(garbage, make([]byte, 1<<20))
	}
	garbage = nil
	if m := readMemory(); m.spare < spareMemory {
		return fmt.Errorf("%d bytes are spare, want more before", m.spare)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	go releaseMemory(ctx)
	for readMemory().spare >= spareMemory {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d bytes are still spare", readMemory().spare)
		}
	}
	return nil
}
