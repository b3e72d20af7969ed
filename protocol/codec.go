package protocol

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"

	"plausch"
)

// Codec is how the body of a frame is written: the schema is the same in both.
type Codec uint8

const (
	Msgpack Codec = iota
	JSON
)

func (c Codec) String() string {
	if c == JSON {
		return "json"
	}
	return "msgpack"
}

// Body is a params or result type of this package.
type Body interface {
	msgp.Marshaler
	msgp.Unmarshaler
}

// Request is what a client sends.
type Request struct {
	ID     int64 // chosen by the client, from 1, unique among those not answered yet
	Method string
	Params []byte // a document of the codec, into the frame; nil if absent
}

// Frame is what a server sends: a reply if ID is not 0, otherwise the one push
// that is set.
type Frame struct {
	ID     int64
	Result []byte // of replies: a document of the codec, into the frame; nil if Error is set
	Error  *Error

	Event    *Event
	Presence []PresenceChange
	Typing   *Typing
	Bye      *Error
}

// jsonRequest and jsonFrame are Request and Frame as JSON text.
type (
	jsonRequest struct {
		ID     int64          `json:"id"`
		Method string         `json:"method"`
		Params jsontext.Value `json:"params,omitzero"`
	}
	jsonFrame struct {
		ID       int64            `json:"id,omitzero"`
		Result   jsontext.Value   `json:"result,omitzero"`
		Error    *Error           `json:"error,omitempty"`
		Event    *Event           `json:"event,omitempty"`
		Presence []PresenceChange `json:"presence,omitempty"`
		Typing   *Typing          `json:"typing,omitempty"`
		Bye      *Error           `json:"bye,omitempty"`
	}
)

// Encode appends v to dst. It panics if v cannot be encoded, which no value of
// this package's types causes: their texts are valid UTF-8 by the time they get
// here.
func (c Codec) Encode(dst []byte, v Body) []byte {
	var err error
	if c == JSON {
		dst, err = appendJSON(dst, v)
	} else {
		dst, err = v.MarshalMsg(dst)
	}
	if err != nil {
		panic(fmt.Sprintf("protocol: encode %T: %v", v, err))
	}
	return dst
}

func appendJSON(dst []byte, v any) ([]byte, error) {
	// Bytes that are not UTF-8 become U+FFFD rather than an error, so that one
	// bad row cannot make a room unreadable.
	b, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	return append(dst, b...), err
}

// Decode reads a document into v. The document has to be part of a body that
// passed Check. Unknown keys are ignored. An absent document (nil) leaves v as
// it is.
func (c Codec) Decode(doc []byte, v Body) error {
	if doc == nil {
		return nil
	}
	if c == JSON {
		if err := json.Unmarshal(doc, v); err != nil {
			return refuse("%v", err)
		}
		return nil
	}
	if _, err := v.UnmarshalMsg(doc); err != nil {
		return refuse("%v", err)
	}
	return nil
}

// AppendRequest appends the body of a request to dst.
func (c Codec) AppendRequest(dst []byte, id int64, method string, params Body) []byte {
	if c == JSON {
		r := jsonRequest{ID: id, Method: method, Params: c.Encode(nil, params)}
		return mustJSON(dst, &r)
	}
	dst = append(dst, 0x83)
	dst = msgp.AppendString(dst, "id")
	dst = msgp.AppendInt64(dst, id)
	dst = msgp.AppendString(dst, "method")
	dst = msgp.AppendString(dst, method)
	dst = msgp.AppendString(dst, "params")
	return c.Encode(dst, params)
}

// DecodeRequest checks a body and reads it as a request. Where the body is a
// document with an id, the id is returned with the error, so that it can be
// answered.
func (c Codec) DecodeRequest(body []byte) (Request, error) {
	if err := c.Check(body); err != nil {
		return Request{}, err
	}
	var r Request
	if c == JSON {
		var j jsonRequest
		if err := json.Unmarshal(body, &j); err != nil {
			return r, refuse("%v", err)
		}
		r = Request{ID: j.ID, Method: j.Method, Params: j.Params}
	} else if err := r.decodeMsgpack(body); err != nil {
		return r, refuse("%v", err)
	}
	switch {
	case r.ID < 1:
		return Request{}, refuse("a request needs an id from 1")
	case r.Method == "":
		return r, refuse("a request needs a method")
	case r.Params != nil && !c.isMap(r.Params):
		return r, refuse("params must be a map")
	}
	return r, nil
}

