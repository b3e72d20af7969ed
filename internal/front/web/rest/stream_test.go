package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
	"plausch/protocol"
)

// lines is a stream as its reader sees it.
type lines struct {
	t       *testing.T
	header  http.Header
	scanner *bufio.Scanner
	close   func()
}

// stream opens one. It is closed with the test.
func (w *world) stream(token, room, query string, headers ...string) *lines {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	r := w.request(ctx, token, "GET", "/api/rooms/"+room+"/stream"+query, "", headers...)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	stop := func() { cancel(); response.Body.Close() }
	w.t.Cleanup(stop)
	if response.StatusCode != http.StatusOK {
		w.t.Fatalf("the stream answers %d", response.StatusCode)
	}
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, 1<<20)
	return &lines{w.t, response.Header, scanner, stop}
}

// line returns the next line, false at the end.
func (l *lines) line() (string, bool) {
	l.t.Helper()
	ok := l.scanner.Scan()
	return l.scanner.Text(), ok
}

// event returns the next event.
func (l *lines) event() protocol.Event {
	l.t.Helper()
	for {
		line, ok := l.line()
		if !ok {
			l.t.Fatalf("the stream has ended: %v", l.scanner.Err())
		}
		if line == "" {
			continue
		}
		var e protocol.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Seq == 0 {
			l.t.Fatalf("the line %q is no event: %v", line, err)
		}
		return e
	}
}

// last reads to the end and returns the error of the last line.
func (l *lines) last() protocol.Error {
	l.t.Helper()
	text := ""
	for line, ok := l.line(); ok; line, ok = l.line() {
		text = line
	}
	var v struct {
		Error protocol.Error `json:"error"`
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		l.t.Fatalf("the last line is %q: %v", text, err)
	}
	return v.Error
}

func (w *world) say(token, text string) {
	w.t.Helper()
	w.call(token, "POST", "/api/rooms/public/messages", text, "Content-Type", "text/plain").want(201)
}

func TestStreamFromNowOn(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	w.say(ann, "before")
	l := w.stream(ann, "public", "")
	if got := l.header.Get("Content-Type"); got != "application/x-ndjson" {
		t.Errorf("Content-Type %q", got)
	}
	w.say(ann, "after")
	e := l.event()
	if e.Seq != 2 || e.Text != "after" {
		t.Errorf("the first event is %+v", e)
	}
	b, _ := json.Marshal(e)
	var v any
	_ = json.Unmarshal(b, &v)
	w.spec.validate(t, "the stream", "/components/schemas/Event", v)
}

// TestStreamHasEachOnce reads in pieces, beside people who talk all the time, and
// has everything once and in order.
func TestStreamHasEachOnce(t *testing.T) {
	const talkers, each = 4, 150
	w := newWorld(t)
	reader := w.account("reader", plausch.RoleMember)
	done := make(chan error, talkers)
	for n := range talkers {
		token := w.account(fmt.Sprint("talker", n), plausch.RoleMember)
		requests := make([]*http.Request, each)
		for i := range requests {
			requests[i] = w.request(t.Context(), token, "POST", "/api/rooms/1/messages", fmt.Sprint("text ", i))
		}
		go func() {
			for _, r := range requests {
				response, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					done <- err
					return
				}
				response.Body.Close()
			}
			done <- nil
		}()
	}
	last := int64(0)
	for piece := 1; last < talkers*each; piece++ {
		l := w.stream(reader, "1", fmt.Sprint("?since=", last))
		for range min(int64(40*piece), talkers*each-last) {
			if e := l.event(); e.Seq != last+1 {
				t.Fatalf("the seq is %d after %d", e.Seq, last)
			}
			last++
		}
		l.close()
	}
	for range talkers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// badBus loses each third batch, and repeats the one behind it.
type badBus struct {
	bus.Local
	batches atomic.Int64
}

