package ktn_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/ktn/ktntest"
)

// room is a client with what it has told of the one room.
type room struct {
	t      *testing.T
	c      *client.Client
	phase  client.Phase
	events []plausch.Event
	sent   []client.Sent
	failed []client.Failed
	err    error
}

func options(s *ktntest.Server, name string) client.Options {
	return client.Options{
		Address: "ktn://fake", Name: name, Newest: 1000, Jitter: func() float64 { return 1 },
		Dial: client.DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go s.Serve(there)
			return here, nil
		}},
	}
}

func open(t *testing.T, o client.Options) *room {
	t.Helper()
	c, err := client.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &room{t: t, c: c}
}

// settle takes in all updates of the next while, which is not waited for but
// passes in no time.
func (r *room) settle(d time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), d)
	defer cancel()
	for u := range r.c.Updates(ctx) {
		switch u := u.(type) {
		case client.State:
			r.phase = u.Phase
			if u.Err != nil {
				r.err = u.Err
			}
		case client.Event:
			if last := len(r.events); last > 0 && r.events[last-1].Seq+1 != u.Seq || last == 0 && u.Seq != 1 {
				r.t.Errorf("seq %d comes behind %d events", u.Seq, last)
			}
			r.events = append(r.events, u.Event)
		case client.Sent:
			r.sent = append(r.sent, u)
		case client.Failed:
			r.failed = append(r.failed, u)
		}
	}
}

func (r *room) texts() (all []string) {
	for _, e := range r.events {
		all = append(all, e.Actor.Name+": "+e.Text)
	}
	return all
}

func (r *room) want(when string, want ...string) {
	r.t.Helper()
	if got := r.texts(); !slices.Equal(got, want) {
		r.t.Errorf("%s: it shows %q, want %q", when, got, want)
	}
}

func (r *room) send(text string) {
	r.t.Helper()
	if _, err := r.c.Send(client.Outgoing{Room: plausch.PublicRoom, Text: text}); err != nil {
		r.t.Fatal(err)
	}
}

// unharmed reports what the client did that servers do not bear.
func unharmed(t *testing.T, s *ktntest.Server) {
	t.Helper()
	problems, least := s.Problems()
	if len(problems) > 0 || least < 250*time.Millisecond {
		t.Errorf("the server had to bear %q, and requests %v apart", problems, least)
	}
}

// old returns what was said before, one line a second.
func old(n int) []ktntest.Line {
	var lines []ktntest.Line
	for i := range n {
		lines = append(lines, ktntest.Line{Time: time.Now().Add(time.Duration(i) * time.Second), Sender: []string{"bob", "anna"}[i%2], Text: fmt.Sprint("old ", i+1)})
	}
	return lines
}

// On a server of any kind a client sees what it tells, sends, is disconnected,
// and comes back: everything is there once and in order.
func TestKinds(t *testing.T) {
	for _, kind := range ktntest.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := old(3)
				s := ktntest.New(kind, before...)
				time.Sleep(time.Hour) // so that the old is not of now
				r := open(t, options(s, "anna"))
				defer r.c.Close()
				r.settle(5 * time.Second)
				if r.phase != client.Online {
					t.Fatalf("it is %s: %v", r.phase, r.err)
				}
				all := []string{"bob: old 1", "anna: old 2", "bob: old 3"}
				switch kind.History {
				case "":
					all = nil
				case "text":
					for i, l := range before {
						all[i] = fmt.Sprintf("server: %s %s: %s", l.Time.Format("15:04:05"), l.Sender, l.Text)
					}
				}
				if kind.Uppercase {
					all = []string{"BOB: old 1", "ANNA: old 2", "BOB: old 3"}
				}
				bob, carl := "bob", "carl"
				if kind.Uppercase {
					bob, carl = "BOB", "CARL"
				}
				r.want("at first", all...)

				for _, text := range []string{"one", "two", " <three>  and", "two"} {
					r.send(text)
				}
				r.settle(time.Minute)
				s.Say("bob", "four")
				s.Say("bob", "four")
				r.settle(time.Second)
				three := " <three>  and"
				if kind.Shortens {
					three = "&lt;three>  and"
				}
				all = append(all, "anna: one", "anna: two", "anna: "+three, "anna: two", bob+": four", bob+": four")
				r.want("after talking", all...)
				if len(r.sent) != 4 || len(r.failed) != 0 {
					t.Errorf("%d sends are acknowledged, %d refused", len(r.sent), len(r.failed))
				}

				s.Drop()
				s.Say("carl", "missed")
				r.send("five")
				r.settle(time.Minute)
				s.Say("bob", "six")
				r.settle(time.Minute)
				switch kind.History {
				case "":
				case "text":
					all = append(all, fmt.Sprintf("server: %s carl: missed", time.Now().Add(-2*time.Minute).Format("15:04:05")))
				default:
					all = append(all, carl+": missed")
				}
				r.want("after coming back", append(all, "anna: five", bob+": six")...)
				if got := s.Texts(); !slices.Equal(got[3:], []string{
					"anna: one", "anna: two", "anna:  <three>  and", "anna: two", "bob: four", "bob: four",
					"carl: missed", "anna: five", "bob: six",
				}) {
					t.Errorf("the server has %q", got)
				}
				unharmed(t, s)
			})
		})
	}
}

