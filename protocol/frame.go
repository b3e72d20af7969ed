package protocol

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"
)

// Frame is what a server sends: a reply if ID is not 0, otherwise the one push
// that is set.
type Frame struct {
	ID     int64
	Result []byte // of replies: a document of the codec, which may be part of the body; nil if Error is set
	Error  *Error

	Event     *Event
	Presence  []PresenceChange
	Typing    *Typing
	Marker    *Marker
	Draft     *Draft
	Personal  *Personal
	Report    *Report
	Block     *Block
	Seen      *Seen
	Scheduled *ScheduledMessage
	Reminder  *Reminder
	Bye       *Error

	Preferences    *Preferences
	RoomPreference *RoomPreference
	First          *First
}

type jsonFrame struct {
	ID        int64             `json:"id"`
	Result    jsontext.Value    `json:"result"`
	Error     *Error            `json:"error"`
	Event     *Event            `json:"event"`
	Presence  []PresenceChange  `json:"presence"`
	Typing    *Typing           `json:"typing"`
	Marker    *Marker           `json:"marker"`
	Draft     *Draft            `json:"draft"`
	Personal  *Personal         `json:"personal"`
	Report    *Report           `json:"report"`
	Block     *Block            `json:"block"`
	Seen      *Seen             `json:"seen"`
	Scheduled *ScheduledMessage `json:"scheduled_message"`
	Reminder  *Reminder         `json:"reminder"`
	Bye       *Error            `json:"bye"`

	Preferences    *Preferences    `json:"preferences"`
	RoomPreference *RoomPreference `json:"room_preference"`
	First          *First          `json:"first"`
}

// AppendReply appends the body of a reply to dst: of err if it is not nil,
// otherwise of result.
func (c Codec) AppendReply(dst []byte, id int64, result Body, err error) []byte {
	dst = c.beginMap(dst, 2)
	dst = c.int(c.key(dst, "id"), id)
	if err != nil {
		dst = c.Encode(c.key(dst, "error"), NewError(err))
	} else {
		dst = c.Encode(c.key(dst, "result"), result)
	}
	return c.endMap(dst)
}

// AppendPush appends the body of the one push that f has.
func (c Codec) AppendPush(dst []byte, f *Frame) []byte {
	dst = c.beginMap(dst, 1)
	switch {
	case f.Event != nil:
		dst = c.Encode(c.key(dst, "event"), f.Event)
	case f.Typing != nil:
		dst = c.Encode(c.key(dst, "typing"), f.Typing)
	case f.Marker != nil:
		dst = c.Encode(c.key(dst, "marker"), f.Marker)
	case f.Draft != nil:
		dst = c.Encode(c.key(dst, "draft"), f.Draft)
	case f.Personal != nil:
		dst = c.Encode(c.key(dst, "personal"), f.Personal)
	case f.Report != nil:
		dst = c.Encode(c.key(dst, "report"), f.Report)
	case f.Block != nil:
		dst = c.Encode(c.key(dst, "block"), f.Block)
	case f.Seen != nil:
		dst = c.Encode(c.key(dst, "seen"), f.Seen)
	case f.Scheduled != nil:
		dst = c.Encode(c.key(dst, "scheduled_message"), f.Scheduled)
	case f.Reminder != nil:
		dst = c.Encode(c.key(dst, "reminder"), f.Reminder)
	case f.Preferences != nil:
		dst = c.Encode(c.key(dst, "preferences"), f.Preferences)
	case f.RoomPreference != nil:
		dst = c.Encode(c.key(dst, "room_preference"), f.RoomPreference)
	case f.First != nil:
		dst = c.Encode(c.key(dst, "first"), f.First)
	case f.Bye != nil:
		dst = c.Encode(c.key(dst, "bye"), f.Bye)
	default:
		dst = c.list(c.key(dst, "presence"), len(f.Presence), func(dst []byte, i int) []byte {
			return c.Encode(dst, &f.Presence[i])
		})
	}
	return c.endMap(dst)
}