func (b *badBus) Publish(events []plausch.Event) {
	n := b.batches.Add(1) % 3
	if n != 1 {
		b.Local.Publish(events)
	}
	if n == 2 {
		b.Local.Publish(events)
	}
}

// TestStreamHeals has each event once, and in order, whatever is pushed.
func TestStreamHeals(t *testing.T) {
	w := newWorld(t, func(o *core.Options, _ *rest.Options) { o.Bus = new(badBus) })
	ann := w.account("ann", plausch.RoleMember)
	l := w.stream(ann, "public", "?since=0")
	const sent = 12 // and the last one is pushed
	for n := range sent {
		w.say(ann, fmt.Sprint(n))
	}
	for seq := int64(1); seq <= sent; seq++ {
		if e := l.event(); e.Seq != seq {
			t.Fatalf("the seq is %d, want %d", e.Seq, seq)
		}
	}
}

func TestServerSentEvents(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	for n := range 3 {
		w.say(ann, fmt.Sprint("line\n", n))
	}
	l := w.stream(ann, "public", "?since=0", "Accept", "text/event-stream", "Last-Event-ID", "2")
	if got := l.header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
	w.say(ann, "live")
	var got []string
	for len(got) < 6 {
		line, ok := l.line()
		if !ok {
			t.Fatal("the stream has ended")
		}
		got = append(got, line)
	}
	if epoch := "@" + l.header.Get("Plausch-Epoch"); got[0] != "id: 3"+epoch || !strings.HasPrefix(got[1], `data: {"room":1,"seq":3,`) || got[2] != "" || got[3] != "id: 4"+epoch {
		t.Errorf("the stream reads\n%s", strings.Join(got, "\n"))
	}
	w.rest.Stop()
	for {
		line, ok := l.line()
		if !ok {
			t.Fatal("the stream ends without a word")
		}
		if line == "event: error" {
			break
		}
	}
	if line, _ := l.line(); !strings.Contains(line, `"unavailable"`) {
		t.Errorf("the last event is %s", line)
	}
}

func TestStreamEnds(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	w.call(ann, "POST", "/api/rooms", `{"name":"den","kind":"private"}`).want(201)
	w.call(ann, "POST", "/api/rooms/den/members", `{"name":"bob"}`).want(204)

	l := w.stream(bob, "den", "")
	w.call(ann, "DELETE", "/api/rooms/den/members/bob", "").want(204)
	if e := l.event(); e.Kind != "leave" {
		t.Errorf("the event is %+v", e)
	}
	if e := l.last(); e.Code != string(plausch.Forbidden) {
		t.Errorf("whoever was removed is told %+v", e)
	}

	l = w.stream(bob, "public", "")
	w.call(bob, "POST", "/api/sign_out", "").want(204)
	if e := l.last(); e.Code != string(plausch.SignInFailed) {
		t.Errorf("whose token is gone is told %+v", e)
	}

	l = w.stream(ann, "den", "?since=2")
	l.event()
	w.rest.Stop()
	if e := l.last(); e.Code != string(plausch.Unavailable) || !strings.Contains(e.Message, "since=3") || e.RetryAfter == 0 {
		t.Errorf("when the server stops, a stream is told %+v", e)
	}
}

func TestTooManyStreams(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	var open []*lines
	for range 32 {
		open = append(open, w.stream(ann, "public", ""))
	}
	w.call(ann, "GET", "/api/rooms/public/stream", "").want(429).has("close one first")
	w.stream(bob, "public", "")
	open[0].close()
	for { // as soon as the server has noticed
		r := w.request(t.Context(), ann, "HEAD", "/api/rooms/public/stream", "")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close(); response.StatusCode == http.StatusOK {
			return
		}
	}
}

func TestHeartbeat(t *testing.T) {
	w := newWorld(t, func(_ *core.Options, o *rest.Options) { o.Heartbeat = time.Millisecond })
	ann := w.account("ann", plausch.RoleMember)
	for accept, want := range map[string]string{"": "", "text/event-stream": ":"} {
		if line, ok := w.stream(ann, "public", "", "Accept", accept).line(); !ok || line != want {
			t.Errorf("the heartbeat is %q, %v, want %q", line, ok, want)
		}
	}
}

