package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// TestSearch finds what was said by the account that may read it and by none that may not,
// over kills; what was deleted is found neither so nor in the files, and a restored backup
// finds all else.
func TestSearch(t *testing.T) {
	s := startServer(t, noSendLimits...)
	var anna, bert, carl *client.Conn
	people := []*person{}
	for _, name := range []string{"anna", "bert", "carl"} {
		people = append(people, newPerson(t, name, "tcp://"+s.address, protocol.JSON))
	}
	enter := func() {
		anna, bert, carl = people[0].mustEnter(t, nil), people[1].mustEnter(t, nil), people[2].mustEnter(t, nil)
	}
	enter()
	crew := makeCrew(t, people[:2])
	send := func(text string) protocol.MessageSent {
		t.Helper()
		var sent protocol.MessageSent
		if err := anna.Call(t.Context(), protocol.MethodMessageSend, &protocol.MessageSend{Room: crew, Text: text}, &sent); err != nil {
			t.Fatal(err)
		}
		return sent
	}
	expect := func(who *client.Conn, query string, want ...string) {
		t.Helper()
		var found protocol.Hits
		if err := who.Call(t.Context(), protocol.MethodSearch, &protocol.SearchGet{Query: query}, &found); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, h := range found.Hits {
			texts = append(texts, h.Text)
		}
		if !slices.Equal(texts, want) {
			t.Fatalf("%q finds %q, want %q", query, texts, want)
		}
	}
	for n := range 700 { // so that the index has most of them
		send(fmt.Sprint("nothing special ", n))
	}
	japanese := "明日この部屋で会いましょう"
	send(japanese)
	secret := send("Geheimratsecken an der Straße")
	s.kill() // at once: the index has not come to them
	s.start()
	enter()
	expect(bert, "部屋", japanese)
	expect(carl, "部屋")
	expect(bert, "geheimrat strasse", "Geheimratsecken an der Straße")
	expect(carl, "geheimrat strasse")

	if err := anna.Call(t.Context(), protocol.MethodMessageDelete, &protocol.MessageRef{Room: crew, Seq: secret.Seq}, &protocol.MessageSent{}); err != nil {
		t.Fatal(err)
	}
	expect(bert, "geheimrat")
	holds := func(what string) (files []string) {
		t.Helper()
		err := filepath.WalkDir(s.data, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // it may be gone by now
			}
			if data, err := os.ReadFile(path); err == nil && bytes.Contains(bytes.ToLower(data), []byte(what)) {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	await(t, func() bool { return len(holds("geheimrat")) == 0 }, func() string { return fmt.Sprint("the deleted word is in ", holds("geheimrat")) })

	file := filepath.Join(t.TempDir(), "backup.tar.zst")
	plauschRun(t, "backup", file, "--data", s.data)
	copied := newServer(t, noSendLimits...)
	plauschRun(t, "restore", file, "--data", copied.data)
	copied.start()
	for _, p := range people {
		p.address = "tcp://" + copied.address
	}
	enter()
	expect(bert, "部屋", japanese)
	expect(bert, `"special 699"`, "nothing special 699")
	expect(carl, "special")
	if err := bert.Call(t.Context(), protocol.MethodRoomLeave, &protocol.RoomRef{Room: crew}, &protocol.Empty{}); err != nil {
		t.Fatal(err)
	}
	expect(bert, "部屋")
	var found protocol.Hits
	err := bert.Call(t.Context(), protocol.MethodSearch, &protocol.SearchGet{Query: "部屋", Room: crew}, &found)
	if plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("a search in a room that was left: %v", err)
	}
}
