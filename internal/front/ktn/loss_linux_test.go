package ktn_test

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"plausch/internal/front/ktn"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
	"plausch/internal/tcp/tcptest"
)

// lossPace is longer than a loaded machine takes to let a reader run.
const lossPace = 50 * time.Millisecond

// replays has a history of n messages replayed to so many clients at once that
// take what one read brings for one response. It returns how many of the clients
// got all of it so, and how long the fastest of them took.
func replays(t *testing.T, address, names string, clients, n int) (whole int, fastest time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var done sync.WaitGroup
	for i := range clients {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return 0, 0
		}
		_ = conn.SetDeadline(time.Now().Add(2 * servertest.Patience))
		done.Go(func() {
			defer conn.Close()
			begun := time.Now()
			_, _ = fmt.Fprintf(conn, `{"request": "login", "content": "%s%d"}`, names, i)
			for buf, left := make([]byte, 4096), n+1; left > 0; left-- { // with the answer to the login
				if got, err := conn.Read(buf); err != nil || !json.Valid(buf[:got]) {
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			whole++
			if took := time.Since(begun); fastest == 0 || took < fastest {
				fastest = took
			}
		})
	}
	done.Wait()
	return whole, fastest
}

// unwrappable hides the TCP connection from the server, which then has the pace
// alone.
type unwrappable struct{ net.Conn }

type hiding struct{ net.Listener }

func (l hiding) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return unwrappable{c}, err
}

// listen serves a protocol over TCP until the end of the test. Behind hidden, the
// system cannot be asked about connections.
func listen(t *testing.T, tb *servertest.Table, change ...func(*ktn.Options)) (open, hidden string) {
	t.Helper()
	opts := options()
	for _, f := range change {
		f(&opts)
	}
	s := ktn.New(tb.API, opts)
	p := port.Protocol{Name: "ktn", Match: ktn.Match, Serve: s.Serve}
	var addresses []string
	for _, hide := range []bool{false, true} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, ln.Addr().String())
		if hide {
			ln = hiding{ln}
		}
		servertest.ServeOn(t, ln, p, s.Drain)
	}
	return addresses[0], addresses[1]
}

// TestLostPackets replays a history over a network that loses packets: what is
// sent again must not come together with the next response.
func TestLostPackets(t *testing.T) {
	tcptest.Run(t, func(network *tcptest.Network) {
		const clients, messages = 20, 25
		tb := servertest.NewTable(t, true)
		acknowledged, paced := listen(t, tb, func(o *ktn.Options) { o.Pace = lossPace })
		speaker := enter(t, serve(t, tb, quiet), "speaker")
		for i := range messages {
			speaker.request("msg", fmt.Sprint("old ", i))
			speaker.next()
		}

		var alone, took time.Duration
		var both sync.WaitGroup
		both.Go(func() { _, alone = replays(t, paced, "alone", 5, messages) })
		both.Go(func() { _, took = replays(t, acknowledged, "beside", 5, messages) })
		both.Wait()
		t.Logf("without losses a replay takes %v, with the pace alone %v", took, alone)
		if alone == 0 || took == 0 || took > alone*11/10 {
			t.Errorf("a replay takes %v, and %v with the pace alone", took, alone)
		}

		network.Lose(3)
		if whole, _ := replays(t, acknowledged, "reader", clients, messages); whole != clients {
			t.Errorf("%d of %d replays came a response a read", whole, clients)
		}
		if whole, _ := replays(t, paced, "victim", clients, messages); whole == clients {
			t.Error("the pace alone stood it, too: the network loses nothing, and this test shows nothing")
		}
	})
}
