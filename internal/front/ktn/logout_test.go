package ktn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plausch/internal/config"
	"plausch/internal/front/ktn"
	"plausch/internal/server/servertest"
)

// TestLogoutKeepsTheConnection for other logins, of others too: nothing of the
// one before is left.
func TestLogoutKeepsTheConnection(t *testing.T) {
	tb := servertest.NewTable(t, true)
	place := serve(t, tb, quiet, func(o *ktn.Options) { o.Joins = true })
	bob := enter(t, place, "bob")
	c := enter(t, place, "alice")
	bob.wantInfo("alice joined")
	c.request("msg", "@bob only for you")
	c.want("alice", "message", "(private to bob) only for you")
	bob.want("alice", "message", "(private) only for you")
	for i, name := range []string{"alice", "Dave"} {
		c.logOut()
		left := bob.next().Content.(string)
		if !strings.HasSuffix(left, " left") {
			t.Fatalf("bob is told %q", left)
		}
		for _, kind := range []string{"names", "msg", "history", "logout"} {
			c.request(kind, "hello")
			c.wantError("/^Log in first/")
		}
		bob.request("msg", fmt.Sprint("nobody hears ", i))
		bob.want("bob", "message", fmt.Sprint("nobody hears ", i))
		c.request("login", "bob")
		c.wantError("Username taken")
		c.request("login", name)
		c.wantInfo("Login successful")
		bob.wantInfo(name + " joined")
		c.request("names", nil)
		c.wantInfo("/^(" + name + ", bob|bob, " + name + ")$/")
		c.request("msg", "hi")
		c.want(name, "message", "hi")
		bob.want(name, "message", "hi")
		bob.request("msg", "@"+name+" psst")
		c.want("bob", "message", "(private) psst")
		bob.want("bob", "message", "(private to "+name+") psst")
	}
	// Its place is somebody else's as soon as it has logged out, whatever it then does.
	c.logOut()
	bob.wantInfo("Dave left")
	enter(t, place, "dave").leave()
	c.hangUp()
}

// TestLogoutAtOnce sends all requests in one write.
func TestLogoutAtOnce(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.KTN.History, c.KTN.Pace = "none", time.Millisecond })
	for range 10 {
		c := dial(t, s.KTN)
		c.write(strings.Repeat(`{"request": "login", "content": "alice"}{"request": "msg", "content": "hi"}{"request": "logout"}`, 3))
		for range 3 {
			for r := c.next(); r.Content != "Logout successful"; r = c.next() {
				if r.Response == "error" {
					t.Fatalf("got %+v", r)
				}
			}
		}
		c.hangUp()
	}
}

// TestLogoutEnds the connection without a word, if nobody logs in again.
func TestLogoutEnds(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.KTN.SignInDeadline = time.Second })
	c := dial(t, s.KTN)
	for range 2 {
		c.request("login", "alice")
		for r := c.next(); r.Content != "Login successful"; r = c.next() {
		}
		c.request("logout", nil)
		c.wantInfo("Logout successful")
	}
	c.wantEnd()
}
