package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/protocol"
)

func TestSendsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var flying []protocol.Request
		most := 0
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			if r.Method != protocol.MethodMessageSend {
				return false
			}
			r.Params = bytes.Clone(r.Params)
			flying = append(flying, r)
			most = max(most, len(flying))
			time.AfterFunc(10*time.Millisecond, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				c.handle(flying[0])
				flying = flying[1:]
			})
			return true
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		var ms []Outgoing
		for _, n := range numbers(1, 300) {
			ms = append(ms, Outgoing{Room: 1, Text: n})
		}
		if _, err := r.c.SendAll(ms); err != nil {
			t.Fatal(err)
		}
		if err := r.c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.texts(1); !slices.Equal(got, numbers(1, 300)) {
			t.Errorf("the server has %q", got)
		}
		if most != maxWindow {
			t.Errorf("%d were in flight", most)
		}
	})
}

// TestRefusals has the server refuse a send for good, and others for a time.
func TestRefusals(t *testing.T) {
	for _, code := range []plausch.Code{plausch.RateLimited, plausch.Unavailable, plausch.StorageFull, plausch.Internal} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			tries := 0
			f.hook = func(c *fakeConn, r protocol.Request) bool {
				if r.Method != protocol.MethodMessageSend {
					return false
				}
				var p protocol.MessageSend
				c.params(r, &p)
				switch p.Text {
				case "bad":
					c.reply(r.ID, nil, plausch.Errorf(plausch.Forbidden, "no"))
					return true
				case "later":
					if tries++; tries < 3 {
						// What comes behind it is refused too, as by a server that is busy.
						c.reply(r.ID, nil, &plausch.Error{Code: code, Message: "later", RetryAfter: 2 * time.Second})
						return true
					}
				case "last":
					if tries < 3 {
						c.reply(r.ID, nil, &plausch.Error{Code: code, Message: "later"})
						return true
					}
				}
				return false
			}
			r := open(t, f.options("anna"))
			defer r.c.Close()
			start := time.Now()
			var ids []string
			for _, text := range []string{"first", "bad", "later", "last"} {
				id, err := r.c.Send(Outgoing{Room: 1, Text: text})
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			}
			r.until("the last", func(u Update) bool { s, ok := u.(Sent); return ok && s.ID == ids[3] })
			if got := f.texts(1); !slices.Equal(got, []string{"first", "later", "last"}) {
				t.Errorf("%s: the server has %q", code, got)
			}
			if len(r.fails) != 1 || plausch.CodeOf(r.fails[ids[1]]) != plausch.Forbidden {
				t.Errorf("%s: failed are %v", code, r.fails)
			}
			if d := time.Since(start); d < 4*time.Second || d > 10*time.Second {
				t.Errorf("%s: it took %v", code, d)
			}
		})
	}
}

func TestInternalErrorsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			if r.Method == protocol.MethodMessageSend {
				c.reply(r.ID, nil, errors.New("a defect"))
				return true
			}
			return false
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		id, err := r.c.Send(Outgoing{Room: 1, Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		r.until("Failed", func(u Update) bool { s, ok := u.(Failed); return ok && s.ID == id })
	})
}

// TestSameIDOnResend is R7 on the client's side.
func TestSameIDOnResend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var ids []string
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			if r.Method != protocol.MethodMessageSend {
				return false
			}
			var p protocol.MessageSend
			c.params(r, &p)
			if ids = append(ids, p.ClientID); len(ids) < 6 {
				c.handle(r) // but the answer gets lost
				c.nc.Close()
				return true
			}
			return false
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		id, err := r.c.Send(Outgoing{To: "bob", Text: "hi"})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, got := range ids {
			if got != id {
				t.Fatalf("the send %s went out as %s", id, got)
			}
		}
		if got := f.texts(2); !slices.Equal(got, []string{"hi"}) {
			t.Errorf("the server has %q", got)
		}
	})
}

func TestOutboxOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "outbox")
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.wrap = func(int, net.Conn) (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
		o := f.options("anna")
		o.Outbox = path
		r := open(t, o)
		for _, n := range numbers(1, 5) {
			if _, err := r.c.Send(Outgoing{Room: 1, Text: n}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(o); !errors.Is(err, ErrOutboxInUse) {
			t.Fatalf("a second client with the outbox: %v", err)
		}
		if err := r.c.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.c.Send(Outgoing{Room: 1, Text: "late"}); !errors.Is(err, ErrClosed) {
			t.Fatalf("Send after Close: %v", err)
		}

		// The second process sends three, and is gone before it knows of the last.
		// What its connection still holds then is never carried out.
		var second *fakeConn
		n := 0
		f.change(func() { f.wrap = nil })
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			if r.Method != protocol.MethodMessageSend {
				return false
			}
			if second == nil {
				second = c
			}
			if c != second {
				return false
			}
			if n++; n == 3 {
				deaf := *c
				deaf.out = make(chan []byte, 1)
				deaf.handle(r) // but the answer gets lost
			}
			return n >= 3
		}
		r = open(t, o)
		r.until("two", func(u Update) bool { return len(r.sent) == 2 })
		r.c.Close()

		r = open(t, o)
		if err := r.c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.texts(1); !slices.Equal(got, numbers(1, 5)) {
			t.Errorf("the server has %q", got)
		}
		r.c.Close()
		if info, err := os.Stat(path); err != nil || info.Size() != 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("the outbox is %v, %v afterwards", info, err)
		}
	})
}