// TestSlowReader is cut off with a word, and resumes without a gap.
func TestSlowReader(t *testing.T) {
	w := newWorld(t, func(_ *core.Options, o *rest.Options) { o.WriteDeadline, o.StreamBytes = time.Hour, 64<<10 })
	ann := w.account("ann", plausch.RoleMember)
	u, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /api/rooms/1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", ann)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	const sent = 200 // times 16 KiB, more than the system keeps of what is not read
	for range sent {
		w.say(ann, strings.Repeat("x", plausch.MaxText))
	}
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, 1<<20)
	l := &lines{t, nil, scanner, func() {}}
	last := int64(0)
	for {
		line, ok := l.line()
		if !ok {
			t.Fatalf("the stream ends without a word after %d: %v", last, scanner.Err())
		}
		if strings.HasPrefix(line, `{"error"`) {
			if !strings.Contains(line, `"slow_reader"`) || !strings.Contains(line, fmt.Sprintf("since=%d", last)) {
				t.Errorf("after %d the last line is %s", last, line)
			}
			break
		}
		var e protocol.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Seq != last+1 {
			t.Fatalf("seq %d after %d, %v", e.Seq, last, err)
		}
		last++
	}
	if last == sent {
		t.Error("the reader had everything: it was not slow")
	}
	l = w.stream(ann, "1", fmt.Sprint("?since=", last))
	for ; last < sent; last++ {
		if e := l.event(); e.Seq != last+1 {
			t.Fatalf("seq %d after %d", e.Seq, last)
		}
	}
}

// Python's splitlines, which many readers of lines use, knows more ends of a line.
func TestALineOfAStreamIsOneForEveryReader(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	w.call(ann, "POST", "/api/rooms/public/messages", `{"text":"a\u2028b\u2029c\nd"}`).want(201)
	got := w.call(ann, "GET", "/api/rooms/public/messages", "").want(200).has(`a\u2028b\u2029c\nd`)
	if strings.ContainsAny(strings.TrimSuffix(got.body, "\n"), "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029") {
		t.Errorf("the line has another end of a line in it: %q", got.body)
	}
}

// A reader that remembers more than the server has would hear nothing, for ever.
func TestASeqAheadOfTheLogIsRefused(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	w.call(ann, "POST", "/api/rooms/public/messages", "one").want(201)
	const stream = "/api/rooms/public/stream"
	w.call(ann, "GET", stream+"?since=2", "").want(400).has("ahead of the log", "ends at 1")
	w.call(ann, "GET", stream, "", "Last-Event-ID", "5000").want(400).has("ahead of the log")
	w.call(ann, "GET", stream, "", "Last-Event-ID", "5000", "Accept", "text/event-stream").want(400).has("ahead of the log")
	w.call(ann, "GET", "/api/rooms/public/messages?after=2", "").want(400).has("ahead of the log")
	w.call(ann, "GET", "/api/rooms/public/messages?after=1", "").want(200).has(`"events":[]`)
	l := w.stream(ann, "public", "?since=1")
	w.call(ann, "POST", "/api/rooms/public/messages", "two").want(201)
	if e := l.event(); e.Seq != 2 {
		t.Errorf("the stream begins with %d, want 2", e.Seq)
	}
	// With another epoch a reader goes on from what both states have.
	if l.header.Get("Plausch-Epoch") == "" {
		t.Error("the stream does not tell the epoch")
	}
	l = w.stream(ann, "public", "?since=5000&epoch=another")
	w.call(ann, "POST", "/api/rooms/public/messages", "three").want(201)
	for want := int64(1); want <= 3; want++ {
		if e := l.event(); e.Seq != want {
			t.Errorf("the stream goes on with %d, want %d", e.Seq, want)
		}
	}
}
