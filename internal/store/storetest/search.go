package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/internal/search"
	"plausch/internal/store"
)

// index adds all messages to the index.
func (f *fixture) index() {
	f.Helper()
	for {
		more, err := f.IndexMessages(f.ctx())
		f.ok(err)
		if !more {
			return
		}
	}
}

// query is a search of an account that is never late.
func (f *fixture) query(who plausch.AccountRef, text string) store.SearchQuery {
	f.Helper()
	q, err := search.Parse(text, nil)
	f.ok(err)
	return store.SearchQuery{Account: who.ID, Query: q, Limit: 100, Time: time.Hour}
}

func (f *fixture) search(q store.SearchQuery) plausch.HitPage {
	f.Helper()
	page, err := f.Search(f.ctx(), q)
	f.ok(err)
	return page
}

// found draws what an account finds, newest first: before the index has it and after.
func (f *fixture) found(who plausch.AccountRef, text string, want ...string) {
	f.Helper()
	for _, when := range []string{"from the log", "from the index"} {
		if got := drawHits(f.search(f.query(who, text)).Hits); !slices.Equal(got, want) {
			f.Fatalf("%s finds by %q %s: %q, want %q", who.Name, text, when, got, want)
		}
		f.index()
	}
}

func drawHits(hits []plausch.Hit) (lines []string) {
	for _, h := range hits {
		lines = append(lines, fmt.Sprint(h.Room, ".", h.Seq, " ", h.Text))
	}
	return lines
}

