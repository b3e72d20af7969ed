package protocol

import (
	"math"
	"reflect"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// R15 of the promises: the codecs accept the same documents and read the same in
// them.

func wantSame(t interface {
	Helper()
	Errorf(string, ...any)
}, kind string, n *node, pick choose) {
	t.Helper()
	text, pack := n.appendJSON(nil, pick), n.appendMsgpack(nil, pick)
	if len(text) > MaxFrame || len(pack) > MaxFrame {
		return // one may fit where the other does not
	}
	a, b := outcomeOf(JSON, kind, text), outcomeOf(Msgpack, kind, pack)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("as a %s\n%s\ngives\n%+v,\nand %x\ngives\n%+v", kind, text, a, pack, b)
	}
}

func TestCodecsAgree(t *testing.T) {
	for _, kind := range []string{"request", "frame"} {
		t.Run(kind, rapid.MakeCheck(func(t *rapid.T) {
			n := documents(kind, t)
			pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "form") }
			wantSame(t, kind, &n, pick)
		}))
	}
}

// documents draws documents that are often nearly right.
func documents(kind string, t *rapid.T) node {
	top := []string{"id", "result", "error", "event", "presence", "typing", "marker", "draft", "bye"}
	if kind == "request" {
		top = []string{"id", "method", "params"}
	}
	n := node{kind: mapNode}
	for _, key := range top {
		if len(top) == 3 && rapid.IntRange(0, 9).Draw(t, "has") > 0 || rapid.Bool().Draw(t, "has") {
			n.nodes = append(n.nodes, node{kind: textNode, text: key}, right(key, t, 0))
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "more") == 0 {
		key := rapid.SampledFrom(append(top, "", "x", "ID")).Draw(t, "key")
		n.nodes = append(n.nodes, node{kind: textNode, text: key}, value(t, 1))
	}
	return n
}

// kinds says what is right for a key, of all types at once.
var kinds = map[string]nodeKind{
	"id": intNode, "room": intNode, "seq": intNode, "time": intNode, "version": intNode, "after": intNode,
	"before": intNode, "limit": intNode, "retry_after": intNode, "frame": intNode, "page": intNode,
	"transient": boolNode, "public": boolNode, "joined": boolNode, "more": boolNode, "guests": boolNode,
	"params": mapNode, "result": mapNode, "error": mapNode, "event": mapNode, "bye": mapNode, "from": mapNode,
	"member": mapNode, "peer": mapNode, "account": mapNode, "limits": mapNode,
	"capabilities": listNode, "rooms": listNode, "members": listNode, "events": listNode,
	"method": textNode, "name": textNode, "text": textNode, "client_id": textNode, "to": textNode, "kind": textNode,
	"token": textNode, "role": textNode, "code": textNode, "message": textNode,
	// these mean different things in different places
	"presence": nilNode, "typing": nilNode, "marker": nilNode, "draft": mapNode,
}

var keys = rapid.SampledFrom([]string{
	"id", "room", "seq", "time", "version", "after", "before", "limit", "retry_after", "frame", "page", "transient",
	"public", "joined", "more", "guests", "from", "member", "peer", "account", "limits", "capabilities", "rooms",
	"members", "events", "name", "text", "client_id", "to", "kind", "token", "role", "code", "message", "presence", "marker", "unread",
})

// right draws a value for a key, mostly of the right kind.
func right(key string, t *rapid.T, depth int) node {
	kind := kinds[key]
	if kind == nilNode {
		kind = rapid.SampledFrom([]nodeKind{textNode, listNode, mapNode}).Draw(t, "kind")
	}
	if rapid.IntRange(0, 19).Draw(t, "wrong") == 0 || depth > 4 {
		return value(t, depth)
	}
	switch kind {
	case textNode:
		if key == "method" {
			return node{kind: textNode, text: rapid.SampledFrom(methodsInOrder).Draw(t, "method")}
		}
	case mapNode:
		n := node{kind: mapNode}
		for _, key := range rapid.SliceOfNDistinct(keys, 0, 6, rapid.ID).Draw(t, "keys") {
			n.nodes = append(n.nodes, node{kind: textNode, text: key}, right(key, t, depth+1))
		}
		return n
	case listNode:
		element := map[string]string{"capabilities": "name"}[key]
		if element == "" {
			element = "account"
		}
		n := node{kind: listNode}
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			n.nodes = append(n.nodes, right(element, t, depth+1))
		}
		return n
	}
	return scalar(t, kind)
}

func value(t *rapid.T, depth int) node {
	kind := nodeKind(rapid.IntRange(int(nilNode), int(mapNode)).Draw(t, "kind"))
	n := node{kind: kind}
	switch {
	case kind == nilNode && rapid.IntRange(0, 3).Draw(t, "nil") > 0:
		return node{kind: boolNode}
	case kind != listNode && kind != mapNode:
		return scalar(t, kind)
	case rapid.IntRange(0, 9).Draw(t, "deep") == 0:
		for range rapid.IntRange(25, 35).Draw(t, "depth") {
			n = node{kind: listNode, nodes: []node{n}}
		}
		return n
	case rapid.IntRange(0, 9).Draw(t, "long") == 0:
		for range 2 * rapid.SampledFrom([]int{63, 64, 65, 128, 129, 255, 256, 257}).Draw(t, "length") {
			next := node{kind: intNode}
			if kind == mapNode && len(n.nodes)%2 == 0 {
				next = node{kind: textNode, text: string(rune(len(n.nodes) + 0x100))}
			}
			n.nodes = append(n.nodes, next)
		}
		return n
	}
	for range rapid.IntRange(0, 3).Draw(t, "elements") {
		if kind == mapNode {
			n.nodes = append(n.nodes, scalar(t, textNode))
		}
		n.nodes = append(n.nodes, value(t, depth+1))
	}
	return n
}

