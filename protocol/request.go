package protocol

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"
)

// Request is what a client sends.
type Request struct {
	ID     int64 // chosen by the client, from 1, unique among those not answered yet
	Method string
	Params []byte // a document of the codec, which may be part of the body; nil if absent
}

type jsonRequest struct {
	ID     int64          `json:"id"`
	Method string         `json:"method"`
	Params jsontext.Value `json:"params"`
}

// AppendRequest appends the body of a request to dst.
func (c Codec) AppendRequest(dst []byte, id int64, method string, params Body) []byte {
	dst = c.beginMap(dst, 3)
	dst = c.int(c.key(dst, "id"), id)
	dst = c.key(dst, "method")
	if c == JSON {
		dst, _ = jsontext.AppendQuote(dst, method) // an error is of UTF-8, which it mends
	} else {
		dst = msgp.AppendString(dst, method)
	}
	dst = c.Encode(c.key(dst, "params"), params)
	return c.endMap(dst)
}

// DecodeRequest checks a body and reads it as a request. If it has an id and can
// be answered, the id is returned with the error; otherwise the ID is 0.
func (c Codec) DecodeRequest(body []byte) (Request, error) {
	if err := c.Check(body); err != nil {
		return Request{}, err
	}
	var r Request
	if c == JSON {
		var j jsonRequest
		if err := json.Unmarshal(body, &j); err != nil {
			return Request{}, refuse("%v", err)
		}
		r = Request{ID: j.ID, Method: j.Method, Params: j.Params}
	} else if err := r.decodeMsgpack(body); err != nil {
		return Request{}, refuse("%v", err)
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
			var method []byte
			method, b, err = msgp.ReadStringZC(b)
			r.Method = methodOf(method)
		case "params":
			r.Params, b, err = skip(b)
		default:
			b, err = msgp.Skip(b)
		}
	}
	return err
}

// methodOf is string(name), without an allocation for the method that matters.
func methodOf(name []byte) string {
	if string(name) == MethodMessageSend {
		return MethodMessageSend
	}
	return string(name)
}
