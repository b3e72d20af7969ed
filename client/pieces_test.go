package client

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"plausch"
	"plausch/protocol"
)

// randomPieces gives 1 to 3,000 bytes a read.
type randomPieces struct {
	from   io.Reader
	chance *rand.Rand
}

func (p randomPieces) Read(b []byte) (int, error) {
	return p.from.Read(b[:min(len(b), 1+p.chance.IntN(3000))])
}

// TestFramesInPieces: what a server sends is the same however its bytes come.
func TestFramesInPieces(t *testing.T) {
	for _, format := range []protocol.Format{
		{Codec: protocol.Msgpack, Framing: protocol.LengthPrefix}, {Codec: protocol.JSON, Framing: protocol.LengthPrefix},
		{Codec: protocol.Msgpack, Framing: protocol.WebSocket}, {Codec: protocol.JSON, Framing: protocol.WebSocket},
	} {
		var stream []byte
		var want []string
		for n := range 60 {
			text := strings.Repeat("x", n*n*n%9000) + "."
			want = append(want, text)
			e := protocol.NewEvent(&plausch.Event{Room: 1, Seq: int64(n + 1), Kind: plausch.EventMessage, Text: text})
			stream = format.AppendFrame(stream, func(b []byte) []byte { return format.Codec.AppendPush(b, &protocol.Frame{Event: &e}) })
		}
		for how, r := range map[string]io.Reader{
			"at once":       bytes.NewReader(stream),
			"byte by byte":  iotest.OneByteReader(bytes.NewReader(stream)),
			"by halves":     iotest.HalfReader(bytes.NewReader(stream)),
			"end with data": iotest.DataErrReader(bytes.NewReader(stream)),
			"in pieces":     randomPieces{bytes.NewReader(stream), rand.New(rand.NewPCG(1, 2))},
		} {
			here, there := net.Pipe()
			there.Close()
			var got []string
			c := &Conn{nc: here, codec: format.Codec, in: &frameReader{r: r}, pending: make(map[int64]call), ended: make(chan struct{})}
			c.onPush = func(f *protocol.Frame) { got = append(got, f.Event.Text) }
			if format.Framing == protocol.WebSocket {
				c.ws = newWebSocket(c)
			}
			c.running.Add(1)
			c.read()
			c.running.Wait()
			if !slices.Equal(got, want) {
				t.Errorf("%+v %s: %d events arrive as they were, want %d", format, how, len(got), len(want))
			}
		}
	}
}
