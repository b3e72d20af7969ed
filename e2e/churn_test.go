package e2e

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"testing"

	"plausch/protocol"
)

// TestChurn connects and disconnects before signing in, many times and in many
// ways (R13): goroutines and memory come back to where they were.
func TestChurn(t *testing.T) {
	const most = 200
	s := startServer(t, fmt.Sprintf("--limits-connections-private-before-sign-in=%d", most))
	w := &wire{t: t}
	hello := w.frame(w.request(protocol.MethodHello, &protocol.Hello{Version: 1}))
	ways := [][]byte{
		nil,
		hello[:2],
		hello[:len(hello)-1],
		hello,
		append(bytes.Clone(hello), w.frame(w.request(protocol.MethodSubscribe, &protocol.Empty{}))...),
		[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		[]byte("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"),
		[]byte("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
		[]byte("\x16\x03\x01"),
	}
	churn := func(n int) {
		t.Helper()
		next := make(chan int)
		var workers sync.WaitGroup
		for range 16 {
			workers.Go(func() {
				for i := range next {
					conn, err := net.Dial("tcp", s.address)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = conn.Write(ways[i%len(ways)])
					if i/len(ways)%2 == 0 {
						// No port stays in TIME_WAIT either, so that they do not run out.
						_ = conn.(*net.TCPConn).SetLinger(0)
					}
					conn.Close()
				}
			})
		}
		for i := range n {
			if t.Failed() {
				break
			}
			next <- i
		}
		close(next)
		workers.Wait()
		s.awaitMetric("plausch_connections", equals(0))
	}
	figures := func() (goroutines, memory float64) {
		t.Helper()
		httpGet(t, "http://"+s.metrics+"/debug/pprof/heap?gc=1") // collects garbage
		return s.metric("go_goroutines"), s.metric("go_memstats_heap_alloc_bytes")
	}
	times := pick(5000, 100_000)
	// What the runtime and maps keep grows with how many there are at once: as
	// many as there can be, in every way that lasts.
	for _, way := range ways {
		hold(t, s, way, most)
	}
	churn(1000)
	goroutines, memory := figures()
	churn(times)
	var g, m float64
	await(t, func() bool {
		g, m = figures()
		return g <= goroutines*1.05 && m <= memory*1.05
	}, func() string {
		return fmt.Sprintf("after %d connections: %v goroutines and %.0f bytes, at the start %v and %.0f", times, g, m, goroutines, memory)
	})
	t.Logf("%d connections: goroutines %v → %v, memory %.2f → %.2f MiB", times, goroutines, g, memory/(1<<20), m/(1<<20))
}

// hold has n connections at once that say the same, and ends them.
func hold(t *testing.T, s *serverProcess, say []byte, n int) {
	t.Helper()
	var conns []net.Conn
	for range n {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		_, _ = conn.Write(say) // refused ones may be reset by now
	}
	for _, conn := range conns {
		conn.Close()
	}
	s.awaitMetric("plausch_connections", equals(0))
}
