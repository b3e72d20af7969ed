package linechat

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// transferPatience is how long a file may take. The client gives up long before if
// nothing moves, and Ctrl-C does at once.
const transferPatience = 24 * time.Hour

// cmdUpload sends a file to the open room.
func (c *chat) cmdUpload(ctx context.Context, _ []string, rest string) {
	to, path := c.opened().Key.Outgoing(), expandHome(rest)
	var file plausch.Attachment
	c.askFor(ctx, transferPatience, func(ctx context.Context) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is no file", path)
		}
		file, err = c.client.Upload(ctx, client.Upload{Name: filepath.Base(path), Body: f, Size: info.Size()})
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		to.Attachments = []string{file.ID}
		c.send(to, "")
	})
}

// cmdDownload keeps the files of a message in the folder of now.
func (c *chat) cmdDownload(ctx context.Context, words []string, rest string) {
	seq, _, ok := c.pick(words, rest, func(m *timeline.Message) bool { return len(m.Attachments) > 0 })
	if !ok {
		return
	}
	room := c.opened().ID
	var kept []string
	c.askFor(ctx, transferPatience, func(ctx context.Context) error {
		page, err := c.client.Messages(ctx, room, client.MessageQuery{Around: seq, Limit: 1})
		if err != nil {
			return err
		}
		for i := range page.Messages {
			if page.Messages[i].Seq != seq {
				continue
			}
			for _, a := range page.Messages[i].Attachments {
				path, err := c.download(ctx, a)
				if err != nil {
					return err
				}
				kept = append(kept, path)
			}
		}
		return nil
	}, func(err error) {
		for _, path := range kept {
			c.note("Kept as %s.", path)
		}
		switch {
		case err != nil:
			c.failed(err)
		case kept == nil:
			c.note("Message #%d has no files.", seq)
		}
	})
}

// download brings a file into the folder of now, and returns as what.
func (c *chat) download(ctx context.Context, a plausch.Attachment) (path string, err error) {
	f, err := createNew(client.CleanLine(plausch.FileName(a.Name)))
	if err != nil {
		return "", err
	}
	_, err = c.client.Download(ctx, a.ID, client.Download{To: f})
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
	}
	return f.Name(), err
}

// createNew makes a file that was not there: name, name (2) and so on.
func createNew(name string) (*os.File, error) {
	extension := filepath.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for n := 2; ; n++ {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil || !errors.Is(err, os.ErrExist) || n > 1000 {
			return f, err
		}
		name = fmt.Sprintf("%s (%d)%s", stem, n, extension)
	}
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// filesLike returns the files and folders whose path begins with word; folders end with
// a slash, so that one goes on in them.
func filesLike(word string) []string {
	folder, begin := filepath.Split(word)
	entries, err := os.ReadDir(expandHome(max(folder, "./")))
	if err != nil {
		return nil
	}
	var paths []string
	for _, e := range entries {
		switch name := e.Name(); {
		case !strings.HasPrefix(name, begin), begin == "" && strings.HasPrefix(name, "."), strings.ContainsAny(name, " \n"):
		case e.IsDir():
			paths = append(paths, folder+name+"/")
		default:
			paths = append(paths, folder+name+" ")
		}
	}
	return paths
}