// TestJournalCutAnywhere cuts a journal at every byte: what was whole is there.
func TestJournalCutAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox")
	j, _, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	var ends []int64
	for _, n := range numbers(1, 4) {
		if err := j.put([]storedSend{{ID: n, Room: 1, Text: strings.Repeat("text\n", 20) + n}}); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, j.size)
	}
	j.done("2")
	if err := j.put([]storedSend{{ID: "5", To: "bob", Text: strings.Repeat("ö", 100)}}); err != nil {
		t.Fatal(err)
	}
	ends = append(ends, j.size)
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:at], 0o600); err != nil {
			t.Fatal(err)
		}
		j, puts, err := openJournal(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", at, err)
		}
		want := 0
		for _, end := range ends {
			if int64(at) >= end {
				want++
			}
		}
		if bytes.Contains(whole[:at], []byte(`{"done":"2"}`+"\n")) {
			want--
		}
		if len(puts) != want {
			t.Errorf("cut at %d: %d puts are left; want %d", at, len(puts), want)
		}
		// It can be gone on with.
		if err := j.put([]storedSend{{ID: "6", Room: 1, Text: "more"}}); err != nil {
			t.Fatal(err)
		}
		j.close()
		j, puts, err = openJournal(path)
		if err != nil || len(puts) != want+1 || puts[want].ID != "6" {
			t.Errorf("cut at %d and gone on: %v, %v", at, puts, err)
		}
		j.close()
	}
	broken := bytes.Replace(whole, []byte(`"id"`), []byte(`"xx"`), 1)
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openJournal(path); err == nil || !strings.Contains(err.Error(), "line 1 is damaged") {
		t.Errorf("a damaged journal: %v", err)
	}
}

// TestOutboxIsLockedAcrossProcesses starts this test as a second process.
func TestOutboxIsLockedAcrossProcesses(t *testing.T) {
	const variable = "PLAUSCH_TEST_OUTBOX"
	if path := os.Getenv(variable); path != "" {
		_, err := Open(Options{Address: "localhost", Name: "anna", Outbox: path})
		fmt.Println("inner:", errors.Is(err, ErrOutboxInUse), err)
		return
	}
	path := filepath.Join(t.TempDir(), "outbox")
	j, _, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOutboxIsLockedAcrossProcesses$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "inner: true") {
		t.Errorf("the second process: %v\n%s", err, out)
	}
}

// TestSealedBodiesCountInTheOutbox fills it with them alone.
func TestSealedBodiesCountInTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.wrap = func(int, net.Conn) (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
		r := open(t, f.options("anna"))
		defer r.c.Close()
		sealed := &plausch.Details{Scheme: "test", Sealed: strings.Repeat("x", plausch.MaxSealed)}
		for n := range maxOutboxBytes/plausch.MaxSealed + 1 {
			_, err := r.c.Send(Outgoing{Room: 1, Details: sealed})
			if full := n == maxOutboxBytes/plausch.MaxSealed; full != errors.Is(err, ErrOutboxFull) {
				t.Fatalf("send %d: %v", n, err)
			}
		}
	})
}

func TestOutboxIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := open(t, f.options("anna"))
		defer r.c.Close()
		var err error
		n := 0
		for ; err == nil && n < 2*MaxOutbox; n++ {
			_, err = r.c.Send(Outgoing{Room: 1, Text: "x"})
			if n%1000 == 0 {
				synctest.Wait()
			}
		}
		if !errors.Is(err, ErrOutboxFull) {
			t.Fatalf("after %d sends whose updates nobody reads: %v", n, err)
		}
		if err := r.c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.c.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.c.Send(Outgoing{Room: 1, Text: "x"}); err != nil {
			t.Errorf("after reading them: %v", err)
		}
	})
}

func TestSendChecks(t *testing.T) {
	f := newFake(t)
	r := open(t, f.options("anna"))
	defer r.c.Close()
	for name, m := range map[string]Outgoing{
		"empty":        {Room: 1},
		"nowhere":      {Text: "x"},
		"two places":   {Room: 1, To: "bob", Text: "x"},
		"control":      {Room: 1, Text: "\x1b"},
		"not UTF-8":    {Room: 1, Text: "\xff"},
		"to not UTF-8": {To: "\xff", Text: "x"},
		"to too long":  {To: strings.Repeat("x", 2000), Text: "x"},
	} {
		if _, err := r.c.Send(m); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.c.Send(Outgoing{Room: 1, Text: strings.Repeat("x", plausch.MaxText+1)}); plausch.CodeOf(err) != plausch.TooLarge {
		t.Errorf("too long: %v", err)
	}
}

func TestIDsGrow(t *testing.T) {
	now := time.UnixMilli(1_790_000_000_000)
	s := idSource{now: func() time.Time { return now }}
	last := ""
	for i := range 10_000 {
		switch {
		case i%1000 == 0:
			now = now.Add(-time.Hour)
		case i%7 == 0:
			now = now.Add(time.Millisecond)
		}
		id := s.next()
		if id <= last || len(id) != 26 || plausch.CheckClientID(id) != nil {
			t.Fatalf("%q follows %q", id, last)
		}
		last = id
	}
	if a, b := new(idSource).next(), new(idSource).next(); a == b {
		t.Error("two sources make the same id")
	}
}
