package protocol

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"plausch"
)

// TestAllocations holds R14 for all vectors and for bodies that are made to cost
// as much as possible.
func TestAllocations(t *testing.T) {
	const fill = MaxFrame - 100
	try := func(name string, c Codec, body []byte) {
		t.Run(c.String()+"/"+name, func(t *testing.T) {
			wantModest(t, body, func() { c.DecodeRequest(body) })
			wantModest(t, body, func() { c.DecodeFrame(body) })
			docs := [][]byte{body}
			if r, err := c.DecodeRequest(body); err == nil && r.Params != nil {
				docs = append(docs, r.Params)
			}
			if f, err := c.DecodeFrame(body); err == nil && f.Result != nil {
				docs = append(docs, f.Result)
			}
			for _, doc := range docs {
				if c.Check(doc) != nil {
					continue
				}
				for _, m := range methodsInOrder {
					wantModest(t, doc, func() { c.Decode(doc, fresh(bodies[m].params)) })
					wantModest(t, doc, func() { c.Decode(doc, fresh(bodies[m].result)) })
				}
			}
		})
	}
	seedTest(t, try)

	text := func(s string) node { return node{kind: textNode, text: s} }
	list := func(n int, of node) node {
		l := node{kind: listNode}
		for range n {
			l.nodes = append(l.nodes, of)
		}
		return l
	}
	dict := func(pairs ...node) node { return node{kind: mapNode, nodes: pairs} }
	one := node{kind: intNode, uint: 1}
	many := func(n, deep int) node { // maps of n keys, deep in one another
		m := one
		for range deep {
			outer := dict()
			for i := range n {
				next := one
				if i == 0 {
					next = m
				}
				outer.nodes = append(outer.nodes, text(fmt.Sprint("k", i)), next)
			}
			m = outer
		}
		return m
	}
	for name, n := range map[string]node{
		"lists of empty maps": dict(
			text("presence"), list(256, dict()), text("capabilities"), list(256, text("")),
			text("rooms"), list(256, dict()), text("members"), list(256, dict()), text("events"), list(256, dict())),
		"events with members": dict(text("events"), list(256, dict(text("member"), dict(), text("from"), dict()))),
		"rooms with peers":    dict(text("rooms"), list(256, dict(text("peer"), dict()))),
		"64 keys, 31 deep":    many(64, 31),
		"lists of maps":       dict(text("x"), list(256, list(40, many(3, 1)))),
		"a large text":        dict(text("id"), one, text("method"), text(strings.Repeat("x", fill))),
		"a large text that JSON escapes": dict(text("id"), one, text("method"), text("message.send"),
			text("params"), dict(text("text"), text(strings.Repeat("\n", fill/6)))),
		"a large key twice": dict(text(strings.Repeat("\x01", fill/13)), one, text(strings.Repeat("\x01", fill/13)), one),
		"an error deep under large keys": dict(text("event"), dict(text("from"),
			dict(text(strings.Repeat("/~", fill/4)), dict(text("x"), node{kind: nilNode})))),
		"a wrong type under a large key": dict(text(strings.Repeat("~", fill/2)), one, text("id"), text("x")),
		"a large method":                 dict(text("id"), one, text("method"), text(strings.Repeat("\u00a0", fill/2))),
	} {
		try(name, JSON, n.appendJSON(nil, first))
		try(name, Msgpack, n.appendMsgpack(nil, first))
	}
	try("a long number", JSON, []byte(`{"id":1,"x":`+strings.Repeat("9", fill)+`}`))
	try("many numbers", JSON, []byte(`{"id":1,"method":"x","params":{"x":[`+strings.Repeat(`1e9,`, 255)+`1e999]}}`))
	try("an unfinished text", JSON, append([]byte(`{"x":"`), bytes.Repeat([]byte(`\u0041`), fill/6)...))
	try("brackets", JSON, append([]byte(`{"x":`), bytes.Repeat([]byte("["), fill)...))
}

func seedTest(t *testing.T, try func(name string, c Codec, body []byte)) {
	for _, file := range []string{"requests.json", "replies.json", "pushes.json"} {
		var all []vector
		readFile(t, file, &all)
		for _, v := range all {
			try(v.Name, JSON, v.body(t, JSON))
			try(v.Name, Msgpack, v.body(t, Msgpack))
		}
	}
	for _, file := range []string{"accepted.json", "refused.json"} {
		var all []odd
		readFile(t, file, &all)
		for _, o := range all {
			try(o.Name, o.codec(), o.body(t))
		}
	}
}