func scalar(t *rapid.T, kind nodeKind) node {
	n := node{kind: kind}
	switch kind {
	case boolNode:
		n.bool = rapid.Bool().Draw(t, "bool")
	case intNode:
		n.uint = rapid.OneOf(rapid.Uint64Range(0, 300), rapid.Uint64(), rapid.SampledFrom([]uint64{
			1<<15 - 1, 1 << 15, 1<<16 - 1, 1 << 16, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, math.MaxUint64,
		})).Draw(t, "int")
		n.neg = n.uint > 0 && n.uint <= 1<<63 && rapid.IntRange(0, 3).Draw(t, "negative") == 0
	case floatNode:
		n.float = rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
			0, math.Copysign(0, -1), 1, 1e3, 1.5, 1 << 53, math.MaxFloat64, math.SmallestNonzeroFloat64,
		})).Draw(t, "float")
	case textNode:
		n.text = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"", "x", "y", "null", "{", "\"", "\\", "\\u0061", "\x00", "\xff", "\xed\xa0\x80", "\u2028", "😀", "\ufffd", "\ufeff",
		})).Draw(t, "text")
	}
	return n
}

// seed adds every vector to a fuzz target.
func seed(f *testing.F, add func(c Codec, kind string, body []byte)) {
	for file, kind := range map[string]string{"requests.json": "request", "replies.json": "frame", "pushes.json": "frame"} {
		var all []vector
		readFile(f, file, &all)
		for _, v := range all {
			add(JSON, kind, v.body(f, JSON))
			add(Msgpack, kind, v.body(f, Msgpack))
		}
	}
	for _, file := range []string{"accepted.json", "refused.json"} {
		var all []odd
		readFile(f, file, &all)
		for _, o := range all {
			add(o.codec(), o.Kind, o.body(f))
		}
	}
}

// codecOf makes a codec of a fuzzed bool.
func codecOf(isJSON bool) Codec {
	if isJSON {
		return JSON
	}
	return Msgpack
}

// FuzzCodecsAgree writes whatever one codec can read in the other one.
func FuzzCodecsAgree(f *testing.F) {
	seed(f, func(c Codec, _ string, body []byte) { f.Add(c == JSON, body) })
	f.Fuzz(func(t *testing.T, isJSON bool, body []byte) {
		c := codecOf(isJSON)
		n, err := parse(c, body)
		if err != nil || len(body) > MaxFrame {
			return
		}
		for _, kind := range []string{"request", "frame"} {
			wantSame(t, kind, &n, first)
			// What was given means the same as what was made of it.
			if made := n.appendIn(c); len(made) <= MaxFrame {
				a, b := outcomeOf(c, kind, body), outcomeOf(c, kind, made)
				if !reflect.DeepEqual(a, b) {
					t.Errorf("as a %s in %v %q gives\n%+v, and %q gives\n%+v", kind, c, body, a, made, b)
				}
			}
		}
	})
}

func (n *node) appendIn(c Codec) []byte {
	if c == JSON {
		return n.appendJSON(nil, first)
	}
	return n.appendMsgpack(nil, first)
}

// R14: no decoder panics, or allocates more than eight times what it was given
// and 64 KiB.

func FuzzDecodeRequest(f *testing.F) {
	seed(f, func(c Codec, kind string, body []byte) {
		if kind == "request" {
			f.Add(c == JSON, body)
		}
	})
	f.Fuzz(func(t *testing.T, isJSON bool, body []byte) {
		c := codecOf(isJSON)
		wantModest(t, body, func() { c.DecodeRequest(body) })
		r, err := c.DecodeRequest(body)
		if b, known := bodies[r.Method]; err == nil && known {
			wantModest(t, body, func() { c.Decode(r.Params, fresh(b.params)) })
		}
	})
}

func FuzzDecodeFrame(f *testing.F) {
	seed(f, func(c Codec, kind string, body []byte) {
		if kind == "frame" {
			f.Add(c == JSON, body)
		}
	})
	f.Fuzz(func(t *testing.T, isJSON bool, body []byte) {
		c := codecOf(isJSON)
		wantModest(t, body, func() { c.DecodeFrame(body) })
	})
}

// FuzzDecode decodes a document as every type of params and of results.
func FuzzDecode(f *testing.F) {
	seed(f, func(c Codec, kind string, body []byte) {
		if r, err := c.DecodeRequest(body); err == nil && kind == "request" {
			f.Add(c == JSON, r.Params)
		}
		if r, err := c.DecodeFrame(body); err == nil && kind == "frame" && r.Result != nil {
			f.Add(c == JSON, r.Result)
		}
	})
	f.Fuzz(func(t *testing.T, isJSON bool, doc []byte) {
		c := codecOf(isJSON)
		if c.Check(doc) != nil {
			return
		}
		for _, m := range methodsInOrder {
			for _, b := range []Body{bodies[m].params, bodies[m].result} {
				wantModest(t, doc, func() { c.Decode(doc, fresh(b)) })
			}
		}
	})
}

// wantModest fails if f allocates too much for the body that it decodes.
func wantModest(t testing.TB, body []byte, f func()) {
	t.Helper()
	most := 8*uint64(len(body)) + 64<<10
	var got uint64
	for range 4 { // others may allocate meanwhile, and pools be filled
		if got = allocated(f); got <= most {
			return
		}
	}
	t.Errorf("%d bytes were allocated for %d, at most %d are allowed: %.100q", got, len(body), most, body)
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
