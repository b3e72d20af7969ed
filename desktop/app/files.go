package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/client"
	"plausch/desktop/screen"
)

// transfer is a file that is sent or fetched.
type transfer struct {
	id     string
	name   string
	words  string // names the text that tells its progress
	size   int64
	done   atomic.Int64
	cancel context.CancelFunc
	failed string
}

func (t *transfer) show(w *words) screen.Transfer {
	out := screen.Transfer{ID: t.id, Text: t.failed, Failed: t.failed != ""}
	if t.failed == "" {
		done := min(t.done.Load(), t.size)
		out.Text = w.say(t.words, "file", t.name, "done", plausch.ByteSize(done), "size", plausch.ByteSize(t.size))
		out.Permille = int(done * 1000 / max(1, t.size))
	}
	return out
}

func (a *App) showTransfers() {
	out := screen.Transfers{}
	for _, t := range a.transfers {
		out = append(out, t.show(a.words))
	}
	a.Screen.Show(out)
}

// showEvery is how often the progress of a transfer is shown.
const showEvery = 200 * time.Millisecond

// begin lists a transfer and shows its progress until the context is done.
func (a *App) beginTransfer(name, text string, size int64) (context.Context, *transfer) {
	ctx, cancel := context.WithCancel(a.context)
	t := &transfer{id: rand.Text(), name: client.CleanLine(name), words: text, size: size, cancel: cancel}
	a.transfers = append(a.transfers, t)
	a.showTransfers()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(showEvery):
				a.post(a.showTransfers)
			}
		}
	}()
	return ctx, t
}

// end takes a transfer off the list, unless it failed and the user has to know.
func (a *App) endTransfer(t *transfer, err error) {
	t.cancel()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.failed = a.words.say("file_failed", "file", t.name, "error", a.words.failure(err))
	} else {
		a.transfers = slices.DeleteFunc(a.transfers, func(x *transfer) bool { return x == t })
	}
	a.showTransfers()
}

func (a *App) stopTransfer(e screen.Event) {
	for _, t := range a.transfers {
		if t.id != e.ID {
			continue
		}
		t.cancel()
		if t.failed != "" {
			a.endTransfer(t, context.Canceled)
		}
	}
}

// sendFiles sends each file as a message of its own. Temporary ones, such as pasted
// pictures, are removed when they are sent.
func (a *App) sendFiles(e screen.Event, temporary bool) {
	s, r := a.room(e)
	if r == nil || s.client == nil {
		return
	}
	for _, path := range e.Paths {
		info, err := os.Stat(path)
		name := filepath.Base(path)
		if temporary {
			name = "picture-" + a.Now().Format("2006-01-02-150405") + filepath.Ext(path)
		}
		switch {
		case err != nil:
			a.notice(a.words.failure(err), true)
			continue
		case info.IsDir():
			a.notice(a.words.say("is_folder", "file", name), true)
			continue
		}
		ctx, t := a.beginTransfer(name, "uploading", info.Size())
		c, out := s.client, r.Key.Outgoing()
		a.async(func(context.Context) func() {
			id, err := upload(ctx, c, path, t)
			if err == nil {
				out.Attachments = []string{id}
				_, err = c.Send(out)
			}
			if temporary {
				_ = os.Remove(path)
			}
			return func() { a.endTransfer(t, err) }
		})
	}
}

// uploadTries is how often a file is sent whose connection breaks.
const uploadTries = 5

func upload(ctx context.Context, c *client.Client, path string, t *transfer) (string, error) {
	id := rand.Text()
	for try := 1; ; try++ {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		sent, err := c.Upload(ctx, client.Upload{Name: t.name, Body: file, Size: t.size, ClientID: id, Progress: t.done.Store})
		_ = file.Close()
		if err == nil || try == uploadTries || !errors.Is(err, client.ErrLost) {
			return sent.ID, err
		}
		if err := c.WaitOnline(ctx); err != nil {
			return "", err
		}
	}
}

// attachment returns a file of the open room.
func (a *App) attachment(id string) (*server, plausch.Attachment) {
	if a.shown == nil || a.shown.client == nil || a.shown.state().Opened() == nil {
		return nil, plausch.Attachment{}
	}
	for _, m := range a.shown.state().Opened().Messages {
		for _, f := range m.Attachments {
			if f.ID == id {
				return a.shown, f
			}
		}
	}
	return nil, plausch.Attachment{}
}

// askSave asks where to save a file, beside files of its name that are there.
func (a *App) askSave(e screen.Event) {
	if s, f := a.attachment(e.ID); s != nil {
		a.Screen.Show(screen.Save{ID: e.ID, Path: freePath(a.Folders.Downloads, plausch.FileName(f.Name))})
	}
}

func freePath(folder, name string) string {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	path := filepath.Join(folder, name)
	for i := 2; i < 1000; i++ {
		if _, err := os.Lstat(path); err != nil {
			break
		}
		path = filepath.Join(folder, fmt.Sprintf("%s (%d)%s", stem, i, ext))
	}
	return path
}

// saveFile fetches a file to the path that the user chose. It stands there when it is whole.
func (a *App) saveFile(e screen.Event) {
	s, f := a.attachment(e.ID)
	if s == nil {
		return
	}
	ctx, t := a.beginTransfer(f.Name, "downloading", f.Size)
	c := s.client
	a.async(func(context.Context) func() {
		err := saveTo(ctx, c, f.ID, e.Text, t)
		return func() {
			if a.endTransfer(t, err); err == nil {
				a.notice(a.words.say("saved", "path", e.Text), false)
			}
		}
	})
}

func saveTo(ctx context.Context, c *client.Client, id, path string, t *transfer) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".plausch-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	for try := 1; ; try++ {
		from, err := part.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		_, err = c.Download(ctx, id, client.Download{To: part, From: from, Progress: func(received, _ int64) { t.done.Store(received) }})
		if err == nil {
			break
		}
		if try == uploadTries || !errors.Is(err, client.ErrLost) {
			return err
		}
		if err := c.WaitOnline(ctx); err != nil {
			return err
		}
	}
	if err := errors.Join(part.Chmod(0o644), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
