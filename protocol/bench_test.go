package protocol

import (
	"testing"
	"time"

	"plausch"
)

// benchEvent is an ordinary message: what the server handles most.
func benchEvent() plausch.Event {
	return plausch.Event{
		Room: 17, Seq: 123456, Time: time.UnixMilli(1790000000000), Kind: plausch.EventMessage,
		Actor:    plausch.AccountRef{ID: 42, Name: "alice"},
		Text:     "Shall we meet at eight, or is that too early for you?",
		ClientID: "01K6B3X5T9Z2QW7RJ4M8N0PVCD",
	}
}

func benchSend() *MessageSend {
	e := benchEvent()
	return &MessageSend{Room: int64(e.Room), Text: e.Text, ClientID: e.ClientID}
}

func eachCodec(b *testing.B, f func(*testing.B, Codec)) {
	for _, c := range []Codec{Msgpack, JSON} {
		b.Run(c.String(), func(b *testing.B) {
			b.ReportAllocs()
			f(b, c)
		})
	}
}

func BenchmarkDecodeSend(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		body := c.AppendRequest(nil, 7, MethodMessageSend, benchSend())
		for b.Loop() {
			r, err := c.DecodeRequest(body)
			if err != nil {
				b.Fatal(err)
			}
			var p MessageSend
			if err := c.Decode(r.Params, &p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecodeEvent(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		e := NewEvent(new(benchEvent()))
		body := c.AppendPush(nil, &Frame{Event: &e})
		for b.Loop() {
			if _, err := c.DecodeFrame(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAppendRequest(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		p := benchSend()
		dst := make([]byte, 0, 1024)
		for b.Loop() {
			dst = c.AppendRequest(dst[:0], 7, MethodMessageSend, p)
		}
	})
}

func BenchmarkAppendReply(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		f := Format{Codec: c}
		r := &MessageSent{Room: 17, Seq: 123456, Time: 1790000000000}
		for b.Loop() {
			f.AppendReply(nil, 7, r, nil)
		}
	})
}

func BenchmarkPrepared(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		events := []plausch.Event{benchEvent()}
		for b.Loop() {
			PrepareEvents(events).Frames(Format{Codec: c})
		}
	})
}

func BenchmarkPreparedAgain(b *testing.B) {
	p := PrepareEvents([]plausch.Event{benchEvent()})
	for b.Loop() {
		p.Frames(Format{Codec: JSON, Framing: WebSocket})
	}
}

// BenchmarkHistory is a page of messages in the server's reply, and read by a client.
func BenchmarkHistory(b *testing.B) {
	eachCodec(b, func(b *testing.B, c Codec) {
		page := &History{More: true}
		for range DefaultPage {
			page.Events = append(page.Events, NewEvent(new(benchEvent())))
		}
		for b.Loop() {
			var read History
			if err := c.Decode(c.Encode(nil, page), &read); err != nil {
				b.Fatal(err)
			}
		}
	})
}
