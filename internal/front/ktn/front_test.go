package ktn_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plausch/internal/front/ktn"
	"plausch/internal/server/servertest"
)

// TestHabits has one conversation in all the ways in which programs of the
// course write requests and read responses.
func TestHabits(t *testing.T) {
	tb := servertest.NewTable(t, true)
	place := serve(t, tb, quiet)
	requests := map[string]string{ // of a request and its content, in JSON, or "" for none
		"null":                 `{"request": "%s", "content": null}`,
		"an empty string":      `{"request": "%s", "content": ""}`,
		"no key":               `{"request": "%s"}`,
		"the string None":      `{"content": "None", "request": "%s"}`,
		"keys capitalised":     `{"Request": "%s", "Content": null}`,
		"keys in capitals":     `{"REQUEST": "%s", "CONTENT": null}`,
		"keys and more of it":  `{"request": "%s", "content": null, "timestamp": 12.5, "sender": {"me": []}}`,
		"indented over lines":  "{\n\t\"request\": \"%s\",\n\t\"content\": null\n}",
		"the kind in capitals": `{"request": "%s", "content": null}`,
	}
	writes := map[string]func(c *client, all []string){
		"no newline": func(c *client, all []string) {
			for _, r := range all {
				c.write(r)
			}
		},
		"a newline": func(c *client, all []string) {
			for _, r := range all {
				c.write(r + "\n")
			}
		},
		"all at once":                    func(c *client, all []string) { c.write(strings.Join(all, "")) },
		"all at once, with line ends":    func(c *client, all []string) { c.write(strings.Join(all, "\r\n")) },
		"all at once, with commas, NULs": func(c *client, all []string) { c.write(strings.Join(all, ", \x00")) },
		"byte by byte": func(c *client, all []string) {
			for _, b := range []byte(strings.Join(all, " ")) {
				c.write(string(rune(b)))
			}
		},
	}
	n := 0
	for form, format := range requests {
		for how, write := range writes {
			for readStyle, read := range readStyles {
				n++
				name := fmt.Sprintf("Student%d", n)
				t.Run(form+"/"+how+"/"+readStyle, func(t *testing.T) {
					request := func(kind string) string {
						if form == "the kind in capitals" {
							kind = strings.ToUpper(kind)
						}
						return fmt.Sprintf(format, kind)
					}
					with := func(kind, content string) string {
						for _, nothing := range []string{"null", `""`, `"None"`} {
							if before, after, ok := strings.Cut(request(kind), nothing); ok {
								return before + strconv.Quote(content) + after
							}
						}
						return fmt.Sprintf(`{"request": %q, "content": %q}`, kind, content)
					}
					c := newClient(t, place.Dial(), read)
					go write(c, []string{
						request("names"), request("help"), with("login", name), request("names"), with("msg", "hello"),
						with("message", "hello again"), request("history"), request("logout"),
					})
					c.wantError("/^Log in first/")
					c.wantInfo("/(?s)^login NAME.*help/")
					c.wantInfo("Login successful")
					c.wantInfo(name)
					c.want(name, "message", "hello")
					c.want(name, "message", "hello again")
					again := 0 // of the history
					r := c.next()
					for ; r.Response == "message"; r = c.next() {
						if r.Sender == name {
							again++
						}
					}
					if again != 2 || r.Content != "Logout successful" {
						t.Fatalf("in the history are %d messages, and then comes %+v", again, r)
					}
					c.hangUp()
				})
			}
		}
	}
}

// TestBeforeLogin refuses all that needs a login, and goes on.
func TestBeforeLogin(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	c := newClient(t, place.Dial(), stream)
	for _, kind := range []string{"logout", "msg", "message", "names", "history"} {
		c.request(kind, "alice")
		c.wantError("/^Log in first/")
	}
	for _, kind := range []string{"", "whisper", "info"} {
		c.request(kind, nil)
		c.wantError("/request help/")
	}
	c.request("help", nil)
	c.wantInfo("/(?s)^login NAME.*help/")
	for _, content := range []any{nil, "", " ", "None"} {
		c.request("login", content)
		c.wantError("/^Who are you/")
	}
	for _, name := range []string{"a_b", "[alice]", "al.ice", "ålice", "a^b", "a`b", `a\b`, strings.Repeat("x", 33)} {
		c.request("login", name)
		c.wantError("/letters and digits/")
	}
	c.request("login", "alice")
	c.wantInfo("Login successful")
	c.request("login", "bob")
	c.wantError("/logged in as alice already/")
	c.leave()
}

