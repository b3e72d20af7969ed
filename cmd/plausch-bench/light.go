package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"plausch/protocol"
)

// light is what the load needs to know of a frame: the room and seq of an event,
// or of the reply to the send with an id.
type light struct {
	id        int64 // 0 for events
	room, seq int64 // 0 for replies that have none
}

// walk reads what body says. Frames as the server writes them are read as far
// as the seq and no further; all others in full.
func walk(codec protocol.Codec, body []byte) (light, error) {
	var f light
	var ok bool
	if codec == protocol.JSON {
		f, ok = walkJSON(body)
	} else {
		f, ok = walkMsgpack(body)
	}
	if ok {
		return f, nil
	}
	return decode(codec, body)
}

// walkMsgpack reads {"event": {"room": int, "seq": int ...}} and
// {"id": int, "result": {"room": int, "seq": int ...}}.
func walkMsgpack(b []byte) (f light, ok bool) {
	if b, ok = bytes.CutPrefix(b, []byte("\x81\xa5event")); !ok {
		if b, ok = bytes.CutPrefix(b, []byte("\x82\xa2id")); !ok {
			return f, false
		}
		if f.id, b, ok = walkInt(b); !ok {
			return f, false
		}
		if b, ok = bytes.CutPrefix(b, []byte("\xa6result")); !ok {
			return f, false
		}
	}
	if len(b) == 0 || b[0]&0xf0 != 0x80 { // a map of up to 15 keys
		return f, false
	}
	if b, ok = bytes.CutPrefix(b[1:], []byte("\xa4room")); !ok {
		return f, false
	}
	if f.room, b, ok = walkInt(b); !ok {
		return f, false
	}
	if b, ok = bytes.CutPrefix(b, []byte("\xa3seq")); !ok {
		return f, false
	}
	f.seq, _, ok = walkInt(b)
	return f, ok
}

// walkInt reads an integer that is not negative.
func walkInt(b []byte) (n int64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, b, false
	}
	t := b[0]
	b = b[1:]
	switch {
	case t <= 0x7f:
		return int64(t), b, true
	case t == 0xcc && len(b) >= 1:
		return int64(b[0]), b[1:], true
	case (t == 0xcd || t == 0xd1) && len(b) >= 2:
		return int64(binary.BigEndian.Uint16(b)), b[2:], true
	case (t == 0xce || t == 0xd2) && len(b) >= 4:
		return int64(binary.BigEndian.Uint32(b)), b[4:], true
	case (t == 0xcf || t == 0xd3) && len(b) >= 8:
		return int64(binary.BigEndian.Uint64(b)), b[8:], true
	}
	return 0, b, false
}

// walkJSON is walkMsgpack for {"event":{"room":1,"seq":2 ...}} without spaces.
func walkJSON(b []byte) (f light, ok bool) {
	if b, ok = bytes.CutPrefix(b, []byte(`{"event":{"room":`)); !ok {
		if b, ok = bytes.CutPrefix(b, []byte(`{"id":`)); !ok {
			return f, false
		}
		if f.id, b, ok = walkDigits(b); !ok {
			return f, false
		}
		if b, ok = bytes.CutPrefix(b, []byte(`,"result":{"room":`)); !ok {
			return f, false
		}
	}
	if f.room, b, ok = walkDigits(b); !ok {
		return f, false
	}
	if b, ok = bytes.CutPrefix(b, []byte(`,"seq":`)); !ok {
		return f, false
	}
	f.seq, b, ok = walkDigits(b)
	return f, ok && len(b) > 0
}

// walkDigits reads up to 18 digits.
func walkDigits(b []byte) (n int64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && i < 19 && b[i] >= '0' && b[i] <= '9' {
		n = 10*n + int64(b[i]-'0')
		i++
	}
	return n, b[i:], i > 0 && i < 19
}

// decode reads any frame. Errors and byes are errors.
func decode(codec protocol.Codec, body []byte) (light, error) {
	frame, err := codec.DecodeFrame(body)
	switch {
	case err != nil:
		return light{}, fmt.Errorf("the server sent what is no frame: %w", err)
	case frame.Bye != nil:
		return light{}, fmt.Errorf("the server ended a connection: %w", frame.Bye.Error())
	case frame.Error != nil:
		return light{}, fmt.Errorf("the server refused a request: %w", frame.Error.Error())
	case frame.Event != nil:
		return light{room: frame.Event.Room, seq: frame.Event.Seq}, nil
	case frame.ID != 0:
		var sent protocol.MessageSent
		if err := codec.Decode(frame.Result, &sent); err != nil {
			return light{}, fmt.Errorf("the reply %d: %w", frame.ID, err)
		}
		return light{id: frame.ID, room: sent.Room, seq: sent.Seq}, nil
	}
	return light{}, nil
}