// DecodeFrame checks a body and reads it as what a server sends. A frame that
// is neither a reply nor a known push is returned empty: ignore it.
func (c Codec) DecodeFrame(body []byte) (Frame, error) {
	if err := c.Check(body); err != nil {
		return Frame{}, err
	}
	var f Frame
	if c == JSON {
		var j jsonFrame
		if err := json.Unmarshal(body, &j); err != nil {
			return Frame{}, refuse("%v", err)
		}
		f = Frame{j.ID, j.Result, j.Error, j.Event, j.Presence, j.Typing, j.Marker, j.Draft, j.Personal, j.Report, j.Block, j.Seen, j.Scheduled, j.Reminder, j.Bye,
			j.Preferences, j.RoomPreference, j.First}
	} else if err := f.decodeMsgpack(body); err != nil {
		return Frame{}, refuse("%v", err)
	}
	switch {
	case f.ID < 0:
		return Frame{}, refuse("the id of a reply is from 1")
	case f.Error != nil:
		f.Result = nil
	case f.Result != nil && !c.isMap(f.Result):
		return Frame{}, refuse("result must be a map")
	}
	return f, nil
}

func (f *Frame) decodeMsgpack(b []byte) error {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = msgp.ReadMapKeyZC(b); err != nil {
			break
		}
		switch string(key) {
		case "id":
			f.ID, b, err = msgp.ReadInt64Bytes(b)
		case "result":
			f.Result, b, err = skip(b)
		case "error":
			f.Error = new(Error)
			b, err = f.Error.UnmarshalMsg(b)
		case "event":
			f.Event = new(Event)
			b, err = f.Event.UnmarshalMsg(b)
		case "typing":
			f.Typing = new(Typing)
			b, err = f.Typing.UnmarshalMsg(b)
		case "marker":
			f.Marker = new(Marker)
			b, err = decodeNext(b, f.Marker)
		case "draft":
			f.Draft = new(Draft)
			b, err = decodeNext(b, f.Draft)
		case "personal":
			f.Personal = new(Personal)
			b, err = decodeNext(b, f.Personal)
		case "report":
			f.Report = new(Report)
			b, err = decodeNext(b, f.Report)
		case "block":
			f.Block = new(Block)
			b, err = decodeNext(b, f.Block)
		case "seen":
			f.Seen = new(Seen)
			b, err = decodeNext(b, f.Seen)
		case "scheduled_message":
			f.Scheduled = new(ScheduledMessage)
			b, err = decodeNext(b, f.Scheduled)
		case "reminder":
			f.Reminder = new(Reminder)
			b, err = decodeNext(b, f.Reminder)
		case "preferences":
			f.Preferences = new(Preferences)
			b, err = decodeNext(b, f.Preferences)
		case "room_preference":
			f.RoomPreference = new(RoomPreference)
			b, err = decodeNext(b, f.RoomPreference)
		case "first":
			f.First = new(First)
			b, err = decodeNext(b, f.First)
		case "bye":
			f.Bye = new(Error)
			b, err = f.Bye.UnmarshalMsg(b)
		case "presence":
			f.Presence, b, err = decodePresence(b)
		default:
			b, err = msgp.Skip(b)
		}
	}
	return err
}

// decodeNext reads the first value of b, of a type that has no msgpack code of its own.
func decodeNext(b []byte, to Body) (rest []byte, err error) {
	doc, rest, err := skip(b)
	if err == nil {
		err = Msgpack.Decode(doc, to)
	}
	return rest, err
}

func decodePresence(b []byte) ([]PresenceChange, []byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return nil, b, err
	}
	changes := make([]PresenceChange, n) // Check has bounded n
	for i := range changes {
		if b, err = changes[i].UnmarshalMsg(b); err != nil {
			break
		}
	}
	return changes, b, err
}

// IsPush reports whether f is a push that is known.
func (f *Frame) IsPush() bool {
	return f.Event != nil || f.Presence != nil || f.Typing != nil || f.Marker != nil || f.Draft != nil || f.Personal != nil ||
		f.Report != nil || f.Block != nil || f.Seen != nil || f.Scheduled != nil || f.Reminder != nil ||
		f.Preferences != nil || f.RoomPreference != nil || f.First != nil || f.Bye != nil
}
