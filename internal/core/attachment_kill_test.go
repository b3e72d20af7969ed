package core_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/auth/authtest"
	"plausch/internal/blob"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/store/sqlite"
)

// childData tells the test binary to be a server on the folder there, which
// sends files until it kills itself between a file's bytes and its row.
const childData = "PLAUSCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if data := os.Getenv(childData); data != "" {
		fmt.Fprintln(os.Stderr, child(data))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// goodUploads is how many files a child sends before it is killed.
const goodUploads = 3

// killingStore is a store of blobs whose process is killed behind the nth Put.
type killingStore struct {
	blob.Store
	left int
}

func (d *killingStore) Put(ctx context.Context, r io.Reader, limit int64) (blob.Hash, int64, error) {
	h, n, err := d.Store.Put(ctx, r, limit)
	if d.left--; d.left < 0 {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		select {}
	}
	return h, n, err
}

func openData(ctx context.Context, data string, left int) (*core.Core, func(), error) {
	st, err := sqlite.Open(ctx, filepath.Join(data, "test.db"), sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	blobs, err := blob.OpenFolder(filepath.Join(data, "blobs"), blob.FolderOptions{})
	if err != nil {
		return nil, nil, err
	}
	c, err := core.New(ctx, core.Options{
		Store: st, Blobs: &killingStore{blobs, left}, Bus: new(bus.Local), Passwords: authtest.NewHasher(), Access: core.AccessOpen,
		MaxAccountFiles: 1000, Log: slog.New(slog.DiscardHandler),
	})
	return c, func() { c.Close(); blobs.Close(); st.Close() }, err
}

func fileOf(account string, n int) core.File {
	content := fmt.Sprint(account, " ", n, strings.Repeat("x", 100))
	return core.File{Name: "a", ClientID: fmt.Sprint(n), Body: strings.NewReader(content[:100])}
}

func child(data string) error {
	ctx := context.Background()
	c, _, err := openData(ctx, data, goodUploads)
	if err != nil {
		return err
	}
	in, err := c.SignInGuest(ctx, core.ClientInfo{}, fmt.Sprint("guest", os.Getpid()), false)
	if err != nil {
		return err
	}
	fmt.Println(in.Token)
	for n := 0; ; n++ {
		a, err := c.UploadAttachment(ctx, in.Account, fileOf(in.Account.Name, n))
		if err != nil {
			return err
		}
		sent := make(chan error, 1)
		c.SendMessage(ctx, in.Account, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{a.ID}}, func(_ plausch.Event, err error) { sent <- err })
		if err := <-sent; err != nil {
			return err
		}
	}
}

// TestKilledDuringUpload: after a kill between bytes and row each message has
// its files whole, there is no half upload, nothing counts twice, and the file
// can be uploaded again.
func TestKilledDuringUpload(t *testing.T) {
	data := t.TempDir()
	for round := 1; round <= 3; round++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childData+"="+data)
		out, err := cmd.Output()
		if err == nil || cmd.ProcessState.Exited() {
			t.Fatalf("the child was not killed: %v", err)
		}
		c, stop, err := openData(t.Context(), data, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		in, err := c.SignInToken(t.Context(), core.ClientInfo{}, strings.TrimSpace(string(out)))
		if err != nil {
			t.Fatal(err)
		}
		me := in.Account
		events, _, err := c.History(t.Context(), me, plausch.PublicRoom, core.HistoryQuery{Limit: 100})
		if err != nil || len(events) != round*goodUploads {
			t.Fatalf("%d messages, want %d: %v", len(events), round*goodUploads, err)
		}
		for _, e := range events {
			if len(e.Attachments) != 1 {
				t.Fatalf("the message %d has %d files", e.Seq, len(e.Attachments))
			}
			a, r, err := c.OpenAttachment(t.Context(), me, core.FileRef{ID: e.Attachments[0].ID})
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			r.Close()
			if err != nil || int64(len(content)) != a.Size || !strings.HasPrefix(string(content), e.Actor.Name+" ") {
				t.Errorf("the file of message %d is %.20q… of %d bytes: %v", e.Seq, content, len(content), err)
			}
		}
		cut := fmt.Sprint(goodUploads)
		_, _, err = c.OpenAttachment(t.Context(), me, core.FileRef{ClientID: cut})
		expectCode(t, err, plausch.NotFound)
		// Of 1000 bytes, files of 100 are left to be had: no more, no fewer.
		for n := goodUploads; n < 10; n++ {
			if _, err := c.UploadAttachment(t.Context(), me, fileOf(me.Name, n)); err != nil {
				t.Fatalf("upload %d: %v", n, err)
			}
		}
		_, err = c.UploadAttachment(t.Context(), me, fileOf(me.Name, 10))
		expectCode(t, err, plausch.TooLarge)
		stop()
	}
}
