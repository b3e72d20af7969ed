package protocol

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"sync"
	"testing"

	"github.com/gobwas/ws"

	"plausch"
)

func TestFrameHeaders(t *testing.T) {
	for _, tt := range []struct {
		size                    int
		prefix, binary, textual string
	}{
		{0, "00000000", "8200", "8100"},
		{1, "00000001", "8201", "8101"},
		{125, "0000007d", "827d", "817d"},
		{126, "0000007e", "827e007e", "817e007e"},
		{127, "0000007f", "827e007f", "817e007f"},
		{255, "000000ff", "827e00ff", "817e00ff"},
		{65535, "0000ffff", "827effff", "817effff"},
		{65536, "00010000", "827f0000000000010000", "817f0000000000010000"},
	} {
		body := bytes.Repeat([]byte("ab"), tt.size)[:tt.size]
		for format, header := range map[Format]string{
			{Msgpack, LengthPrefix}: tt.prefix, {JSON, LengthPrefix}: tt.prefix,
			{Msgpack, WebSocket}: tt.binary, {JSON, WebSocket}: tt.textual,
		} {
			t.Run(fmt.Sprint(format.Codec, "/", format.Framing, "/", tt.size), func(t *testing.T) {
				for _, before := range []string{"", "before"} {
					got := format.AppendFrame([]byte(before), func(b []byte) []byte { return append(b, body...) })
					head, _ := hex.DecodeString(header)
					want := append(append([]byte(before), head...), body...)
					if !bytes.Equal(got, want) {
						t.Errorf("behind %q it is %d bytes, %.30x…, want %d, %.30x…", before, len(got), got, len(want), want)
					}
				}
			})
		}
	}
}

// bodiesOf splits frames by means that are not ours.
func bodiesOf(t *testing.T, f Format, frames []byte) (all [][]byte) {
	t.Helper()
	r := bytes.NewReader(frames)
	for r.Len() > 0 {
		var n int64
		if f.Framing == LengthPrefix {
			var length uint32
			if err := binary.Read(r, binary.BigEndian, &length); err != nil {
				t.Fatal(err)
			}
			n = int64(length)
		} else {
			h, err := ws.ReadHeader(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := ws.CheckHeader(h, ws.StateClientSide); err != nil || !h.Fin || h.Masked || (h.OpCode == ws.OpText) != (f.Codec == JSON) {
				t.Fatalf("the header is %+v: %v", h, err)
			}
			n = h.Length
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

func eachFormat(t *testing.T, f func(*testing.T, Format)) {
	for _, c := range []Codec{Msgpack, JSON} {
		for _, framing := range []Framing{LengthPrefix, WebSocket} {
			format := Format{c, framing}
			t.Run(fmt.Sprint(c, "/", framing), func(t *testing.T) { f(t, format) })
		}
	}
}

func TestPreparedEvents(t *testing.T) {
	events := make([]plausch.Event, 10)
	for i := range events {
		events[i] = benchEvent()
		events[i].Seq += int64(i)
		events[i].Text = fmt.Sprintf("%0*d", 1<<i, i) // headers of different lengths
	}
	events[3].Kind, events[3].Text, events[3].Member = plausch.EventJoin, "", plausch.AccountRef{ID: 8, Name: "bob"}
	p := PrepareEvents(events)
	eachFormat(t, func(t *testing.T, f Format) {
		bodies := bodiesOf(t, f, p.Frames(f))
		if len(bodies) != len(events) {
			t.Fatalf("there are %d frames", len(bodies))
		}
		for i, body := range bodies {
			frame, err := f.Codec.DecodeFrame(body)
			if err != nil {
				t.Fatal(err)
			}
			if got := frame.Event.Event(); !reflect.DeepEqual(got, events[i]) {
				t.Errorf("event %d is %+v, want %+v", i, got, events[i])
			}
		}
	})
}

func TestPreparedPushes(t *testing.T) {
	for _, push := range pushes {
		p := PreparePush(push.frame)
		eachFormat(t, func(t *testing.T, f Format) {
			bodies := bodiesOf(t, f, p.Frames(f))
			if want := f.Codec.AppendPush(nil, &push.frame); len(bodies) != 1 || !bytes.Equal(bodies[0], want) {
				t.Errorf("%s: got %q, want %q", push.name, bodies, want)
			}
		})
	}
}

// TestPreparedOnce shows that everybody gets the very same bytes, whoever asks
// first. The race detector watches.
func TestPreparedOnce(t *testing.T) {
	for range 100 {
		p := PrepareEvents([]plausch.Event{benchEvent(), benchEvent()})
		const askers = 8
		var got [formats][askers]*byte
		var start, done sync.WaitGroup
		start.Add(1)
		for i := range askers {
			done.Go(func() {
				start.Wait()
				for j := range formats {
					f := Format{Codec(j % 2), Framing(j / 2)}
					got[f.index()][i] = &p.Frames(f)[0]
				}
			})
		}
		start.Done()
		done.Wait()
		seen := map[*byte]bool{}
		for _, all := range got {
			for _, b := range all {
				if b != all[0] {
					t.Fatal("it was encoded twice")
				}
			}
			seen[all[0]] = true
		}
		if len(seen) != formats {
			t.Fatalf("there are %d encodings of %d formats", len(seen), formats)
		}
	}
}

// TestAllocationsOfEncoding holds the costs of what happens for every message.
func TestAllocationsOfEncoding(t *testing.T) {
	events := []plausch.Event{benchEvent()}
	result := &MessageSent{Room: 17, Seq: 123456, Time: 1790000000000}
	eachFormat(t, func(t *testing.T, f Format) {
		p := PrepareEvents(events)
		for name, encode := range map[string]func(){
			"event": func() { p.encode(f) },
			"reply": func() { f.AppendReply(nil, 7, result, nil) },
		} {
			// A garbage collection empties the pools now and then.
			if n := testing.AllocsPerRun(1000, encode); n > 1 && !raceDetector {
				t.Errorf("to encode a %s takes %v allocations", name, n)
			}
		}
	})
}

func TestBye(t *testing.T) {
	err := plausch.Errorf(plausch.Unavailable, "stopping")
	eachFormat(t, func(t *testing.T, f Format) {
		b := f.AppendBye(nil, err)
		if f.Framing == WebSocket {
			const closing = "880203e9" // a close frame with the code 1001
			if got := hex.EncodeToString(b[len(b)-4:]); got != closing {
				t.Errorf("it ends with %s", got)
			}
			b = b[:len(b)-4]
		}
		frame, err := f.Codec.DecodeFrame(bodiesOf(t, f, b)[0])
		if err != nil || frame.Bye == nil || frame.Bye.Code != "unavailable" {
			t.Errorf("got %+v, %v", frame, err)
		}
	})
}