// Who is signed in has what was replayed, however slowly it came.
func TestSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{History: "messages", Pace: 300 * time.Millisecond}, old(5)...)
		r := open(t, options(s, "carl"))
		defer r.c.Close()
		events, _, err := r.c.History(t.Context(), plausch.PublicRoom, client.HistoryQuery{})
		if err != nil || len(events) != 5 {
			t.Errorf("there are %d messages, %v", len(events), err)
		}
	})
}

// The same words twice are two messages, even where times cannot tell them
// apart and the connection was lost in between.
func TestSameWordsAgain(t *testing.T) {
	for _, kind := range []ktntest.Kind{{Minutes: true}, {Nulls: true}, {}} {
		synctest.Test(t, func(t *testing.T) {
			s := ktntest.New(kind)
			r := open(t, options(s, "anna"))
			defer r.c.Close()
			r.settle(time.Second)
			for range 2 {
				s.Say("bob", "ok")
				s.Say("bob", "ok")
				r.send("ok")
				r.settle(time.Second)
				s.Drop()
				r.settle(10 * time.Second)
			}
			r.want("at the end", "bob: ok", "bob: ok", "anna: ok", "bob: ok", "bob: ok", "anna: ok")
		})
	}
}

// The next request waits for the echo, which a busy server may take long for:
// it would get both at once otherwise.
func TestWaitsForEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow = 350 * time.Millisecond
		s := ktntest.New(ktntest.Kind{EchoAfter: slow})
		r := open(t, options(s, "anna"))
		r.send("one")
		r.send("two")
		r.send("three")
		r.settle(time.Minute)
		r.want("at the end", "anna: one", "anna: two", "anna: three")
		if _, least := s.Problems(); least < slow {
			t.Errorf("requests came %v apart", least)
		}
		r.c.Close()
	})
}

// What a server sends in parts is shown in parts, once.
func TestParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{Parts: 100, History: "messages"})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		text := strings.Repeat("a word ", 36)
		r.send(text)
		r.settle(time.Minute)
		s.Drop()
		r.settle(time.Minute)
		r.want("at the end", "anna: "+text[:100], "anna: "+text[100:200], "anna: "+text[200:])
	})
}

// A history may tell again what came as messages on the same connection, with
// its times written in another way.
func TestHistoryTellsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		r.settle(time.Second)
		at := time.Now()
		say := func(stamp any, text string) string {
			return fmt.Sprintf(`{"timestamp":"%v","sender":"bob","response":"message","content":%q}`, stamp, text)
		}
		s.Tell(say(at.Format(time.DateTime), "one"))
		r.settle(time.Second)
		s.Tell(fmt.Sprintf(`{"response":"history","content":[%s,%s,%s]}`, say(at.Unix(), "one"), say(at.Unix(), "two"), say(at.Unix(), "two")))
		r.settle(time.Second)
		r.want("after both", "bob: one", "bob: two", "bob: two")
	})
}

func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		r, other := open(t, options(s, "anna")), open(t, options(s, "Bob"))
		defer other.c.Close()
		defer r.c.Close()
		r.settle(time.Second)
		members, err := r.c.ListMembers(t.Context(), plausch.PublicRoom)
		var names []string
		for _, m := range members {
			names = append(names, fmt.Sprint(m.Name, " ", m.Presence))
		}
		if slices.Sort(names); err != nil || !slices.Equal(names, []string{"Bob online", "anna online"}) {
			t.Errorf("the names are %q, %v", names, err)
		}
		if n := len(s.Requests()); n != 3 {
			t.Errorf("there were %d requests: names is to be asked only when asked for", n)
		}
		unharmed(t, s)
	})
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{NoNames: true})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		_, err := r.c.ListMembers(t.Context(), plausch.PublicRoom)
		if plausch.CodeOf(err) != plausch.Unsupported || !strings.Contains(err.Error(), "who is there") {
			t.Errorf("names that are not answered are %v", err)
		}
		r.send("after it")
		if err := r.c.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// What a KTN server cannot do is said.
func TestCannot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		ctx := t.Context()
		_, create := r.c.CreateRoom(ctx, "dev", plausch.RoomPublic)
		_, get := r.c.GetRoom(ctx, client.RoomRef{Name: "dev"})
		for want, err := range map[string]error{
			"one room, public":          create,
			"a KTN server has one room": get,
			"and everybody is in it":    r.c.AddMember(ctx, plausch.PublicRoom, "bob"),
			"who is away":               r.c.SetPresence(plausch.Away),
		} {
			if plausch.CodeOf(err) != plausch.Unsupported || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v, want %q", err, want)
			}
		}
		if _, err := r.c.Send(client.Outgoing{To: "bob", Text: "psst"}); err != nil {
			t.Fatal(err)
		}
		r.send(strings.Repeat("ä", 2500))
		r.settle(time.Minute)
		if len(r.failed) != 2 || !strings.Contains(r.failed[0].Err.Error(), "no private messages") || !strings.Contains(r.failed[1].Err.Error(), "in parts") {
			t.Errorf("refused are %v", r.failed)
		}
		if got := s.Requests(); !slices.Equal(got, []string{"login"}) {
			t.Errorf("it sent %q", got)
		}
	})
}

