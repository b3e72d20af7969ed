package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/gobwas/ws"
	"github.com/tinylib/msgp/msgp"

	"plausch/protocol"
)

// Numbers that change from frame to frame are counted from here: they all take
// as many bytes as the placeholder that stands for them, in both codecs.
const (
	firstNumber = 1_000_000_000
	placeholder = 1_999_999_999
)

// template is a frame of which only a number and a client id change.
type template struct {
	codec     protocol.Codec
	webSocket bool // frames are a client's, so masked
	mask      [4]byte
	body      []byte
	number    int // where the number stands
	clientID  int // where the changing end of the client id stands; 0 for nowhere
}

// clientIDDigits is the part of a client id that counts. It stands last, so that
// ids of a sender grow, as those of real clients do.
const clientIDDigits = 16

// newSend returns the template of requests that send to a room. Client ids
// begin with the 10 characters of prefix.
func newSend(t *target, room int64, text, prefix string) (*template, error) {
	id := prefix + strings.Repeat("_", clientIDDigits)
	body := t.codec.AppendRequest(nil, placeholder, protocol.MethodMessageSend,
		&protocol.MessageSend{Room: room, Text: text, ClientID: id})
	tmpl, err := newTemplate(t.codec, body)
	if err != nil {
		return nil, err
	}
	tmpl.webSocket = t.webSocket
	binary.NativeEndian.PutUint32(tmpl.mask[:], rand.Uint32())
	at := bytes.Index(body, []byte(id))
	if at < 0 {
		return nil, fmt.Errorf("the client id %q cannot be found in its request", id)
	}
	tmpl.clientID = at + len(prefix)
	return tmpl, nil
}

// newEvent returns the template of pushes as our server would send them for
// newSend's messages. The raw server is given those to pass on, so that its
// deliveries have as many bytes as ours.
func newEvent(codec protocol.Codec, room int64, text, prefix, name string) (*template, error) {
	body := codec.AppendPush(nil, &protocol.Frame{Event: &protocol.Event{
		Room: room, Seq: placeholder, Time: 1_790_000_000_000, Kind: "message",
		From: protocol.Account{ID: 1000, Name: name}, Text: text,
		ClientID: prefix + strings.Repeat("0", clientIDDigits),
	}})
	return newTemplate(codec, body)
}

func newTemplate(codec protocol.Codec, body []byte) (*template, error) {
	pattern := msgp.AppendInt64(nil, placeholder)
	skip := 1 // the type byte
	if codec == protocol.JSON {
		pattern, skip = strconv.AppendInt(nil, placeholder, 10), 0
	}
	if n := bytes.Count(body, pattern); n != 1 {
		return nil, fmt.Errorf("the placeholder stands %d times in %q", n, body)
	}
	return &template{codec: codec, body: body, number: bytes.Index(body, pattern) + skip}, nil
}

// set makes t the frame with the number firstNumber+n, and n in its client id.
func (t *template) set(n int64) {
	if t.codec == protocol.JSON {
		digits(t.body[t.number:t.number+10], uint64(firstNumber+n), 10)
	} else {
		binary.BigEndian.PutUint32(t.body[t.number:], uint32(firstNumber+n))
	}
	if t.clientID > 0 {
		digits(t.body[t.clientID:t.clientID+clientIDDigits], uint64(n), 16)
	}
}

// digits fills b with the digits of n.
func digits(b []byte, n, base uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = "0123456789abcdef"[n%base]
		n /= base
	}
}

// appendFrame appends the whole frame.
func (t *template) appendFrame(dst []byte) []byte {
	return appendFrame(dst, t.body, t.codec, t.webSocket, t.mask)
}

// appendFrame appends body as a frame from a client to a server.
func appendFrame(dst, body []byte, codec protocol.Codec, webSocket bool, mask [4]byte) []byte {
	n := len(body)
	if !webSocket {
		dst = binary.BigEndian.AppendUint32(dst, uint32(n))
		return append(dst, body...)
	}
	op := byte(ws.OpBinary)
	if codec == protocol.JSON {
		op = byte(ws.OpText)
	}
	const fin, masked = 0x80, 0x80
	dst = append(dst, fin|op)
	switch {
	case n < 126:
		dst = append(dst, masked|byte(n))
	case n <= 0xffff:
		dst = binary.BigEndian.AppendUint16(append(dst, masked|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, masked|127), uint64(n))
	}
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = append(dst, body...)
	ws.Cipher(dst[start:], mask, 0)
	return dst
}