var searchTests = []test{
	{"a message is found from its commit to its deletion", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.found(bob, "ladder")
		f.one(message(room, ann, "a long ladder"))
		f.found(bob, "ladder", "1.1 a long ladder")
		f.one(message(room, bob, "the ladder fell"))
		f.found(bob, "ladder", "1.2 the ladder fell", "1.1 a long ladder")
		f.one(targeted(plausch.EventEdit, room, ann, 1, "a long rope"))
		f.found(bob, "ladder", "1.2 the ladder fell")
		f.found(bob, "rope", "1.1 a long rope")
		f.one(message(room, ann, "a short rope"))
		f.one(targeted(plausch.EventEdit, room, ann, 4, "a thin rope")) // before the index has it
		f.found(bob, "thin rope", "1.4 a thin rope")
		f.found(bob, "short")
		f.one(targeted(plausch.EventDelete, room, ann, 1, ""))
		f.one(message(room, ann, "no rope"))
		f.one(targeted(plausch.EventDelete, room, ann, 7, ""))
		f.found(bob, "rope", "1.4 a thin rope")
		f.found(bob, "long")
	}},
	{"a hit is as the message is now", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		file := f.upload(ann, "file", 10)
		f.one(message(room, bob, "look"))
		d := message(room, ann, "the garden")
		d.Attachments = []string{file.ID}
		f.one(d)
		f.one(targeted(plausch.EventReact, room, bob, 1, "👍"))
		f.one(targeted(plausch.EventEdit, room, ann, 2, "our Gärten, the Garten"))
		f.one(message(room, bob, "nice "+strings.Repeat("x", plausch.MaxQuote)))
		for range 2 {
			page := f.search(f.query(bob, "garten"))
			if len(page.Hits) != 1 {
				f.Fatalf("%+v", page)
			}
			h := page.Hits[0]
			f.equal("hit", fmt.Sprint(h.Room, h.Seq, h.Time.Equal(start), h.Kind, h.Actor, h.Text, h.Edited, h.Attachments, h.Ranges),
				fmt.Sprint(room, 2, true, plausch.EventMessage, ann, "our Gärten, the Garten", 4, []plausch.Attachment{file}, []plausch.TextRange{{From: 4, To: 10}, {From: 16, To: 22}}))
			f.equal("before", fmt.Sprint(h.Before.Seq, " ", h.Before.Text, " ", h.Before.Actor.Name), "1 look bob")
			f.equal("after", []int{int(h.After.Seq), len(h.After.Text)}, []int{5, plausch.MaxQuote})
			f.index()
		}
	}},
	{"only what the account can read now is found", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		secret := f.room(plausch.RoomPrivate, "secret", ann)
		open := f.room(plausch.RoomPublic, "open", ann)
		pair := f.one(store.Draft{Direct: [2]plausch.AccountRef{ann, bob}, Time: start, Kind: plausch.EventMessage, Actor: ann, Text: "hi"}).Room
		for _, room := range []plausch.RoomID{plausch.PublicRoom, secret, open, pair} {
			f.one(message(room, ann, "rose"))
		}
		in := func(rooms ...plausch.RoomID) (want []string) {
			for i := len(rooms) - 1; i >= 0; i-- {
				head := f.log(rooms[i])
				seq := int64(0)
				for _, e := range head {
					if e.Text == "rose" {
						seq = e.Seq
					}
				}
				want = append(want, fmt.Sprint(rooms[i], ".", seq, " rose"))
			}
			return want
		}
		f.found(ann, "rose", in(plausch.PublicRoom, secret, open, pair)...)
		f.found(bob, "rose", in(plausch.PublicRoom, pair)...)
		f.found(eve, "rose", in(plausch.PublicRoom)...)
		f.found(eve, "from:ann has:file")
		f.one(join(secret, ann, eve))
		f.found(eve, "rose", in(plausch.PublicRoom, secret)...)
		f.one(leave(secret, eve, eve))
		f.found(eve, "rose", in(plausch.PublicRoom)...)
		hidden := true
		_, err := f.SetPersonal(f.ctx(), store.PersonalChange{Account: bob.ID, Room: pair, Seq: 4, Hidden: &hidden, MaxHidden: 9})
		f.ok(err)
		f.found(bob, "rose", in(plausch.PublicRoom)...)
		f.equal("beside it", f.search(f.query(bob, "hi")).Hits[0].After, (*plausch.Quote)(nil))
		hidden = false
		_, err = f.SetPersonal(f.ctx(), store.PersonalChange{Account: bob.ID, Room: pair, Seq: 4, Hidden: &hidden, MaxHidden: 9})
		f.ok(err)
		q := f.query(eve, "rose")
		q.Rooms = []plausch.RoomID{secret, open, pair}
		f.equal("in rooms of others", drawHits(f.search(q).Hits), []string(nil))
		q = f.query(bob, "rose")
		q.Rooms = []plausch.RoomID{secret, pair}
		f.equal("in one of his", drawHits(f.search(q).Hits), in(pair))
	}},
	{"conditions narrow what is found", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.upload(ann, "picture", 10)
		_, err := f.Attachment(f.ctx(), "picture")
		f.ok(err)
		send := func(by plausch.AccountRef, hours int, text string, files ...string) {
			d := message(room, by, text)
			d.Time, d.Attachments = start.Add(time.Duration(hours)*time.Hour), files
			f.one(d)
		}
		send(ann, 0, "rose", "picture")
		send(bob, 24, "rose, see https://example.org")
		send(ann, 48, "tulip")
		sealed := message(room, ann, "")
		sealed.Details = &plausch.Details{Scheme: "test", Sealed: "rose"}
		f.one(sealed)
		for range 2 {
			for _, c := range []struct {
				text   string
				author plausch.AccountRef
				want   []string
			}{
				{"rose", plausch.AccountRef{}, []string{"1.2 rose, see https://example.org", "1.1 rose"}},
				{"rose", bob, []string{"1.2 rose, see https://example.org"}},
				{"from:ann", ann, []string{"1.3 tulip", "1.1 rose"}},
				{"has:file", plausch.AccountRef{}, []string{"1.1 rose"}},
				{"has:picture", plausch.AccountRef{}, []string{"1.1 rose"}},
				{"has:file", bob, nil},
				{"has:link", plausch.AccountRef{}, []string{"1.2 rose, see https://example.org"}},
				{"rose after:2026-03-02", plausch.AccountRef{}, []string{"1.2 rose, see https://example.org"}},
				{"rose before:2026-03-02", plausch.AccountRef{}, []string{"1.1 rose"}},
				{"rose after:2027", plausch.AccountRef{}, nil},
			} {
				q := f.query(bob, c.text)
				if c.author.ID != 0 {
					q.Authors = []plausch.AccountID{c.author.ID}
				}
				if got := drawHits(f.search(q).Hits); !slices.Equal(got, c.want) {
					f.Errorf("%s of %q: %q, want %q", c.text, c.author.Name, got, c.want)
				}
			}
			f.index()
		}
	}},
	{"pages follow each other whatever happens between them", func(f *fixture) {
		ann := f.member("ann")
		room := plausch.PublicRoom
		for n := range 30 {
			f.one(message(room, ann, fmt.Sprint("rose ", n)))
			if n == 10 {
				f.index()
			}
		}
		q := f.query(ann, "rose")
		q.Limit = 4
		var got []string
		for {
			page := f.search(q)
			got = append(got, drawHits(page.Hits)...)
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
			if len(got) == 8 {
				f.index()
				f.one(message(room, ann, "rose, too late"))
				f.one(targeted(plausch.EventDelete, room, ann, 22, "")) // that the page ended with
				f.one(targeted(plausch.EventDelete, room, ann, 23, ""))
			}
		}
		var want []string
		for seq := 30; seq > 0; seq-- {
			if seq != 22 {
				want = append(want, fmt.Sprint("1.", seq, " rose ", seq-1))
			}
		}
		f.equal("pages", got, want)
		q.Cursor = "tomorrow"
		_, err := f.Search(f.ctx(), q)
		f.code(plausch.Invalid, err)
		q = f.query(ann, "rose")
		q.MaxBytes, q.Size = 10, func(h *plausch.Hit) int { return 6 }
		f.equal("by size", len(f.search(q).Hits), 1)
	}},
	{"a search that is late says so, and goes on", func(f *fixture) {
		ann := f.member("ann")
		var drafts []store.Draft
		for n := range 300 {
			drafts = append(drafts, message(plausch.PublicRoom, ann, fmt.Sprint("rose ", n)))
		}
		f.append(drafts...)
		for range 2 {
			q := f.query(ann, "from:ann 299")
			q.Time = 0
			found, late := 0, 0
			for {
				page := f.search(q)
				found += len(page.Hits)
				if page.Next == "" {
					break
				}
				if !page.Partial {
					f.Fatal("a part does not say so")
				}
				q.Cursor = page.Next
				late++
			}
			f.equal("found", found, 1)
			f.index()
		}
	}},
	{"whatever is done, the index finds what the log has", func(f *fixture) {
		random := rand.New(rand.NewPCG(7, 8))
		ann, bob := f.member("ann"), f.member("bob")
		rooms := []plausch.RoomID{plausch.PublicRoom, f.room(plausch.RoomPrivate, "one", ann), f.room(plausch.RoomPublic, "two", bob)}
		words := strings.Fields("rose tulip Kinderwagen Straße müller mueller muller 部屋 東京都 ok okay über e-mail 🎉 a")
		text := func() string {
			var some []string
			for range 1 + random.IntN(4) {
				some = append(some, words[random.IntN(len(words))])
			}
			return strings.Join(some, " ")
		}
		queries := strings.Fields("rose wagen kind* strasse müller mueller muller 部屋 京都 都 ok o* über uber e-mail 🎉 a")
		queries = append(queries, `"rose tulip"`, `"rose müller"`, `"mueller kind"*`, "rose from:ann", "ros 部屋 ok", `"東京都 ok"`)
		for range 120 {
			room := rooms[random.IntN(len(rooms))]
			actor := ann
			switch log := f.log(room); random.IntN(8) {
			default:
				d := message(room, actor, text())
				d.Time = at(random.IntN(1000))
				f.one(d)
			case 0, 1:
				if len(log) > 0 {
					f.append(targeted(plausch.EventEdit, room, actor, 1+random.Int64N(int64(len(log))), text()))
				}
			case 2:
				if len(log) > 0 {
					f.append(targeted(plausch.EventDelete, room, actor, 1+random.Int64N(int64(len(log))), ""))
				}
			case 3:
				_, err := f.IndexMessages(f.ctx())
				f.ok(err)
			}
			q := f.query(ann, queries[random.IntN(len(queries))])
			got := drawHits(f.search(q).Hits)
			var want []string
			for _, room := range rooms[:2] {
				state, err := f.Messages(f.ctx(), room, ann.ID, store.MessageQuery{Limit: 1000})
				f.ok(err)
				for i := range state.Messages {
					m := &state.Messages[i]
					if _, ok := q.Query.Match(m.Text); ok && m.Deleted == 0 {
						want = append(want, fmt.Sprint(room, ".", m.Seq, " ", m.Text))
					}
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				f.Fatalf("%+v finds %q, want %q", q.Query.Terms, got, want)
			}
		}
	}},
}