func TestNames(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), quiet)
	bob, alice := enter(t, place, "bob"), enter(t, place, "Alice")
	for _, taken := range []string{"Alice", "alice", "ALICE"} {
		other := newClient(t, place.Dial(), stream)
		other.request("login", taken)
		other.wantError("Username taken")
		other.request("login", "carol"+taken) // the connection lives
		other.wantInfo("Login successful")
		other.leave()
	}
	bob.request("names", nil)
	bob.wantInfo("Alice, bob")
	bob.request("msg", "hi")
	alice.want("bob", "message", "hi")
	alice.leave()
	enter(t, place, "alice").leave() // free at once
}

// TestWhoDiesIsGone ends connections without logout.
func TestWhoDiesIsGone(t *testing.T) {
	s := servertest.Start(t)
	for how, end := range map[string]func(*net.TCPConn){
		"close":                    func(c *net.TCPConn) { c.Close() },
		"reset":                    func(c *net.TCPConn) { _ = c.SetLinger(0); c.Close() },
		"half a request and close": func(c *net.TCPConn) { _, _ = io.WriteString(c, `{"requ`); c.Close() },
		"half close":               func(c *net.TCPConn) { _ = c.CloseWrite() },
	} {
		t.Run(how, func(t *testing.T) {
			dead := dial(t, s.KTN)
			dead.request("login", "mort")
			dead.wantInfo("Login successful")
			end(dead.conn.(*net.TCPConn))
			// The server may hear of the new connection before the end of the old.
			again := dial(t, s.KTN)
			again.request("login", "mort")
			again.wantInfo("Login successful")
			again.leave()
		})
	}
}

// dial connects over TCP.
func dial(t testing.TB, address string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(servertest.Patience))
	return newClient(t, conn, stream)
}

const password = "nine lazy otters swim home"

func TestPasswords(t *testing.T) {
	for name, guests := range map[string]bool{"with guests": true, "without guests": false} {
		t.Run(name, func(t *testing.T) {
			tb := servertest.NewTable(t, guests)
			tb.AddAccount(t, "anna", password)
			place := serve(t, tb, func(o *ktn.Options) { o.Guests = guests })
			c := newClient(t, place.Dial(), stream)
			c.request("login", "anna wrong password here")
			c.wantError("/password/")
			if guests {
				c.request("login", "anna")
				c.wantError("Username taken")
			} else {
				c.request("login", "bob")
				c.wantError("/no guests/")
				c.request("help", nil)
				c.wantInfo("/login NAME PASSWORD/")
			}
			c.request("login", "Anna "+password)
			c.wantInfo("Login successful")
			second := newClient(t, place.Dial(), stream)
			second.request("login", "anna "+password)
			second.wantInfo("Login successful") // who has a password may be here twice
			c.request("names", nil)
			c.wantInfo("Anna")
			c.request("msg", "hi")
			second.want("anna", "message", "hi")
			c.want("Anna", "message", "hi")
			second.logOut() // which ends this login alone
			second.request("login", "anna "+password)
			second.wantInfo("Login successful")
			c.request("names", nil)
			c.wantInfo("Anna")

			far := newClient(t, place.DialFrom("198.51.100.7"), stream)
			far.request("login", "anna "+password)
			far.wantError("/over TLS/")
			far.request("login", "dave")
			if guests {
				far.wantInfo("Login successful")
			} else {
				far.wantError("/over TLS/")
			}
		})
	}
}

func TestPrivateMessages(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	alice, bob, carol := enter(t, place, "Alice"), enter(t, place, "bob"), enter(t, place, "carol")
	alice.request("msg", "@Bob  are you there?")
	alice.want("Alice", "message", "(private to bob) are you there?")
	bob.want("Alice", "message", "(private) are you there?")
	bob.request("msg", "@alice yes\nof course")
	bob.want("bob", "message", "(private to Alice) yes\nof course")
	alice.want("bob", "message", "(private) yes\nof course")
	for _, with := range []string{"@bob: psst", "@bob, psst"} {
		alice.request("msg", with)
		alice.want("Alice", "message", "(private to bob) psst")
		bob.want("Alice", "message", "(private) psst")
	}
	alice.request("msg", []string{"hi"})
	alice.wantError("/has to be a text/")
	alice.request("msg", "@alice hello")
	alice.wantError("/yourself/")
	alice.request("msg", "@nobody hello")
	alice.wantError("/nobody called nobody/")
	for _, public := range []string{"@bob", "@bob ", "@ bob hi", "hi @bob", "@bob,hi"} {
		alice.request("msg", public)
		for _, c := range []*client{alice, bob, carol} { // carol has heard nothing before
			c.want("Alice", "message", public)
		}
	}
	for _, empty := range []any{nil, "", " ", "\n"} {
		alice.request("msg", empty)
		alice.wantError("/empty/")
	}
	for _, number := range []any{42, true} {
		alice.request("msg", number)
		bob.want("Alice", "message", fmt.Sprint(number))
		alice.next()
	}
	alice.leave()
	bob.request("msg", "@alice too late?")
	bob.wantError("/nobody called alice/") // a guest's name is nobody's when it has gone
}