// TestErrorsFitFrames sends errors about the largest names there can be.
func TestErrorsFitFrames(t *testing.T) {
	long := strings.Repeat("ü\x01", MaxFrame)
	for _, err := range []error{
		plausch.Errorf(plausch.Unsupported, "there is no method %q", long),
		plausch.Errorf(plausch.Unsupported, "%s", long),
		plausch.Errorf(plausch.Unsupported, "%s", "x"+long),
		plausch.Errorf(plausch.Unsupported, "%s", strings.Repeat("\xff", MaxFrame)),
	} {
		for _, c := range []Codec{Msgpack, JSON} {
			body := c.AppendReply(nil, 1, nil, err)
			f, err := c.DecodeFrame(body)
			if err != nil {
				t.Fatal(err)
			}
			if m := f.Error.Message; len(body) > MaxFrameBeforeSignIn || !utf8.ValidString(m) || !strings.HasSuffix(m, "…") {
				t.Errorf("%d bytes with the message %q", len(body), m)
			}
		}
	}
	for i := range 3 {
		if got := short("xxx"[:i] + strings.Repeat("€", MaxFrame)); !utf8.ValidString(got) {
			t.Errorf("%q is cut in the middle of a character", got)
		}
	}
	for _, n := range []int{maxMessage - 1, maxMessage, maxMessage + 1} {
		if got := len(short(strings.Repeat("x", n))); got != min(n, maxMessage) {
			t.Errorf("of %d bytes %d are left", n, got)
		}
	}
}

func TestErrorWithoutCode(t *testing.T) {
	if e := NewError(fmt.Errorf("secret")); e.Code != "internal" || strings.Contains(e.Message, "secret") {
		t.Errorf("got %+v", e)
	}
	for _, wait := range []int64{-1, 1 << 62} {
		if got := (&Error{RetryAfter: wait}).Error().RetryAfter; got < 0 || got > maxRetryAfter {
			t.Errorf("%d milliseconds become %v", wait, got)
		}
	}
}

// TestMendsText shows that what is not UTF-8 cannot make a frame that the other
// side refuses, and comes the same in both codecs.
func TestMendsText(t *testing.T) {
	const bad, mended = "a\xffb\xed\xa0\x80", "a\ufffdb\ufffd\ufffd\ufffd"
	e := plausch.Event{Room: 1, Seq: 1, Kind: plausch.EventMessage, Actor: plausch.AccountRef{ID: 1, Name: bad}, Text: bad}
	for _, c := range []Codec{Msgpack, JSON} {
		format := Format{Codec: c}
		f, err := c.DecodeFrame(PrepareEvents([]plausch.Event{e}).Frames(format)[headRoom:])
		if err != nil {
			t.Fatal(err)
		}
		if f.Event.Text != mended || f.Event.From.Name != mended {
			t.Errorf("%v: got %+v", c, f.Event)
		}
		r, err := c.DecodeRequest(c.AppendRequest([]byte("before")[:0], 1, "x", &MessageSend{Text: bad}))
		if err != nil {
			t.Fatal(err)
		}
		var p MessageSend
		if err := c.Decode(r.Params, &p); err != nil || p.Text != mended {
			t.Errorf("%v: got %+v, %v", c, p, err)
		}
	}
}

// TestEventSize holds the promise that a page is built on.
func TestEventSize(t *testing.T) {
	for i, text := range append(largestTexts, largestTexts...) {
		e := largestEvent(text)
		if i >= len(largestTexts) {
			e.Attachments, e.Details = largestFiles(), largestDetails()
		}
		w := NewEvent(&e)
		for _, c := range []Codec{Msgpack, JSON} {
			if size := len(c.Encode(nil, &w)) + 1; size > EventSize(&e) { // and a comma
				t.Errorf("%v: the event with text %.10q has %d bytes, not at most %d", c, text, size, EventSize(&e))
			}
		}
		if size := len(JSON.Encode(nil, &w)); size < EventSize(&e)-128 {
			t.Errorf("the event with text %.10q has %d bytes, far fewer than %d", text, size, EventSize(&e))
		}
	}
	long := strings.Repeat(`"`, plausch.MaxDescription)
	e := largestEvent("")
	e.Details = &plausch.Details{Role: plausch.RoomMember, Room: &plausch.RoomChange{
		Topic: &long, Description: &long, Picture: &long, Writers: (*plausch.Writers)(&long), Retention: new(time.Duration(1<<63 - 1)), Archived: new(false),
	}}
	sealed := largestEvent("")
	sealed.Details = &plausch.Details{Scheme: strings.Repeat("x", plausch.MaxScheme), Sealed: strings.Repeat("x", plausch.MaxSealed)}
	for _, e := range []plausch.Event{e, sealed} {
		w := NewEvent(&e)
		for _, c := range []Codec{Msgpack, JSON} {
			if size := len(c.Encode(nil, &w)) + 1; size > EventSize(&e) {
				t.Errorf("%v: a %s has %d bytes, not at most %d", c, e.Kind, size, EventSize(&e))
			}
		}
	}
	if size := EventSize(&sealed); size > MaxPageBytes {
		t.Errorf("a sealed message has %d bytes, which no page has room for", size)
	}
}

