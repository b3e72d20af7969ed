package storetest

import (
	"fmt"
	"strings"
	"time"

	"plausch"
	"plausch/internal/store"
)

// targeted is an event of a kind about the message target.
func targeted(kind plausch.EventKind, room plausch.RoomID, actor plausch.AccountRef, target int64, text string) store.Draft {
	return store.Draft{Room: room, Time: start, Kind: kind, Actor: actor, Target: target, Text: text}
}

// answer is a message that answers the message target.
func answer(room plausch.RoomID, actor plausch.AccountRef, target int64, text string) store.Draft {
	d := message(room, actor, text)
	d.Target = target
	return d
}

// mentioning gives a draft mentions.
func mentioning(d store.Draft, ids ...plausch.AccountID) store.Draft {
	d.Details = &plausch.Details{Mentions: ids}
	return d
}

// drawMessage draws a message as one line.
func drawMessage(m *plausch.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", m.Seq, m.Actor.Name)
	if q := m.Quote; q != nil {
		fmt.Fprintf(&b, " >%d %s %q", q.Seq, q.Actor.Name, q.Text)
		if q.Files > 0 {
			fmt.Fprintf(&b, " %d files", q.Files)
		}
		if q.Deleted {
			b.WriteString(" deleted")
		}
		if q.Sealed {
			b.WriteString(" sealed")
		}
		b.WriteString(":")
	}
	fmt.Fprintf(&b, " %q", m.Text)
	for _, a := range m.Attachments {
		b.WriteString(" +" + a.Name)
	}
	if d := m.Details; d != nil {
		for _, id := range d.Mentions {
			fmt.Fprintf(&b, " @%d", id)
		}
		if d.MentionsRoom {
			b.WriteString(" @room")
		}
		if d.Scheme != "" {
			fmt.Fprintf(&b, " %s:%s", d.Scheme, d.Sealed)
		}
	}
	for _, change := range []struct {
		name string
		seq  int64
	}{{"edited", m.Edited}, {"deleted", m.Deleted}, {"pinned", m.Pinned}} {
		if change.seq != 0 {
			fmt.Fprint(&b, " ", change.name, change.seq)
		}
	}
	for _, r := range m.Reactions {
		fmt.Fprintf(&b, " %s%d", r.Emoji, r.Count)
		if r.Mine {
			b.WriteString("!")
		}
		for i, a := range r.First {
			fmt.Fprintf(&b, ",%s:%d", a.Name, r.Seqs[i])
		}
	}
	return b.String()
}

// messages draws a page as an account sees it.
func (f *fixture) messages(room plausch.RoomID, who plausch.AccountRef, p store.MessageQuery) string {
	f.Helper()
	if p.Limit == 0 {
		p.Limit = 100
	}
	state, err := f.Messages(f.ctx(), room, who.ID, p)
	f.ok(err)
	var lines []string
	for i := range state.Messages {
		lines = append(lines, drawMessage(&state.Messages[i]))
	}
	if state.Older {
		lines = append([]string{"older"}, lines...)
	}
	if state.Newer {
		lines = append(lines, "newer")
	}
	return strings.Join(lines, "\n")
}

func lines(all ...string) string { return strings.Join(all, "\n") }