func TestEchoOff(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *ktn.Options) { o.Echo = false })
	alice, bob := enter(t, place, "alice"), enter(t, place, "bob")
	for i := range 3 {
		alice.request("msg", fmt.Sprint(i))
		alice.request("msg", fmt.Sprintf("@bob %d", i))
		bob.want("alice", "message", fmt.Sprint(i))
		bob.want("alice", "message", fmt.Sprintf("(private) %d", i))
	}
	bob.request("msg", "hi")
	alice.want("bob", "message", "hi")
	bob.leave()
	alice.leave()
}

func TestJoins(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), func(o *ktn.Options) { o.Joins = true })
	alice := enter(t, place, "alice")
	bob := enter(t, place, "Bob")
	alice.wantInfo("Bob joined")
	bob.leave()
	alice.wantInfo("Bob left")
}

func TestHistory(t *testing.T) {
	tb := servertest.NewTable(t, true)
	everything := func(o *ktn.Options) { o.HistoryMessages = 5; o.History = ktn.HistoryNone }
	alice, bob := enter(t, serve(t, tb, everything), "alice"), enter(t, serve(t, tb, everything), "bob")
	for mode := range modes {
		c := newClient(t, serve(t, tb, func(o *ktn.Options) { o.History = mode }).Dial(), stream)
		c.request("login", "early")
		c.wantInfo("Login successful")
		c.request("history", nil) // there was none at login
		r := c.next()
		if lists := mode == ktn.HistoryObjects || mode == ktn.HistoryStrings; lists && (r.Response != "history" || fmt.Sprint(r.Content) != "[]") ||
			!lists && r.Content != "Nothing has been said yet." {
			t.Errorf("%s: without messages, history is %+v", mode, r)
		}
		c.leave()
	}
	for i := range 7 {
		alice.request("msg", fmt.Sprintf("blåbær %d", i))
		alice.next()
		bob.next()
	}
	bob.request("msg", "@alice not for everyone")
	alice.next()
	bob.next()

	var want [][2]string
	for i := 2; i < 7; i++ {
		want = append(want, [2]string{"alice", fmt.Sprintf("blåbær %d", i)})
	}
	for mode, read := range modes {
		t.Run(string(mode), func(t *testing.T) {
			place := serve(t, tb, everything, func(o *ktn.Options) { o.History = mode })
			for readStyle, how := range readStyles {
				c := newClient(t, place.Dial(), how)
				c.request("login", "carol")
				c.wantInfo("Login successful")
				expect := want
				if mode == ktn.HistoryNone {
					expect = nil
				}
				if got := read(c, len(expect)); !slices.Equal(got, expect) {
					t.Errorf("%s: the history is %q, want %q", readStyle, got, expect)
				}
				c.request("history", nil)
				asked := read
				if mode == ktn.HistoryNone {
					asked = modes[ktn.HistoryReplay]
				}
				if got := asked(c, len(want)); !slices.Equal(got, want) {
					t.Errorf("%s: asked for, the history is %q, want %q", readStyle, got, want)
				}
				c.leave()
			}
		})
	}
	bob.request("history", nil)
	if got := modes[ktn.HistoryReplay](bob, 5); !slices.Contains(got, [2]string{"bob", "(private to alice) not for everyone"}) {
		t.Errorf("the history of bob is %q", got)
	}
}

