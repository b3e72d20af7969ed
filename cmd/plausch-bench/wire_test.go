package main

import (
	"bytes"
	"testing"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

var codecs = []protocol.Codec{protocol.Msgpack, protocol.JSON}

func TestWalkReadsWhatDecodeReads(t *testing.T) {
	numbers := []int64{1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1<<31 - 1, 1 << 31, 1 << 32, 1<<53 - 1}
	walkers := map[protocol.Codec]func([]byte) (light, bool){protocol.Msgpack: walkMsgpack, protocol.JSON: walkJSON}
	for _, codec := range codecs {
		for _, n := range numbers {
			for what, body := range map[string][]byte{
				"event": codec.AppendPush(nil, &protocol.Frame{Event: &protocol.Event{
					Room: n, Seq: n + 1, Time: 3, Kind: "message", From: protocol.Account{ID: 4, Name: "x"}, Text: "hi"}}),
				"reply": codec.AppendReply(nil, n, &protocol.MessageSent{Room: n, Seq: n + 1, Time: 3}, nil),
			} {
				want, err := decode(codec, body)
				if err != nil {
					t.Fatal(err)
				}
				if got, ok := walkers[codec](body); !ok || got != want || got.seq != n+1 {
					t.Errorf("%v %s %d: %+v, %v, want %+v", codec, what, n, got, ok, want)
				}
				for i := range body { // a piece of it must not be taken for a whole
					if f, err := walk(codec, body[:i]); err == nil && f != want {
						t.Errorf("%v %s: %d bytes are read as %+v", codec, what, i, f)
					}
				}
			}
		}
	}
}

func TestWalkFallsBack(t *testing.T) {
	f, err := walk(protocol.JSON, []byte(`{"event": {"text":"a","seq":5, "kind":"message","room":3,"time":1,"from":{"id":1,"name":"x"}}}`))
	if err != nil || f.seq != 5 || f.room != 3 {
		t.Errorf("keys in another order: %+v, %v", f, err)
	}
	for _, codec := range codecs {
		refused := codec.AppendReply(nil, 5, nil, plausch.Errorf(plausch.RateLimited, "too fast"))
		if _, err := walk(codec, refused); plausch.CodeOf(err) != plausch.RateLimited {
			t.Errorf("%v: a refused send is read as: %v", codec, err)
		}
		bye := codec.AppendPush(nil, &protocol.Frame{Bye: &protocol.Error{Code: string(plausch.SlowReader), Message: "too slow"}})
		if _, err := walk(codec, bye); plausch.CodeOf(err) != plausch.SlowReader {
			t.Errorf("%v: a bye is read as: %v", codec, err)
		}
		other := codec.AppendPush(nil, &protocol.Frame{Typing: &protocol.Typing{Room: 1, Account: protocol.Account{ID: 1, Name: "x"}}})
		if f, err := walk(codec, other); err != nil || f != (light{}) {
			t.Errorf("%v: another push is read as %+v, %v", codec, f, err)
		}
	}
}

func TestTemplatesAreWhatTheCodecWrites(t *testing.T) {
	const prefix = "0123456789"
	for _, codec := range codecs {
		for _, webSocket := range []bool{false, true} {
			send, err := newSend(&target{way: way{codec: codec, webSocket: webSocket}}, 12, "hello", prefix)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int64{1, 255, 123456} {
				send.set(n)
				req, err := codec.DecodeRequest(unframe(t, send.appendFrame(nil), webSocket))
				if err != nil {
					t.Fatal(err)
				}
				var params protocol.MessageSend
				if err := codec.Decode(req.Params, &params); err != nil {
					t.Fatal(err)
				}
				if req.ID != firstNumber+n || params.Room != 12 || params.Text != "hello" || len(params.ClientID) != 26 {
					t.Errorf("%v: request %d is %+v %+v", codec, n, req, params)
				}
				if err := plausch.CheckClientID(params.ClientID); err != nil {
					t.Error(err)
				}
			}
		}
		event, err := newEvent(codec, 12, "hello", prefix, "name")
		if err != nil {
			t.Fatal(err)
		}
		event.set(77)
		f, err := codec.DecodeFrame(unframe(t, event.appendFrame(nil), false))
		if err != nil || f.Event == nil || f.Event.Seq != firstNumber+77 || f.Event.Room != 12 {
			t.Errorf("%v: event %+v, %v", codec, f.Event, err)
		}
	}
}

// unframe returns the body of a client's frame.
func unframe(t *testing.T, frame []byte, webSocket bool) []byte {
	t.Helper()
	if !webSocket {
		return frame[4:]
	}
	r := bytes.NewReader(frame)
	h, err := ws.ReadHeader(r)
	if err != nil || !h.Masked || int64(r.Len()) != h.Length {
		t.Fatalf("header %+v with %d bytes behind it: %v", h, r.Len(), err)
	}
	body := bytes.Clone(frame[len(frame)-r.Len():])
	ws.Cipher(body, h.Mask, 0)
	return body
}