var messageTests = []test{
	{"a message shows what was done to it", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		room := plausch.PublicRoom
		f.one(message(room, ann, "one"))                                      // 1
		f.one(answer(room, bob, 1, "two"))                                    // 2
		f.one(targeted(plausch.EventEdit, room, ann, 1, "one!"))              // 3
		f.one(targeted(plausch.EventReact, room, bob, 1, "👍"))                // 4
		f.one(targeted(plausch.EventReact, room, eve, 1, "❤"))                // 5
		f.one(targeted(plausch.EventReact, room, ann, 1, "👍"))                // 6
		f.one(targeted(plausch.EventPin, room, eve, 2, ""))                   // 7
		f.one(mentioning(message(room, eve, "three"), ann.ID, bob.ID))        // 8
		f.one(mentioning(targeted(plausch.EventEdit, room, ann, 1, "1"), 12)) // 9
		f.equal("as ann", f.messages(room, ann, store.MessageQuery{}), lines(
			`1 ann "1" @12 edited9 👍2!,bob:4,ann:6 ❤1,eve:5`,
			`2 bob >1 ann "1": "two" pinned7`,
			fmt.Sprintf(`8 eve "three" @%d @%d`, ann.ID, bob.ID)))
		f.one(targeted(plausch.EventUnreact, room, ann, 1, "👍"))
		f.one(targeted(plausch.EventUnpin, room, ann, 2, ""))
		f.equal("as bob", f.messages(room, bob, store.MessageQuery{Limit: 1, Before: 2}), lines(`1 ann "1" @12 edited9 👍1!,bob:4 ❤1,eve:5`, "newer"))
		f.equal("the answer", f.messages(room, bob, store.MessageQuery{Limit: 1, Before: 3}), lines("older", `2 bob >1 ann "1": "two"`, "newer"))
	}},
	{"the log keeps what was done, and by what target", func(f *fixture) {
		ann := f.member("ann")
		room := plausch.PublicRoom
		f.one(message(room, ann, "one"))
		f.one(mentioning(targeted(plausch.EventEdit, room, ann, 1, "two"), ann.ID))
		f.one(targeted(plausch.EventReact, room, ann, 1, "👍"))
		f.one(answer(room, ann, 1, "three"))
		var got []string
		for _, e := range f.log(room) {
			got = append(got, fmt.Sprint(e.Seq, e.Kind, e.Target, e.Text, e.Details != nil && e.Mentions(ann.ID)))
		}
		f.equal("log", got, []string{"1message0onefalse", "2edit1twotrue", "3react1👍false", "4message1threefalse"})
	}},
	{"a deleted message leaves nothing of its texts", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.upload(ann, "file", 10)
		d := mentioning(message(room, ann, "secret"), bob.ID)
		d.Attachments = []string{"file"}
		f.one(d) // 1
		f.one(answer(room, bob, 1, "what?"))
		f.one(targeted(plausch.EventEdit, room, ann, 1, "more secret"))
		f.one(targeted(plausch.EventReact, room, bob, 1, "👍"))
		f.one(targeted(plausch.EventPin, room, bob, 1, ""))
		f.equal("before", f.messages(room, bob, store.MessageQuery{}), lines(
			`1 ann "more secret" +file.png edited3 pinned5 👍1!,bob:4`, `2 bob >1 ann "more secret" 1 files: "what?"`))
		f.one(targeted(plausch.EventDelete, room, ann, 1, "")) // 6
		f.equal("after", f.messages(room, bob, store.MessageQuery{}), lines(`1 ann "" deleted6`, `2 bob >1 ann "" deleted: "what?"`))
		for _, e := range f.log(room) {
			if strings.Contains(e.Text, "secret") || len(e.Attachments) > 0 || e.Seq != 2 && e.Details != nil {
				f.Errorf("the log has %+v", e)
			}
		}
		f.equal("the edit", []any{f.log(room)[2].Kind, f.log(room)[2].Target}, []any{plausch.EventEdit, 1})
		_, err := f.Attachment(f.ctx(), "file")
		f.code(plausch.NotFound, err)
		bytes, err := f.AttachedBytes(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("bytes", bytes, 0)
		for _, kind := range []plausch.EventKind{plausch.EventEdit, plausch.EventReact, plausch.EventUnreact, plausch.EventPin, plausch.EventUnpin} {
			r := f.append(targeted(kind, room, ann, 1, "👍"))[0]
			f.code(plausch.NotFound, r.Err)
		}
		f.equal("again", f.append(targeted(plausch.EventDelete, room, ann, 1, ""))[0], store.Appended{Unchanged: true})
		f.ok(f.append(answer(room, bob, 1, "hm"))[0].Err)
	}},
	{"what is already so changes nothing", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.one(message(room, ann, "one"))
		react, pin := targeted(plausch.EventReact, room, ann, 1, "👍"), targeted(plausch.EventPin, room, ann, 1, "")
		unreact, unpin := targeted(plausch.EventUnreact, room, bob, 1, "👍"), targeted(plausch.EventUnpin, room, bob, 1, "")
		f.equal("not there yet", f.append(unreact, unpin), []store.Appended{{Unchanged: true}, {Unchanged: true}})
		f.one(react)
		f.one(pin)
		f.equal("again", f.append(react, pin, unreact), []store.Appended{{Unchanged: true}, {Unchanged: true}, {Unchanged: true}})
		f.equal("events", len(f.log(room)), 3)
	}},
	{"only a message of the room is a target", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(message(plausch.PublicRoom, ann, "one"))
		f.one(message(room, ann, "two"))                               // 2
		f.one(targeted(plausch.EventReact, room, ann, 2, "👍"))         // 3
		for _, seq := range []int64{1, 3, 4, 1 << 32, 1<<32 + 2, -1} { // a join, a reaction, none
			for _, kind := range []plausch.EventKind{plausch.EventMessage, plausch.EventEdit, plausch.EventDelete, plausch.EventReact, plausch.EventUnreact, plausch.EventPin, plausch.EventUnpin} {
				if r := f.append(targeted(kind, room, ann, seq, "👍"))[0]; plausch.CodeOf(r.Err) != plausch.NotFound {
					f.Errorf("%s of %d: %+v", kind, seq, r)
				}
			}
		}
	}},
	{"a message has so many different reactions", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.one(message(room, ann, "one"))
		for i := range plausch.MaxReactions {
			f.one(targeted(plausch.EventReact, room, ann, 1, string(rune('🐀'+rune(i)))))
		}
		f.code(plausch.Invalid, f.append(targeted(plausch.EventReact, room, bob, 1, "👍"))[0].Err)
		f.one(targeted(plausch.EventReact, room, bob, 1, "🐀"))
		f.one(targeted(plausch.EventUnreact, room, ann, 1, "🐁"))
		f.one(targeted(plausch.EventReact, room, bob, 1, "👍"))
	}},
	{"a page has as many messages as asked for, whatever else happened", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "room", ann) // seq 1 is the join
		var seqs []int64
		for i := range 10 {
			seqs = append(seqs, f.one(message(room, ann, fmt.Sprint(i))).Seq)
			for j := range 5 {
				f.one(targeted(plausch.EventReact, room, ann, seqs[i], string(rune('🐀'+rune(j)))))
			}
		}
		page := func(p store.MessageQuery) (got []int64, older, newer bool) {
			f.Helper()
			state, err := f.Messages(f.ctx(), room, ann.ID, p)
			f.ok(err)
			f.equal("as of", []int64{state.AsOf, state.First}, []int64{61, 1})
			for _, m := range state.Messages {
				got = append(got, m.Seq)
			}
			return got, state.Older, state.Newer
		}
		expect := func(what string, p store.MessageQuery, older bool, want []int64, newer bool) {
			f.Helper()
			got, hasOlder, hasNewer := page(p)
			f.equal(what, []any{hasOlder, got, hasNewer}, []any{older, want, newer})
		}
		after := func(seq int64) *int64 { return &seq }
		expect("newest", store.MessageQuery{Limit: 3}, true, seqs[7:], false)
		expect("all", store.MessageQuery{Limit: 10}, false, seqs, false)
		expect("before", store.MessageQuery{Limit: 3, Before: seqs[7]}, true, seqs[4:7], true)
		expect("before the second", store.MessageQuery{Limit: 3, Before: seqs[1]}, false, seqs[:1], true)
		expect("before the first", store.MessageQuery{Limit: 3, Before: seqs[0]}, false, nil, true)
		expect("before far ahead", store.MessageQuery{Limit: 3, Before: 1 << 40}, true, seqs[7:], false)
		expect("after", store.MessageQuery{Limit: 3, After: after(seqs[2])}, true, seqs[3:6], true)
		expect("from the first", store.MessageQuery{Limit: 3, After: after(0)}, false, seqs[:3], true)
		expect("after the last", store.MessageQuery{Limit: 3, After: after(seqs[9])}, true, nil, false)
		expect("after far ahead", store.MessageQuery{Limit: 3, After: after(1 << 40)}, true, nil, false)
		expect("around", store.MessageQuery{Limit: 4, Around: seqs[5]}, true, seqs[3:7], true)
		expect("around the first", store.MessageQuery{Limit: 4, Around: seqs[0]}, false, seqs[:2], true)
		expect("around the last", store.MessageQuery{Limit: 4, Around: seqs[9]}, true, seqs[6:], false)
		expect("around one that is no message", store.MessageQuery{Limit: 2, Around: seqs[5] + 1}, true, seqs[5:7], true)
	}},
	{"a page begins at a date", func(f *fixture) {
		ann := f.member("ann")
		for i := range 20 {
			d := message(plausch.PublicRoom, ann, fmt.Sprint(i))
			d.Time = at(i * 10)
			f.one(d)
		}
		for seconds, want := range map[int]int64{-100: 1, 0: 1, 45: 6, 50: 6, 51: 7, 190: 20} {
			state, err := f.Messages(f.ctx(), plausch.PublicRoom, ann.ID, store.MessageQuery{Date: at(seconds), Limit: 1})
			f.ok(err)
			f.equal(fmt.Sprint(seconds), state.Messages[0].Seq, want)
		}
		state, err := f.Messages(f.ctx(), plausch.PublicRoom, ann.ID, store.MessageQuery{Date: start.Add(time.Hour), Limit: 3})
		f.ok(err)
		f.equal("later than all", []any{len(state.Messages), state.Newer}, []any{3, false})
	}},
	{"a page is cut where it would be too large", func(f *fixture) {
		ann := f.member("ann")
		for range 6 {
			f.one(message(plausch.PublicRoom, ann, strings.Repeat("x", 100)))
		}
		size := func(m *plausch.Message) int { return len(m.Text) }
		for _, p := range []store.MessageQuery{{}, {Around: 3}, {After: new(int64(0))}} {
			p.Limit, p.MaxBytes, p.Size = 6, 350, size
			state, err := f.Messages(f.ctx(), plausch.PublicRoom, ann.ID, p)
			f.ok(err)
			if n := len(state.Messages); n < 1 || n > 3 {
				f.Errorf("%+v: %d messages", p, n)
			}
			p.MaxBytes = 1
			state, err = f.Messages(f.ctx(), plausch.PublicRoom, ann.ID, p)
			f.ok(err)
			f.equal("at least one", len(state.Messages), 1)
		}
	}},
	{"an unknown room has no messages", func(f *fixture) {
		state, err := f.Messages(f.ctx(), 12345, 1, store.MessageQuery{Limit: 10})
		f.ok(err)
		f.equal("state", state, store.MessageState{})
	}},
	{"a sealed body is kept in the place of a text", func(f *fixture) {
		ann := f.member("ann")
		d := answer(plausch.PublicRoom, ann, 1, "")
		f.one(message(plausch.PublicRoom, ann, "hi"))
		d.Details = &plausch.Details{Scheme: "test/1", Sealed: "AAAA"}
		f.one(d)
		f.one(answer(plausch.PublicRoom, ann, 2, "ok"))
		f.equal("messages", f.messages(plausch.PublicRoom, ann, store.MessageQuery{}), lines(
			`1 ann "hi"`, `2 ann >1 ann "hi": "" test/1:AAAA`, `3 ann >2 ann "" sealed: "ok"`))
	}},
	{"roles and settings of a room are asked in the commit", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(join(room, bob, bob))
		role := func(to plausch.RoomRole) store.Draft {
			return store.Draft{
				Room: room, Time: start, Kind: plausch.EventRole, Actor: ann, Member: bob, If: store.Conditions{Active: true, Manage: true},
				Details: &plausch.Details{Role: to},
			}
		}
		change := func(by plausch.AccountRef, c plausch.RoomChange) store.Draft {
			return store.Draft{Room: room, Time: start, Kind: plausch.EventRoom, Actor: by, If: store.Conditions{Active: true, Manage: true}, Details: &plausch.Details{Room: &c}}
		}
		send := message(room, bob, "hi")
		send.If = store.Conditions{Active: true, Member: true, Write: true}
		topic := "birds"
		f.one(send) // 3
		f.unmet("a member's topic", f.append(change(bob, plausch.RoomChange{Topic: &topic}))[0].Err)
		f.one(role(plausch.RoomAdmin))
		f.one(change(bob, plausch.RoomChange{Topic: &topic}))
		f.one(role(plausch.RoomReader))
		f.unmet("a reader's message", f.append(send)[0].Err)
		f.one(role(plausch.RoomMember))
		f.equal("again", f.append(role(plausch.RoomMember))[0], store.Appended{Unchanged: true})
		f.one(send)
		admins := plausch.WritersAdmins
		f.one(change(ann, plausch.RoomChange{Writers: &admins}))
		f.unmet("a member's announcement", f.append(send)[0].Err)
		f.one(role(plausch.RoomAdmin))
		f.one(send)
		yes := true
		f.one(change(ann, plausch.RoomChange{Archived: &yes}))
		f.unmet("in an archived room", f.append(send)[0].Err)
		own := targeted(plausch.EventEdit, room, ann, 3, "no")
		own.If.Author = true
		f.unmet("the edit of another's", f.append(own)[0].Err)
		r, err := f.RoomFor(f.ctx(), room, bob.ID)
		f.ok(err)
		f.equal("the room", []any{r.Topic, r.Writers, r.Archived, r.Role}, []any{"birds", plausch.WritersAdmins, true, plausch.RoomAdmin})
		f.one(leave(room, bob, bob))
		f.one(join(room, bob, bob))
		r, err = f.RoomFor(f.ctx(), room, bob.ID)
		f.ok(err)
		f.equal("who comes back", r.Role, plausch.RoomMember)
		f.one(leave(room, ann, ann))
		f.one(leave(room, bob, bob))
		f.one(join(room, bob, bob))
		r, err = f.RoomFor(f.ctx(), room, bob.ID)
		f.ok(err)
		f.equal("who comes into an empty room", r.Role, plausch.RoomOwner)
	}},
}