// modes read a history of n messages in each form.
var modes = map[ktn.HistoryMode]func(c *client, n int) [][2]string{
	ktn.HistoryReplay: func(c *client, n int) (all [][2]string) {
		for range n {
			r := c.next()
			if r.Response != "message" {
				c.t.Errorf("got %+v", r)
			}
			all = append(all, [2]string{r.Sender, r.Content.(string)})
		}
		return all
	},
	ktn.HistoryObjects: func(c *client, n int) (all [][2]string) {
		for len(all) < n {
			for _, one := range c.next().Content.([]any) {
				m := one.(map[string]any)
				all = append(all, message(c.t, m))
			}
		}
		return all
	},
	ktn.HistoryStrings: func(c *client, n int) (all [][2]string) {
		for len(all) < n {
			for _, one := range c.next().Content.([]any) {
				var m map[string]any
				if err := json.Unmarshal([]byte(one.(string)), &m); err != nil {
					c.t.Fatal(err)
				}
				all = append(all, message(c.t, m))
			}
		}
		return all
	},
	ktn.HistoryNone: func(*client, int) [][2]string { return nil },
}

func message(t testing.TB, m map[string]any) [2]string {
	t.Helper()
	if m["response"] != "message" || !timestamp.MatchString(m["timestamp"].(string)) || len(m) != 4 {
		t.Errorf("an element is %v", m)
	}
	return [2]string{m["sender"].(string), m["content"].(string)}
}

// TestLongTexts come in parts that make the text.
func TestLongTexts(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true), quiet)
	alice := enter(t, place, "alice")
	for readStyle, read := range readStyles {
		bob := newClient(t, place.Dial(), read)
		bob.request("login", "bob")
		bob.wantInfo("Login successful")
		for _, text := range []string{
			strings.Repeat("a long story ", 1000), strings.Repeat("æøå", 1500), strings.Repeat("😀", 1000),
			strings.Repeat("\\\"\n", 2000) + ".", strings.Repeat("x", 16<<10),
		} {
			alice.request("msg", text)
			for _, c := range []*client{alice, bob} {
				var parts []response
				for len(joined(parts)) < len(text) {
					parts = append(parts, c.next())
				}
				if joined(parts) != text || len(parts) < 2 {
					t.Errorf("%s: %d parts make %.60q…, want %.60q…", readStyle, len(parts), joined(parts), text)
				}
			}
		}
		alice.request("msg", strings.Repeat("x", 16<<10+1))
		alice.wantError("/16385 bytes/")
		bob.leave()
	}
}

// TestFoolishRequests are answered, and what follows is understood.
func TestFoolishRequests(t *testing.T) {
	place := serve(t, servertest.NewTable(t, true))
	c := enter(t, place, "alice")
	for name, text := range map[string]string{
		"words":               "hello there",
		"another value":       `["request", "help"]`,
		"a broken object":     `{"request": help}`,
		"single quotes":       `{'request': 'help'}`,
		"deep":                `{"content": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}",
		"no request":          `{"content": "hi"}`,
		"a request that is 7": `{"request": 7}`,
	} {
		c.write(text + `{"request": "names", "content": null}`)
		r := c.next()
		for first := true; r.Response == "error"; first = false {
			r = c.next()
			if !first && r.Response == "error" {
				t.Logf("%s: another error %+v", name, r)
			}
		}
		if r.Content != "alice" {
			t.Errorf("%s: got %+v", name, r)
		}
	}
	c.leave()
}

// TestOversized sends more than is read, over TCP: the error has to come before
// the end, whatever is still on its way.
func TestOversized(t *testing.T) {
	s := servertest.Start(t)
	for name, n := range map[string]int{"before login": 5000, "before login, far more": 500 << 10, "after": 70 << 10, "after, far more": 900 << 10} {
		for _, address := range []string{s.KTN, s.Address} {
			t.Run(name, func(t *testing.T) {
				c := dial(t, address)
				limit := 4096
				if strings.HasPrefix(name, "after") {
					limit = 65536
					c.request("login", "alice")
					c.wantInfo("Login successful")
				}
				c.write(`{"request": "msg", "content": "` + strings.Repeat("x", n) + `"}`)
				c.wantError(fmt.Sprintf("/at most %d bytes/", limit))
				c.wantEnd()
			})
		}
	}
}

// TestStops tells why.
func TestStops(t *testing.T) {
	s := servertest.Start(t)
	in, out := dial(t, s.KTN), dial(t, s.Address)
	in.request("login", "alice")
	in.wantInfo("Login successful")
	out.request("help", nil)
	out.wantInfo("/login/")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{in, out} {
		c.wantError("/stopping/")
		c.wantEnd()
	}
}
