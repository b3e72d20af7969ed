package e2e

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/notify/notifytest"
)

// TestAfternoon is an afternoon of five people on two devices each (but for Hans, since htl
// knows one of each), over TCP, WebSocket, KTN, htl and curl. They talk, edit, delete, react, answer and pin, read here what is read
// there then, finish elsewhere what they began to write, and are pushed to. The server is
// killed in the middle. In the end each device shows what a fresh one shows, and what was
// deleted is in no file.
func TestAfternoon(t *testing.T) {
	service := notifytest.NewService(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, service.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, append(slices.Clone(noSendLimits), "--ktn-pace=1ms", "--ktn-history-messages=200", "--htl-history-messages=200",
		"--outgoing-allow="+service.Place, "--outgoing-ca="+ca, "--public-url=https://chat.plausch.org")...)
	tokens := client.NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
	tcp, web := "tcp://"+s.address, "ws://"+s.address
	open := func(address, name, password string) *device { return openDevice(t, tokens, address, name, password) }

	password := addAccount(t, s, "kari")
	anna, annaToo := open(tcp, "anna", ""), open(web, "anna", "")
	bert, bertToo := open(web, "bert", ""), open(tcp, "bert", "")
	cora := open(web, "cora", "")
	kariToo := open(tcp, "kari", password)
	kari := &oldClient{name: "kari", address: s.address, fresh: func() oldProtocol { return &ktnProtocol{name: "kari", password: password} }}
	hans := &oldClient{name: "Hans", address: s.address, fresh: func() oldProtocol { return &htlProtocol{name: "Hans", uuid: "12-34"} }}
	old := []*oldClient{kari, hans}
	devices := []*device{anna, annaToo, bert, bertToo, cora, kariToo}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	talking, hangUp := context.WithCancel(ctx)
	var running sync.WaitGroup
	t.Cleanup(func() { hangUp(); running.Wait() })
	for _, c := range old {
		c.change(func() {})
		running.Go(func() {
			if err := c.run(talking); err != nil && talking.Err() == nil {
				t.Error(err)
			}
		})
		if err := c.await(ctx, func() bool { return c.answers > 0 }); err != nil {
			t.Fatal(err)
		}
	}
	curl := withCurl(t, s, tokens, "cora")
	must := func(_ int64, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	heard := func(text string) {
		t.Helper()
		for _, c := range old {
			if err := c.await(ctx, func() bool { return c.has(text) }); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	}
	room := plausch.PublicRoom

	// They talk, answer, react, edit and delete.
	anna.say(client.Outgoing{Room: room, Text: "Tea at four?"})
	tea := bert.awaitText(room, "Tea at four?")
	bert.say(client.Outgoing{Room: room, Text: "With cake.", Target: tea})
	cake := cora.awaitText(room, "With cake.")
	curl("messages", "-d", "I bring plates, @anna")
	curl("messages/"+strconv.FormatInt(tea, 10)+"/reactions/👍", "-X", "PUT")
	for _, d := range []*device{bert, kariToo, annaToo} {
		must(d.client.React(ctx, room, tea, "👍"))
	}
	must(bertToo.client.Unreact(ctx, room, tea, "👍"))
	if err := kari.say(ctx, "anna", "psst, from KTN", "Jeg kommer"); err != nil {
		t.Fatal(err)
	}
	if err := hans.say(ctx, "anna", "psst, from htl", "Ich auch"); err != nil {
		t.Fatal(err)
	}
	bert.say(client.Outgoing{Room: room, Text: "The password of the cellar is quetzal"})
	secret := bertToo.awaitText(room, "The password of the cellar is quetzal")
	must(bertToo.client.EditMessage(ctx, room, secret, client.Edit{Text: "The password is quetzalcoatl"}))
	anna.say(client.Outgoing{Room: room, Text: "You should not say that", Target: secret})
	must(bert.client.DeleteMessage(ctx, room, secret))
	must(anna.client.EditMessage(ctx, room, tea, client.Edit{Text: "Tea at five?"}))
	bertToo.awaitText(room, "Tea at five?")
	heard("anna changed: Tea at five?")

	// A pin between two, what is read here is read there, and a draft goes along.
	anna.say(client.Outgoing{To: "bert", Text: "The key is under the mat"})
	var direct plausch.RoomID
	bert.await("a direct room", func(s *timeline.Server) bool {
		r := s.Room(timeline.ByPeer("anna"))
		if r != nil {
			direct = r.ID
		}
		return r != nil && r.Unread == 1
	})
	mat := bert.awaitText(direct, "The key is under the mat")
	must(bert.client.PinMessage(ctx, direct, mat))
	bert.apply(timeline.Read{Room: timeline.ByID(direct), Seq: mat})
	bert.apply(timeline.Draft{Room: timeline.ByID(direct), Text: "Thank"})
	bert.sync()
	bertToo.await("what is read and begun", func(s *timeline.Server) bool {
		r := s.Room(timeline.ByID(direct))
		return r != nil && r.Unread == 0 && r.ReadTo >= mat && r.Draft.Text == "Thank"
	})
	bertToo.say(client.Outgoing{Room: direct, Text: "Thank you", Target: mat})
	bertToo.apply(timeline.Draft{Room: timeline.ByID(direct)})
	bertToo.sync()
	bert.await("the end of the draft", func(s *timeline.Server) bool { return s.Room(timeline.ByID(direct)).Draft.Text == "" })

	// Cora is pushed to when she is mentioned.
	browser := notifytest.NewBrowser()
	if _, err := cora.client.SubscribePush(ctx, client.PushSubscribe{Kind: plausch.PushWeb, Endpoint: service.URL("/cora"), Text: true,
		PublicKey: browser.PublicKey(), AuthSecret: browser.Auth}); err != nil {
		t.Fatal(err)
	}
	anna.say(client.Outgoing{Room: room, Text: "@cora, how many plates?"})
	text, err := browser.Decrypt(service.Next().Body)
	if err != nil || !bytes.Contains(text, []byte("how many plates?")) {
		t.Errorf("cora is told %s (%v)", text, err)
	}

	// The server is killed while they go on.
	anna.say(client.Outgoing{Room: room, Text: "before it is dark"})
	s.kill()
	annaToo.say(client.Outgoing{Room: room, Text: "while it is dark"})
	bert.say(client.Outgoing{Room: room, Text: "is anybody there?"})
	s.start()
	for _, d := range devices {
		d.client.Kick()
	}
	cora.awaitText(room, "before it is dark")
	dark := cora.awaitText(room, "while it is dark")
	cora.awaitText(room, "is anybody there?")
	heard("while it is dark")
	must(cora.client.React(ctx, room, dark, "💡"))
	curl("messages", "-d", "it is light again")
	heard("it is light again")
	annaToo.apply(timeline.Read{Room: timeline.ByID(room), Seq: cake})
	annaToo.sync()

	// Each device shows what a fresh one shows.
	last := cora.awaitText(room, "it is light again")
	for _, d := range devices {
		d.await("all", func(s *timeline.Server) bool { return s.Room(timeline.ByID(room)).Last() >= last })
	}
	for name, of := range map[string][]*device{"anna": {anna, annaToo}, "bert": {bert, bertToo}, "cora": {cora}, "kari": {kariToo}} {
		secretOf := ""
		if name == "kari" {
			secretOf = password
		}
		fresh := open(tcp, name, secretOf)
		var rooms []plausch.RoomID
		fresh.see(func(s *timeline.Server) {
			for _, r := range s.Rooms() {
				rooms = append(rooms, r.ID)
			}
		})
		for _, d := range of {
			for _, id := range rooms {
				await(t, func() bool { fresh.sync(); d.sync(); return fresh.show(id) == d.show(id) },
					func() string { return d.name + " shows\n" + d.show(id) + "and a fresh device\n" + fresh.show(id) })
				if strings.Contains(d.show(id), "quetzal") {
					t.Errorf("%s still shows the secret", d.name)
				}
			}
		}
	}

	// What was deleted is in no file, once the server has stopped.
	for _, d := range devices {
		d.client.Close()
	}
	hangUp()
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("the server ended with code %d", code)
	}
	found := 0
	err = filepath.WalkDir(s.data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("quetzal")) {
			t.Errorf("%s has the deleted text", path)
		}
		if bytes.Contains(content, []byte("while it is dark")) {
			found++
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("texts are found in %d files (%v)", found, err)
	}
}

// withCurl is the device of somebody who has curl: a call of it asks for a path of the
// public room.
func withCurl(t *testing.T, s *serverProcess, tokens client.TokenStore, name string) func(path string, more ...string) {
	t.Helper()
	address, err := client.ParseAddress("ws://" + s.address)
	if err != nil {
		t.Fatal(err)
	}
	credential, err := tokens.Load(address.Key(), name)
	if err != nil || credential.Token == "" {
		t.Fatalf("%s has no token (%v)", name, err)
	}
	file := filepath.Join(t.TempDir(), "header")
	if err := os.WriteFile(file, []byte("Authorization: Bearer "+credential.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(path string, more ...string) {
		t.Helper()
		args := append([]string{"-sS", "--fail-with-body", "-H", "@" + file, "http://" + s.address + "/api/rooms/public/" + path}, more...)
		if out, err := exec.Command("curl", args...).CombinedOutput(); err != nil {
			t.Fatalf("curl %s: %v\n%s", path, err, out)
		}
	}
}
