package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// TestAnOlderState puts a backup back while a follower, a client of the library and
// one that starts later with seqs that it remembers know more than the backup has.
// Each goes on from the last seq that both have, and hears what is new once.
func TestAnOlderState(t *testing.T) {
	s := startServer(t, "--open")
	say := func(texts ...string) {
		t.Helper()
		for _, text := range texts {
			plauschRun(t, "send", "--server", "tcp://"+s.address, "--name", "anna", text)
		}
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	say("one", "two", "three")
	file := filepath.Join(t.TempDir(), "b.tar.zst")
	plauschRun(t, "backup", file, "--data", s.data)
	say("lost four", "lost five")

	follower := startClient(t, "tail", t.TempDir(), exec.Command(s.binary, "tail", "public", "--since", "0", "--follow", "--name", "tom", "--server", "tcp://"+s.address))
	heard := readHistory(t, s.address, client.Options{Name: "ben"})
	await(t, func() bool { return strings.Contains(follower.out.String(), "lost five") }, follower.out.String)
	heard.await("lost five")
	remembered, epoch := int64(5), heard.client.Epoch()
	if epoch == "" {
		t.Fatal("the server has no epoch")
	}

	s.kill()
	plauschRun(t, "restore", file, "--data", s.data, "--force")
	s.start()
	// As many as are gone, so that the seqs alone tell nothing.
	say("new four", "new five", "new six")
	await(t, func() bool { return strings.Contains(follower.out.String(), "new six") }, follower.out.String)
	heard.await("new six")
	later := readHistory(t, s.address, client.Options{Name: "cora", Epoch: epoch, Begin: func(plausch.Room) int64 { return remembered }})
	later.await("new six")

	all := []string{"one", "two", "three", "lost four", "lost five", "new four", "new five", "new six"}
	var printed []string
	for line := range strings.Lines(follower.out.String()) {
		if _, text, ok := strings.Cut(strings.TrimSpace(line), " anna: "); ok {
			printed = append(printed, text)
		}
	}
	if !slices.Equal(printed, all) {
		t.Errorf("tail printed %q, want %q", printed, all)
	}
	if !slices.Equal(heard.texts, all) {
		t.Errorf("the client heard %q, want %q", heard.texts, all)
	}
	if !slices.Equal(later.texts, all[5:]) {
		t.Errorf("the client that remembered seq %d heard %q, want %q", remembered, later.texts, all[5:])
	}
	if !slices.Equal(heard.resets, []int64{3}) {
		t.Errorf("the client was told that the log was cut behind %v, want 3", heard.resets)
	}
	if again := heard.client.Epoch(); again == epoch || again == "" {
		t.Errorf("after the restore the epoch is %q, and it was %q", again, epoch)
	}
	now := readHistory(t, s.address, client.Options{Name: "dora"})
	now.await("new six")
	for _, device := range []*historyReader{heard, now} {
		device.awaitCaughtUp(epoch)
		if texts, current := device.drawn(); !slices.Equal(texts, append(all[:3:3], all[5:]...)) || current != device.client.Epoch() {
			t.Errorf("a device shows %q in the epoch %q, and the client is in %q", texts, current, device.client.Epoch())
		}
	}
	if code, body := httpGet(t, fmt.Sprintf("http://%s/api/", s.address)); code != 200 {
		t.Errorf("the API answers %d %s", code, body)
	}
}

// historyReader is a client of the library that notes what it hears in the public room.
type historyReader struct {
	t      *testing.T
	client *client.Client
	texts  []string
	resets []int64
	state  *timeline.State
}

// drawn returns the texts that a user interface would show, and in which epoch.
func (l *historyReader) drawn() (texts []string, epoch string) {
	server := l.state.Server("")
	for _, m := range server.Room(timeline.ByID(plausch.PublicRoom)).Messages {
		texts = append(texts, m.Text)
	}
	return texts, server.Epoch()
}

func readHistory(t *testing.T, address string, o client.Options) *historyReader {
	t.Helper()
	o.Address = "tcp://" + address
	if o.Begin == nil {
		o.Begin = func(plausch.Room) int64 { return 0 }
	}
	c, err := client.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &historyReader{t: t, client: c, state: timeline.New(timeline.Options{})}
}

// await reads until a text has been heard.
func (l *historyReader) await(text string) {
	l.t.Helper()
	for !slices.Contains(l.texts, text) {
		l.read()
	}
}

// awaitCaughtUp reads until everything has been told in another epoch than old.
func (l *historyReader) awaitCaughtUp(old string) {
	l.t.Helper()
	for server := l.state.Server(""); server.Epoch() == "" || server.Epoch() == old; {
		l.read()
	}
}

func (l *historyReader) read() {
	l.t.Helper()
	updates, err := l.client.Next(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, u := range updates {
		l.state.Apply(time.Now(), "", timeline.Update{Update: u})
		switch u := u.(type) {
		case client.Event:
			if u.Kind == plausch.EventMessage {
				l.texts = append(l.texts, u.Text)
			}
		case client.RoomReset:
			l.resets = append(l.resets, u.Head)
		}
	}
}