// A message that the server refuses has failed, and what it says otherwise is
// shown.
func TestWhatServersSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{Forbids: "damn"})
		r := open(t, options(s, "anna"))
		defer r.c.Close()
		r.send("damn")
		r.settle(5 * time.Second)
		if len(r.failed) != 1 || !strings.Contains(r.failed[0].Err.Error(), "No such words here") {
			t.Errorf("refused are %v", r.failed)
		}
		s.Tell(`{"timestamp":1,"sender":null,"response":"INFO","content":"bob is here"}`)
		s.Tell(`noise {'single': "quotes"} {"response":"error","content":"disk full"}{"Sender":"bob","Content":"bare"}` + "\n")
		r.settle(time.Second)
		r.want("unasked", "server: bob is here", "server: error: disk full", "bob: bare")
		s.Tell(strings.Repeat("[{", 100))
		s.Tell(strings.Repeat(`{"a":`, 100))
		r.settle(100 * time.Millisecond)
		if r.phase != client.Offline || !strings.Contains(r.err.Error(), "nested") {
			t.Errorf("it is %s: %v", r.phase, r.err)
		}
	})
}

// History has pages, as of any server, of what was seen.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ktntest.New(ktntest.Kind{History: "objects"}, old(450)...)
		r := open(t, options(s, "carl"))
		defer r.c.Close()
		r.settle(5 * time.Second)
		if len(r.events) != 450 || r.events[449].Text != "old 450" {
			t.Fatalf("there are %d events", len(r.events))
		}
		for _, tt := range []struct {
			page client.HistoryQuery
			want string
		}{
			{client.HistoryQuery{}, "401-450 true"},
			{client.HistoryQuery{Before: 3}, "1-2 false"},
			{client.HistoryQuery{After: 448}, "449-450 false"},
			{client.HistoryQuery{Forward: true, Limit: 2}, "1-2 true"},
			{client.HistoryQuery{After: 100, Before: 103}, "101-102 false"},
			{client.HistoryQuery{Limit: 1000}, "251-450 true"},
		} {
			events, more, err := r.c.History(t.Context(), plausch.PublicRoom, tt.page)
			if err != nil || len(events) == 0 {
				t.Fatalf("%+v: %d events, %v", tt.page, len(events), err)
			}
			if got := fmt.Sprintf("%d-%d %v", events[0].Seq, events[len(events)-1].Seq, more); got != tt.want {
				t.Errorf("%+v is %s, want %s", tt.page, got, tt.want)
			}
		}
	})
}

// What a server tells only when it is asked is asked for once, and only when a
// person asks.
func TestHistoryOnRequest(t *testing.T) {
	for _, kind := range []ktntest.Kind{
		{Name: "objects", History: "objects", OnRequest: true},
		{Name: "strings", History: "strings", OnRequest: true},
		{Name: "replay", History: "messages", OnRequest: true, Pace: 20 * time.Millisecond},
		{Name: "one string", History: "string", OnRequest: true},
		{Name: "never told"},
		{Name: "hangs up", NoHistory: true},
		{Name: "told at login", History: "messages"},
	} {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := ktntest.New(kind, old(3)...)
				time.Sleep(time.Hour) // so that the old is not of now
				r := open(t, options(s, "anna"))
				defer r.c.Close()
				r.send("hello")
				r.settle(5 * time.Second)
				asked := []string{"login", "msg"}
				if got := s.Requests(); !slices.Equal(got, asked) {
					t.Errorf("unasked it sent %q", got)
				}
				for range 2 {
					var history []string
					events, _, err := r.c.History(t.Context(), plausch.PublicRoom, client.HistoryQuery{})
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range events {
						history = append(history, e.Actor.Name+": "+e.Text)
					}
					slices.Sort(history)
					want := []string{"anna: hello", "anna: old 2", "bob: old 1", "bob: old 3"}
					if kind.History == "" {
						want = want[:1]
					}
					if !slices.Equal(history, want) {
						t.Errorf("the history is %q, want %q", history, want)
					}
					s.Drop()
					r.settle(30 * time.Second)
				}
				n := 0
				for _, request := range s.Requests() {
					if request == "history" {
						n++
					}
				}
				if want := map[bool]int{true: 0, false: 1}[kind.Name == "told at login"]; n != want {
					t.Errorf("history was asked for %d times, want %d", n, want)
				}
				if len(r.failed) > 0 || len(r.sent) != 1 {
					t.Errorf("refused are %v, sent %v", r.failed, r.sent)
				}
				unharmed(t, s)
			})
		})
	}
}