func (r *Request) decodeMsgpack(b []byte) error {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = msgp.ReadMapKeyZC(b); err != nil {
			break
		}
		switch string(key) {
		case "id":
			r.ID, b, err = msgp.ReadInt64Bytes(b)
		case "method":
			r.Method, b, err = msgp.ReadStringBytes(b)
		case "params":
			r.Params, b, err = skip(b)
		default:
			b, err = msgp.Skip(b)
		}
	}
	return err
}

// AppendReply appends the body of a reply to dst: of err if it is not nil,
// otherwise of result.
func (c Codec) AppendReply(dst []byte, id int64, result Body, err error) []byte {
	if c == JSON {
		f := jsonFrame{ID: id}
		if err != nil {
			f.Error = NewError(err)
		} else {
			f.Result = c.Encode(nil, result)
		}
		return mustJSON(dst, &f)
	}
	dst = append(dst, 0x82)
	dst = msgp.AppendString(dst, "id")
	dst = msgp.AppendInt64(dst, id)
	if err != nil {
		dst = msgp.AppendString(dst, "error")
		return c.Encode(dst, NewError(err))
	}
	dst = msgp.AppendString(dst, "result")
	return c.Encode(dst, result)
}

// AppendPush appends the body of the one push that f has.
func (c Codec) AppendPush(dst []byte, f *Frame) []byte {
	if c == JSON {
		return mustJSON(dst, &jsonFrame{Event: f.Event, Presence: f.Presence, Typing: f.Typing, Bye: f.Bye})
	}
	dst = append(dst, 0x81)
	switch {
	case f.Event != nil:
		dst = msgp.AppendString(dst, "event")
		return c.Encode(dst, f.Event)
	case f.Typing != nil:
		dst = msgp.AppendString(dst, "typing")
		return c.Encode(dst, f.Typing)
	case f.Bye != nil:
		dst = msgp.AppendString(dst, "bye")
		return c.Encode(dst, f.Bye)
	default:
		dst = msgp.AppendString(dst, "presence")
		dst = msgp.AppendArrayHeader(dst, uint32(len(f.Presence)))
		for i := range f.Presence {
			dst = c.Encode(dst, &f.Presence[i])
		}
		return dst
	}
}

// DecodeFrame checks a body and reads it as what a server sends. A frame that
// is neither a reply nor a known push is returned empty: ignore it.
func (c Codec) DecodeFrame(body []byte) (Frame, error) {
	if err := c.Check(body); err != nil {
		return Frame{}, err
	}
	if c == JSON {
		var j jsonFrame
		if err := json.Unmarshal(body, &j); err != nil {
			return Frame{}, refuse("%v", err)
		}
		return Frame{j.ID, j.Result, j.Error, j.Event, j.Presence, j.Typing, j.Bye}, nil
	}
	var f Frame
	if err := f.decodeMsgpack(body); err != nil {
		return Frame{}, refuse("%v", err)
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
		case "bye":
			f.Bye = new(Error)
			b, err = f.Bye.UnmarshalMsg(b)
		case "presence":
			var m uint32
			if m, b, err = msgp.ReadArrayHeaderBytes(b); err != nil {
				break
			}
			f.Presence = make([]PresenceChange, m) // Check has bounded it
			for i := range f.Presence {
				if b, err = f.Presence[i].UnmarshalMsg(b); err != nil {
					break
				}
			}
		default:
			b, err = msgp.Skip(b)
		}
	}
	return err
}

// skip splits b behind its first value.
func skip(b []byte) (value, rest []byte, err error) {
	rest, err = msgp.Skip(b)
	return b[:len(b)-len(rest)], rest, err
}

func mustJSON(dst []byte, v any) []byte {
	dst, err := appendJSON(dst, v)
	if err != nil {
		panic(fmt.Sprintf("protocol: encode %T: %v", v, err))
	}
	return dst
}

func refuse(format string, args ...any) error {
	return plausch.Errorf(plausch.Invalid, format, args...)
}
