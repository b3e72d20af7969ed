package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Bounds of when a server gives memory back to the system.
const (
	memoryInterval  = time.Second // between two looks
	quietAllocation = 1 << 20     // bytes allocated between two looks by a server that is quiet, at most
	spareMemory     = 2 << 20     // bytes that are worth a collection
)

// releaseMemory gives memory that nobody uses back to the system whenever the
// server has become quiet, until ctx ends. The runtime by itself keeps the garbage
// of a busy time until as much is allocated again, which in a quiet night is never:
// after 5,000 sign-ins that is more than half of the process.
func releaseMemory(ctx context.Context) {
	ticker := time.NewTicker(memoryInterval)
	defer ticker.Stop()
	last := readMemory()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := readMemory()
		if now.allocated-last.allocated <= quietAllocation && now.spare >= spareMemory {
			debug.FreeOSMemory()
			now = readMemory()
		}
		last = now
	}
}

// memory has the runtime's figures of this process, in bytes.
type memory struct {
	allocated uint64 // since the start
	spare     uint64 // resident, but garbage or free
}

func readMemory() memory {
	s := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	allocated, live, objects, free := s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()
	m := memory{allocated: allocated, spare: free}
	if objects > live {
		m.spare += objects - live
	}
	return m
}
