package tcptest

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plausch/internal/tcp"
)

// ReplayPace is a pace for tests of replays: shorter than the system waits before it
// sends a lost packet again.
const ReplayPace = 50 * time.Millisecond

// Replay is a protocol whose clients are sent many documents at sign-in, and take
// what one read brings for one document.
type Replay struct {
	// SignIn returns what a client of that name sends.
	SignIn func(name string) []byte
	// Documents judges what a read brought: whether it is whole documents, and whether
	// the last one of all is among them.
	Documents func(b []byte) (whole, last bool)
	// Patience is how long a replay may take.
	Patience time.Duration
}

// run lets so many clients in at once, whose names are name and a letter. It returns
// how long the fastest one took, and an error if one was sent a part of a document.
func (r *Replay) run(ln *Listener, name string, clients int) (fastest time.Duration, err error) {
	took, errs := make([]time.Duration, clients), make([]error, clients)
	var done sync.WaitGroup
	for i := range clients {
		done.Go(func() {
			begun := time.Now()
			errs[i] = r.replay(ln.Addr().String(), name+string(rune('a'+i)))
			took[i] = time.Since(begun)
		})
	}
	done.Wait()
	return slices.Min(took), errors.Join(errs...)
}

func (r *Replay) replay(address, name string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(r.Patience))
	if _, err := conn.Write(r.SignIn(name)); err != nil {
		return err
	}
	// Who is let run late reads several documents at once, so the buffer is for many.
	for buf := make([]byte, 1<<16); ; {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		switch whole, last := r.Documents(buf[:n]); {
		case !whole:
			return fmt.Errorf("a part of a document came alone: %.200q", buf[:n])
		case last:
			return nil
		}
	}
}

// TestReplay compares a replay from a server that waits for acknowledgements with
// one from a server that has only its pace. Without losses it takes at most a tenth
// longer. With losses no document is written while one is on its way, which would
// arrive together with it.
func (n *Network) TestReplay(r Replay, acknowledged, paced *Listener) {
	n.t.Helper()
	const few, many, percent = 5, 20, 3
	var alone, took time.Duration
	for try := 'a'; try < 'f' && (try == 'a' || took > alone*11/10); try++ { // the machine has other jobs
		var errAlone, errTook error
		var both sync.WaitGroup
		both.Go(func() { alone, errAlone = r.run(paced, "alone"+string(try), few) })
		both.Go(func() { took, errTook = r.run(acknowledged, "beside"+string(try), few) })
		both.Wait()
		if err := errors.Join(errAlone, errTook); err != nil {
			n.t.Fatal(err)
		}
	}
	n.t.Logf("without losses a replay takes %v, with the pace alone %v", took, alone)
	if took > alone*11/10 {
		n.t.Errorf("a replay takes %v, and %v with the pace alone", took, alone)
	}

	n.Lose(percent)
	if _, err := r.run(acknowledged, "reader", many); err != nil {
		n.t.Error(err)
	}
	if early := acknowledged.early.Load(); early > 0 {
		n.t.Errorf("%d documents were written while others were on their way", early)
	}
	paced.early.Store(0)
	_, _ = r.run(paced, "victim", many) // parts come, too: the system puts together what waits
	if paced.early.Load() == 0 {
		n.t.Error("the pace alone stood it, too: the network loses nothing, and this test shows nothing")
	}
}

// Listener is one of TCP that looks at what is written to its connections.
type Listener struct {
	net.Listener
	hides bool
	early atomic.Int64 // writes while something was not acknowledged
}

// Listen returns two listeners. Of the connections of the second one their server
// cannot ask the system, so it has its pace alone.
func Listen(t *testing.T) (open, hiding *Listener) {
	t.Helper()
	var all [2]*Listener
	for i := range all {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		all[i] = &Listener{Listener: ln, hides: i == 1}
	}
	return all[0], all[1]
}

// Accept implements [net.Listener].
func (l *Listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &watched{conn, l}
	if l.hides {
		return w, nil
	}
	return visible{w}, nil
}

// watched is a connection whose writes are looked at.
type watched struct {
	net.Conn
	ln *Listener
}

func (w *watched) Write(p []byte) (int, error) {
	if d, err := tcp.DeliveryOf(tcp.Conn(w.Conn)); err == nil && !d.Done {
		w.ln.early.Add(1)
	}
	return w.Conn.Write(p)
}

// visible has the connection that the system can be asked of.
type visible struct{ *watched }

// NetConn is what [tcp.Conn] asks for.
func (v visible) NetConn() net.Conn { return v.Conn }
