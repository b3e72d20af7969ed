package server_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"plausch"
	"plausch/internal/auth/authtest"
	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/protocol"
)

func TestMain(m *testing.M) {
	authtest.MakeCheap()
	os.Exit(m.Run())
}

// start runs a server on a data folder until stop, or the end of the test.
func start(t *testing.T, data string, change ...func(*config.Config)) (address string, stop func() error) {
	t.Helper()
	cfg := config.Default(data)
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{"127.0.0.1:0"}, config.Off, true
	for _, f := range change {
		f(cfg)
	}
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the server stopped with: %v", err)
		}
	})
	return s.Addrs()[0].String(), stop
}

// peer is a connection seen as its frames, in any format.
type peer struct {
	t     *testing.T
	conn  net.Conn
	codec protocol.Codec
	ws    bool
	id    int64
	held  []protocol.Frame // pushes that came before a reply
}

func dial(t *testing.T, address string, f protocol.Format) *peer {
	t.Helper()
	p := &peer{t: t, codec: f.Codec, ws: f.Framing == protocol.WebSocket}
	var err error
	if p.ws {
		d := ws.Dialer{Protocols: []string{"plausch.v1." + f.Codec.String()}}
		p.conn, _, _, err = d.Dial(t.Context(), "ws://"+address+"/ws")
	} else {
		p.conn, err = net.Dial("tcp", address)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.conn.Close() })
	return p
}

// send sends a request and returns its id.
func (p *peer) send(method string, params protocol.Body) int64 {
	p.t.Helper()
	p.id++
	body := p.codec.AppendRequest(nil, p.id, method, params)
	var err error
	if p.ws {
		op := ws.OpBinary
		if p.codec == protocol.JSON {
			op = ws.OpText
		}
		err = wsutil.WriteClientMessage(p.conn, op, body)
	} else {
		_, err = p.conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	}
	if err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
	return p.id
}

// next returns the next frame, or the error that ended the connection.
func (p *peer) next() (protocol.Frame, error) {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var body []byte
	var err error
	if p.ws {
		body, _, err = wsutil.ReadServerData(p.conn)
	} else {
		var head [4]byte
		if _, err = io.ReadFull(p.conn, head[:]); err == nil {
			body = make([]byte, binary.BigEndian.Uint32(head[:]))
			_, err = io.ReadFull(p.conn, body)
		}
	}
	if err != nil {
		return protocol.Frame{}, err
	}
	return p.codec.DecodeFrame(body)
}

// call sends a request, awaits its reply and reads the result.
func (p *peer) call(method string, params, result protocol.Body) *plausch.Error {
	p.t.Helper()
	id := p.send(method, params)
	for {
		f, err := p.next()
		if err != nil {
			p.t.Fatalf("%s: %v", method, err)
		}
		if f.ID != id {
			p.held = append(p.held, f)
			continue
		}
		if f.Error != nil {
			return f.Error.Error()
		}
		if err := p.codec.Decode(f.Result, result); err != nil {
			p.t.Fatalf("%s: %v", method, err)
		}
		return nil
	}
}

func (p *peer) must(method string, params, result protocol.Body) {
	p.t.Helper()
	if err := p.call(method, params, result); err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
}

// event awaits the next event.
func (p *peer) event() plausch.Event {
	p.t.Helper()
	for {
		var f protocol.Frame
		if len(p.held) > 0 {
			f, p.held = p.held[0], p.held[1:]
		} else {
			var err error
			if f, err = p.next(); err != nil {
				p.t.Fatalf("awaiting an event: %v", err)
			}
		}
		if f.Event != nil {
			return f.Event.Event()
		}
	}
}

// enter says hello, signs in as a guest and subscribes.
func (p *peer) enter(name string) protocol.SignedIn {
	p.t.Helper()
	p.must(protocol.MethodHello, &protocol.Hello{Version: 1}, &protocol.Welcome{})
	var in protocol.SignedIn
	p.must(protocol.MethodSignIn, &protocol.SignIn{Name: name}, &in)
	p.must(protocol.MethodSubscribe, &protocol.Empty{}, &protocol.Empty{})
	return in
}

var formats = map[string]protocol.Format{
	"tcp msgpack": {Codec: protocol.Msgpack},
	"tcp json":    {Codec: protocol.JSON},
	"ws msgpack":  {Codec: protocol.Msgpack, Framing: protocol.WebSocket},
	"ws json":     {Codec: protocol.JSON, Framing: protocol.WebSocket},
}

func TestEveryFormatTalksOnTheOnePort(t *testing.T) {
	address, _ := start(t, t.TempDir())
	reader := dial(t, address, protocol.Format{})
	reader.enter("reader")
	seq := int64(0)
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			p := dial(t, address, format)
			me := p.enter(strings.ReplaceAll(name, " ", "."))
			for _, text := range []string{"hi", strings.Repeat("grüß dich \n", 1000), `quo"te\`} {
				seq++
				var sent protocol.MessageSent
				p.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: text}, &sent)
				if sent.Seq != seq {
					t.Errorf("sent with seq %d, want %d", sent.Seq, seq)
				}
				for who, e := range map[string]plausch.Event{"sender": p.event(), "reader": reader.event()} {
					if e.Seq != seq || e.Text != text || e.Actor.Name != me.Account.Name || e.Time.UnixMilli() != sent.Time {
						t.Errorf("the %s heard %+v", who, e)
					}
				}
			}
		})
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 200, "/nothing": 404} {
		resp, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, resp.StatusCode, want)
		}
	}
}

// TestEveryLengthOfAFirstFrame signs in with first frames of many lengths: their
// bytes look like those of other protocols.
func TestEveryLengthOfAFirstFrame(t *testing.T) {
	address, _ := start(t, t.TempDir())
	for name, codec := range map[string]protocol.Codec{"msgpack": protocol.Msgpack, "json": protocol.JSON} {
		t.Run(name, func(t *testing.T) {
			for n := range 2700 {
				if n > 300 && n < 2200 {
					continue // no more of the same
				}
				hello := &protocol.Hello{Version: 1, Capabilities: []string{strings.Repeat("x", n)}}
				p := dial(t, address, protocol.Format{Codec: codec})
				p.must(protocol.MethodHello, hello, &protocol.Welcome{})
				p.conn.Close()
			}
		})
	}
}
