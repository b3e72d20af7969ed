package main

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

const (
	smallBuffer = 4 << 10  // while a connection is set up
	largeBuffer = 32 << 10 // while it gets deliveries: more than a full window
)

// conn is a connection to a target. Reading and writing may go on side by side.
type conn struct {
	net.Conn
	t    *target
	id   int64 // of the last call
	buf  []byte
	r, w int // buf[r:w] is not read yet
	out  []byte
}

func dial(ctx context.Context, t *target) (*conn, error) {
	c := &conn{t: t, buf: make([]byte, smallBuffer)}
	var err error
	// It is measured how fast the server is, not who it is.
	config := &tls.Config{InsecureSkipVerify: true}
	switch {
	case t.webSocket:
		scheme := "ws://"
		if t.tls {
			scheme = "wss://"
		}
		d := ws.Dialer{Protocols: []string{"plausch.v1." + t.codec.String()}, TLSConfig: config}
		c.Conn, _, _, err = d.Dial(ctx, scheme+t.address+t.path)
	case t.tls:
		c.Conn, err = (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", t.address)
	default:
		c.Conn, err = new(net.Dialer).DialContext(ctx, "tcp", t.address)
	}
	return c, err
}

// next returns the next body if it is in the buffer. It is valid until fill.
func (c *conn) next() (body []byte, ok bool, err error) {
	b := c.buf[c.r:c.w]
	head, n := 4, 0
	if !c.t.webSocket {
		if len(b) < head {
			return nil, false, nil
		}
		n = int(binary.BigEndian.Uint32(b))
	} else {
		if len(b) < 2 {
			return nil, false, nil
		}
		switch n = int(b[1]); {
		case n == 126:
			if len(b) < head {
				return nil, false, nil
			}
			n = int(binary.BigEndian.Uint16(b[2:]))
		case n == 127:
			if head = 10; len(b) < head {
				return nil, false, nil
			}
			n = int(min(binary.BigEndian.Uint64(b[2:]), 1<<30))
		default:
			head = 2
		}
		if op := ws.OpCode(b[0] & 0x0f); op == ws.OpClose {
			return nil, false, io.EOF
		}
	}
	if n > protocol.MaxFrame {
		return nil, false, fmt.Errorf("the server sent a frame of %d bytes", n)
	}
	if len(b) < head+n {
		return nil, false, nil
	}
	c.r += head + n
	return b[head : head+n], true, nil
}

// fill reads what has come, at least something.
func (c *conn) fill() error {
	if c.r == c.w {
		c.r, c.w = 0, 0
	} else if c.r > 0 && len(c.buf)-c.w < len(c.buf)/2 {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.buf) { // one frame fills it
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	n, err := c.Read(c.buf[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}

// await returns the next body.
func (c *conn) await() ([]byte, error) {
	for {
		body, ok, err := c.next()
		if ok || err != nil {
			return body, err
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// call sends a request and awaits its reply; what else comes is dropped. Only
// for connections that nobody else reads.
func (c *conn) call(method string, params, result protocol.Body) error {
	c.id++
	body := c.t.codec.AppendRequest(nil, c.id, method, params)
	c.out = appendFrame(c.out[:0], body, c.t.codec, c.t.webSocket, [4]byte{1, 2, 3, 4})
	if err := c.SetDeadline(time.Now().Add(stepTimeout)); err != nil {
		return err
	}
	defer c.SetDeadline(time.Time{})
	if _, err := c.Write(c.out); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	for {
		body, err := c.await()
		if err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		f, err := c.t.codec.DecodeFrame(body)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", method, err)
		case f.Bye != nil:
			return fmt.Errorf("%s: the server ended the connection: %w", method, f.Bye.Error())
		case f.ID != c.id:
			continue
		case f.Error != nil:
			return fmt.Errorf("%s: %w", method, f.Error.Error())
		}
		return c.t.codec.Decode(f.Result, result)
	}
}

// signIn says hello and makes a guest that lives as long as the connection.
func (c *conn) signIn(name string) error {
	hello := protocol.Hello{Version: protocol.Version, Client: "plausch-bench/" + plausch.Version}
	if err := c.call(protocol.MethodHello, &hello, &protocol.Welcome{}); err != nil {
		return err
	}
	return c.call(protocol.MethodSignIn, &protocol.SignIn{Name: name, Transient: true}, &protocol.SignedIn{})
}

// createRoom makes a public room.
func (c *conn) createRoom(name string) (int64, error) {
	var room protocol.Room
	err := c.call(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: name}, &room)
	return room.ID, err
}

func (c *conn) joinRoom(id int64) error {
	return c.call(protocol.MethodRoomJoin, &protocol.RoomRef{Room: id}, &protocol.Room{})
}

// head returns the seq of the newest event of a room.
func (c *conn) head(id int64) (int64, error) {
	var room protocol.Room
	err := c.call(protocol.MethodRoomGet, &protocol.RoomRef{Room: id}, &room)
	return room.Seq, err
}

func (c *conn) subscribe() error {
	return c.call(protocol.MethodSubscribe, &protocol.Empty{}, &protocol.Empty{})
}

// enterRaw makes the connection a member of a room of the raw server, which
// answers the first frame with the same bytes once that is so.
func (c *conn) enterRaw(room int64) error {
	if err := c.SetDeadline(time.Now().Add(stepTimeout)); err != nil {
		return err
	}
	defer c.SetDeadline(time.Time{})
	c.out = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(c.out[:0], 8), uint64(room))
	if _, err := c.Write(c.out); err != nil {
		return err
	}
	body, err := c.await()
	if err == nil && string(body) != string(c.out[4:]) {
		err = errors.New("the raw server answered something else")
	}
	return err
}
