package e2e

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"plausch"
	"plausch/protocol"
)

// wire is a connection on which a test decides about every byte.
type wire struct {
	t      *testing.T
	conn   net.Conn
	format protocol.Format
	id     int64
	in     *bufio.Reader // behind a WebSocket's handshake, else nil
	wait   time.Duration // for a frame, patience if 0
}

var formats = map[string]protocol.Format{
	"tcp msgpack": {Codec: protocol.Msgpack},
	"tcp json":    {Codec: protocol.JSON},
	"ws msgpack":  {Codec: protocol.Msgpack, Framing: protocol.WebSocket},
	"ws json":     {Codec: protocol.JSON, Framing: protocol.WebSocket},
}

// dialWire connects and says nothing yet, but for the handshake of a WebSocket.
func dialWire(t *testing.T, address string, f protocol.Format) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	w := &wire{t: t, conn: conn, format: f}
	if f.Framing == protocol.WebSocket {
		d := ws.Dialer{Protocols: []string{"plausch.v1." + f.Codec.String()}}
		if w.in, _, err = d.Upgrade(conn, &url.URL{Scheme: "ws", Host: address, Path: "/ws"}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// write writes bytes as they are.
func (w *wire) write(b []byte) {
	w.t.Helper()
	if _, err := w.conn.Write(b); err != nil {
		w.t.Fatal(err)
	}
}

// frame is the bytes of a frame with a body.
func (w *wire) frame(body []byte) []byte {
	if w.format.Framing == protocol.LengthPrefix {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
	}
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(w.op(), true, body)))
}

// declare is the head of a frame of n bytes.
func (w *wire) declare(n uint64) []byte {
	if w.format.Framing == protocol.LengthPrefix {
		return binary.BigEndian.AppendUint32(nil, uint32(n))
	}
	head := binary.BigEndian.AppendUint64([]byte{0x80 | byte(w.op()), 0x80 | 127}, n)
	return append(head, 1, 2, 3, 4)
}

func (w *wire) op() ws.OpCode {
	if w.format.Codec == protocol.JSON {
		return ws.OpText
	}
	return ws.OpBinary
}

// request is the body of a request.
func (w *wire) request(method string, params protocol.Body) []byte {
	w.id++
	return w.format.Codec.AppendRequest(nil, w.id, method, params)
}

// read returns the next frame.
func (w *wire) read() (protocol.Frame, error) {
	_ = w.conn.SetReadDeadline(time.Now().Add(cmp.Or(w.wait, patience)))
	var body []byte
	var err error
	if w.format.Framing == protocol.WebSocket {
		body, _, err = wsutil.ReadServerData(w)
	} else {
		var head [4]byte
		if _, err = io.ReadFull(w.conn, head[:]); err == nil {
			body = make([]byte, binary.BigEndian.Uint32(head[:]))
			_, err = io.ReadFull(w.conn, body)
		}
	}
	if err != nil {
		return protocol.Frame{}, err
	}
	return w.format.Codec.DecodeFrame(body)
}

// call sends a request and returns its reply.
func (w *wire) call(method string, params, result protocol.Body) error {
	w.t.Helper()
	w.write(w.frame(w.request(method, params)))
	return w.reply(w.id, result)
}

// reply awaits the reply to a request.
func (w *wire) reply(id int64, result protocol.Body) error {
	w.t.Helper()
	for {
		f, err := w.read()
		switch {
		case err != nil:
			w.t.Fatalf("awaiting reply %d: %v", id, err)
		case f.Bye != nil:
			w.t.Fatalf("awaiting reply %d: bye, %v", id, f.Bye.Error())
		case f.ID != id:
		case f.Error != nil:
			return f.Error.Error()
		default:
			return w.format.Codec.Decode(f.Result, result)
		}
	}
}

func (w *wire) must(method string, params, result protocol.Body) {
	w.t.Helper()
	if err := w.call(method, params, result); err != nil {
		w.t.Fatalf("%s: %v", method, err)
	}
}

// hello says hello.
func (w *wire) hello() *wire {
	w.t.Helper()
	w.must(protocol.MethodHello, &protocol.Hello{Version: 1}, &protocol.Welcome{})
	return w
}

// enter says hello and signs in as a guest that goes when it leaves.
func (w *wire) enter(name string) *wire {
	w.t.Helper()
	w.hello().must(protocol.MethodSignIn, &protocol.SignIn{Name: name, Transient: true}, &protocol.SignedIn{})
	return w
}

var guests atomic.Int64

// enterAnew is enter under a name that nobody has.
func (w *wire) enterAnew() *wire {
	w.t.Helper()
	return w.enter(fmt.Sprintf("visitor%d", guests.Add(1)))
}

// ending reads until the server has closed the connection and returns the code
// of its bye, empty if there was none.
func (w *wire) ending() plausch.Code {
	w.t.Helper()
	var code plausch.Code
	for {
		f, err := w.read()
		var stuck net.Error
		switch {
		case errors.As(err, &stuck) && stuck.Timeout():
			w.t.Fatal("the server does not close the connection")
		case err != nil:
			return code
		case f.Bye != nil:
			code = plausch.Code(f.Bye.Code)
		}
	}
}

// Read and Write are those of the connection, for the WebSocket reader.
func (w *wire) Read(p []byte) (int, error) {
	if w.in != nil && w.in.Buffered() > 0 {
		return w.in.Read(p)
	}
	return w.conn.Read(p)
}

func (w *wire) Write(p []byte) (int, error) { return w.conn.Write(p) }