// TestMessageSize is TestEventSize of messages as they are now.
func TestMessageSize(t *testing.T) {
	for _, text := range largestTexts {
		m := plausch.Message{Event: largestEvent(text), Edited: 1<<63 - 1, Deleted: 1<<63 - 1, Pinned: 1<<63 - 1}
		m.Attachments, m.Details = largestFiles(), largestDetails()
		m.Quote = &plausch.Quote{Seq: 1<<63 - 1, Actor: m.Actor, Text: text[:min(len(text), plausch.MaxQuote)], Files: plausch.MaxAttachments, Sealed: true, Deleted: true}
		m.Reactions = slices.Repeat([]plausch.Reaction{{
			Emoji: strings.Repeat("x", plausch.MaxEmoji), Count: 1<<63 - 1, Mine: true, First: slices.Repeat([]plausch.AccountRef{m.Actor}, plausch.ReactionNames),
		}}, plausch.MaxReactions)
		w := NewMessage(&m)
		for _, c := range []Codec{Msgpack, JSON} {
			if size := len(c.Encode(nil, &w)) + 1; size > MessageSize(&m) {
				t.Errorf("%v: the message with text %.10q has %d bytes, not at most %d", c, text, size, MessageSize(&m))
			}
		}
	}
}

var largestTexts = []string{
	"", "x", strings.Repeat("x", plausch.MaxText), strings.Repeat("\"", plausch.MaxText), strings.Repeat(`\`, plausch.MaxText),
	strings.Repeat("\n\t", plausch.MaxText/2), strings.Repeat("\u2028", plausch.MaxText/3), strings.Repeat("</&>", plausch.MaxText/4),
	strings.Repeat("\xff", plausch.MaxText), strings.Repeat("\x7f\u0085", plausch.MaxText/3), strings.Repeat("\ufffd", plausch.MaxText/3),
}

// largestEvent is an event in which all but the text is as large as can be.
func largestEvent(text string) plausch.Event {
	const most = 1<<63 - 1
	ref := plausch.AccountRef{ID: most, Name: strings.Repeat("x", 32), Display: strings.Repeat(`"`, plausch.MaxDisplay)}
	return plausch.Event{
		Room: most, Seq: most, Time: time.UnixMilli(most), Kind: plausch.EventMessage, Actor: ref, Member: ref,
		Target: most, Text: text, ClientID: strings.Repeat(`\`, plausch.MaxClientID),
	}
}

// largestDetails are mentions, of a message or an edit, as large as can be.
func largestDetails() *plausch.Details {
	return &plausch.Details{Mentions: slices.Repeat([]plausch.AccountID{1<<63 - 1}, plausch.MaxMentions), MentionsRoom: true}
}

// largestFiles are as many as fit a message, each as large as can be.
func largestFiles() []plausch.Attachment {
	file := plausch.Attachment{
		ID: strings.Repeat("Z", 26), Name: strings.Repeat(`"`, plausch.MaxFileName), Type: "text/plain; charset=utf-16be", Size: 1<<63 - 1,
		Media: &plausch.Media{
			Width: 1 << 31, Height: 1 << 31, Orientation: 8, Thumbnail: true, Thumbhash: strings.Repeat("/", 36),
			Duration: plausch.MaxDuration, Waveform: strings.Repeat("_", plausch.WaveformSteps),
		},
	}
	return slices.Repeat([]plausch.Attachment{file}, plausch.MaxAttachments)
}

// TestLargestMessage shows that the largest message with the most files fits a
// frame, there and back.
func TestLargestMessage(t *testing.T) {
	const most = 1<<63 - 1
	ids := slices.Repeat([]string{strings.Repeat("Z", 26)}, plausch.MaxAttachments)
	for _, text := range largestTexts {
		e := largestEvent(text)
		e.Attachments = largestFiles()
		w := NewEvent(&e)
		send := MessageSend{Room: most, Text: text, ClientID: e.ClientID, Attachments: ids}
		for _, c := range []Codec{Msgpack, JSON} {
			for _, body := range [][]byte{
				c.AppendPush(nil, &Frame{Event: &w}), c.AppendReply(nil, most, &History{Events: []Event{w}, More: true}, nil),
				c.AppendRequest(nil, most, MethodMessageSend, &send),
			} {
				if err := c.Check(body); err != nil {
					t.Errorf("%v: %.20q… with the text %.10q is refused: %v", c, body, text, err)
				}
			}
		}
		if size := EventSize(&e); size > MaxPageBytes && utf8.ValidString(text) {
			t.Errorf("an event with the text %.10q has %d bytes, which no page has room for", text, size)
		}
	}
}

// TestQuotedSize compares with what the JSON encoder makes of every character.
func TestQuotedSize(t *testing.T) {
	texts := []string{"", "\xed\xa0\x80", "\xf0\x9f\x91", "a\xe2\x82b", "\xc0\x80", "\xf4\x90\x80\x80"}
	for b := range 256 {
		texts = append(texts, string([]byte{byte(b)}), string([]byte{'x', byte(b), 'x'}))
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		texts = append(texts, string(r))
	}
	for _, text := range texts {
		if got, want := quotedSize(text), len(appendJSON(nil, &Account{Name: text}))-len(appendJSON(nil, &Account{})); got != want {
			t.Fatalf("%q takes %d bytes, not %d", text, want, got)
		}
	}
}

// fullPage is as many events with a text as MaxPage and MaxPageBytes let in.
func fullPage(text string) *History {
	e := largestEvent(text)
	h := &History{More: true}
	for size := EventSize(&e); size <= MaxPageBytes && len(h.Events) < MaxPage; size += EventSize(&e) {
		h.Events = append(h.Events, NewEvent(&e))
	}
	return h
}

// TestLargestResults shows that full pages fit a frame.
func TestLargestResults(t *testing.T) {
	const most = 1<<63 - 1
	name := strings.Repeat("x", 32)
	display := strings.Repeat(`"`, plausch.MaxDisplay)
	peer := Account{ID: most, Name: name, Display: display}
	var rooms Rooms
	var members Members
	var push Frame
	for range MaxPage {
		rooms.Rooms = append(rooms.Rooms, Room{ID: most, Kind: "direct", Peer: &peer, Seq: most, Joined: true})
		members.Members = append(members.Members, Member{ID: most, Name: name, Display: display, Role: "member", Presence: "offline"})
		push.Presence = append(push.Presence, PresenceChange{Account: peer, Presence: "offline"})
	}
	var accounts Accounts
	var invites Invites
	var audit Audit
	var devices Devices
	for range MaxLongPage {
		accounts.Accounts = append(accounts.Accounts, AccountInfo{ID: most, Name: name, Display: display, Role: "member", State: "deactivated", Bot: true, Created: most, Seen: most})
		invites.Invites = append(invites.Invites, Invite{ID: most, Maker: &peer, Role: "member", Uses: most, Used: most, Rooms: slices.Repeat([]string{name}, 20), Created: most, Expires: most})
		audit.Entries = append(audit.Entries, AuditEntry{ID: most, Time: most, Actor: &peer, Action: "deactivate", Account: &peer, Detail: name + ", with its messages"})
	}
	for range 100 {
		devices.Devices = append(devices.Devices, Device{ID: most, Program: display, Created: most, Used: most, Here: true})
	}
	if n := len(fullPage(strings.Repeat("line\n", plausch.MaxText/5)).Events); n != 3 {
		t.Errorf("of the largest texts a page has %d events, not 3", n)
	}
	for _, c := range []Codec{Msgpack, JSON} {
		for _, text := range largestTexts {
			body := c.AppendReply(nil, most, fullPage(text), nil)
			if err := c.Check(body); err != nil {
				t.Errorf("%v: %.20q… with the texts %.10q is refused: %v", c, body, text, err)
			}
		}
		for _, body := range [][]byte{
			c.AppendReply(nil, most, &rooms, nil), c.AppendReply(nil, most, &members, nil), c.AppendPush(nil, &push),
			c.AppendReply(nil, most, &accounts, nil), c.AppendReply(nil, most, &invites, nil),
			c.AppendReply(nil, most, &audit, nil), c.AppendReply(nil, most, &devices, nil),
		} {
			if err := c.Check(body); err != nil {
				t.Errorf("%v: %.20q… is refused: %v", c, body, err)
			}
		}
	}
}
