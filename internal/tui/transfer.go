package tui

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// transfer is a file on its way up or down.
type transfer struct {
	name   string
	up     bool
	size   int64
	moved  atomic.Int64 // bytes; the command that carries them counts
	cancel context.CancelFunc
}

// transferPause is how often the progress of transfers is drawn.
const transferPause = 200 * time.Millisecond

// text says how far a transfer is: ↑ photo.jpg 43 %.
func (t *transfer) text() string {
	sign := "↓"
	if t.up {
		sign = "↑"
	}
	done := ""
	if t.size > 0 {
		done = fmt.Sprintf(" %d %%", min(100, t.moved.Load()*100/t.size))
	}
	return sign + " " + t.name + done
}

// begin notes a transfer, which then ends.
func (m *Model) begin(t *transfer) context.Context {
	ctx, cancel := context.WithCancel(m.ctx)
	t.cancel = cancel
	m.transfers = append(m.transfers, t)
	return ctx
}

func (m *Model) ended(t *transfer) {
	t.cancel()
	for i, other := range m.transfers {
		if other == t {
			m.transfers = append(m.transfers[:i:i], m.transfers[i+1:]...)
		}
	}
}

// upload sends a file to the open room, with a caption that may be empty.
func (m *Model) upload(path, caption string) tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil {
		return nil
	}
	path = expandHome(path)
	t := &transfer{name: m.cleanLine(filepath.Base(path)), up: true}
	ctx, here, to := m.begin(t), m.here(), client.Outgoing{Room: r.Key.ID, To: r.Key.Peer, Text: caption}
	var file plausch.Attachment
	call := func() (err error) {
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
		file, err = s.client.Upload(ctx, client.Upload{
			Name: filepath.Base(path), Body: f, Size: info.Size(), ClientID: rand.Text(),
			Progress: func(sent int64) { t.moved.Store(sent * 100 / max(1, info.Size())) },
		})
		return err
	}
	t.size = 100 // progress is counted in hundredths: the size is known to the command only
	return m.carry(t, here, call, func() tea.Cmd {
		to.Attachments = []string{file.ID}
		return m.send(s, to)
	})
}

// carry runs what carries a transfer, and then takes in how it ended.
func (m *Model) carry(t *transfer, here place, call func() error, then func() tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		return answerMsg{func(err error) tea.Cmd {
			m.ended(t)
			if err != nil {
				m.noteAt(here, t.name+": "+m.why(err), true)
				return nil
			}
			return then()
		}, call()}
	}
}

// download brings a file into a folder under its own name, or a similar one if that is
// taken, and then does something with it.
func (m *Model) download(a plausch.Attachment, folder string, then func(path string) tea.Cmd) tea.Cmd {
	s, here := m.session(), m.here()
	t := &transfer{name: m.cleanLine(a.Name), size: a.Size}
	ctx := m.begin(t)
	path := ""
	return m.carry(t, here, func() error {
		f, err := createNew(folder, client.CleanLine(plausch.FileName(a.Name)))
		if err != nil {
			return err
		}
		path = f.Name()
		_, err = s.client.Download(ctx, a.ID, client.Download{To: f, Progress: func(received, _ int64) { t.moved.Store(received) }})
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
		}
		return err
	}, func() tea.Cmd { return then(path) })
}

// createNew makes a file in a folder that was not there: name, name (2) and so on.
func createNew(folder, name string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	extension := filepath.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for n := 1; ; n++ {
		f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil || !errors.Is(err, os.ErrExist) || n == 1000 {
			return f, err
		}
		name = fmt.Sprintf("%s (%d)%s", stem, n+1, extension)
	}
}

// downloadFolder is where files go that the user wants to keep.
func downloadFolder() string {
	if folder := os.Getenv("XDG_DOWNLOAD_DIR"); folder != "" {
		return folder
	}
	return expandHome("~/Downloads")
}

// expandHome puts the home folder in the place of ~.
func expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + rest
}

var fileCommands = []command{
	{"upload", argFile + " [CAPTION]", "send a file to this room", 1, func(m *Model, _ []string, rest string) tea.Cmd {
		path, caption := splitPath(rest)
		return m.upload(path, caption)
	}},
	{"download", "[FOLDER]", "keep the files of the last message that has some", 0, func(m *Model, _ []string, rest string) tea.Cmd {
		folder := downloadFolder()
		if rest != "" {
			folder = expandHome(rest)
		}
		return m.eachFile(func(a plausch.Attachment) tea.Cmd {
			return m.download(a, folder, func(path string) tea.Cmd { m.note(path); return nil })
		})
	}},
	{"open", "", "open the files or links of the last message that has some", 0, func(m *Model, _ []string, _ string) tea.Cmd {
		message := m.newest(func(message *timeline.Message) bool { return len(message.Attachments) > 0 || hasLink(message) })
		if message != nil && len(message.Attachments) == 0 {
			return m.openLink(message)
		}
		return m.eachFile(func(a plausch.Attachment) tea.Cmd {
			return m.download(a, filepath.Join(os.TempDir(), fmt.Sprintf("plausch-%d", os.Getuid())), openOutside)
		})
	}},
	{"cancel", "", "stop what is being sent or brought", 0, func(m *Model, _ []string, _ string) tea.Cmd {
		for _, t := range m.transfers {
			t.cancel()
		}
		return nil
	}},
}

// eachFile does something with each file of the selected message, or of the newest that
// has some.
func (m *Model) eachFile(do func(plausch.Attachment) tea.Cmd) tea.Cmd {
	message := m.newest(func(message *timeline.Message) bool { return len(message.Attachments) > 0 })
	if message == nil || len(message.Attachments) == 0 {
		m.say(m.texts.get(textNothingThere))
		return nil
	}
	var cmds []tea.Cmd
	for _, a := range message.Attachments {
		cmds = append(cmds, do(a))
	}
	return tea.Batch(cmds...)
}

// splitPath parts a path, which may be in quotes or have blanks behind backslashes as
// terminals paste it, from what stands behind it.
func splitPath(s string) (path, rest string) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "file://")
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : end+1], strings.TrimSpace(s[end+2:])
		}
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ' ':
			i++
			b.WriteByte(' ')
		case s[i] == ' ':
			return b.String(), strings.TrimSpace(s[i:])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// pathsMsg is what a path can become.
type pathsMsg struct {
	input      string // the text before the cursor of then
	from       int
	candidates []candidate
}

// completePath looks on the disk for what a path can become.
func (m *Model) completePath(from int, word string) tea.Cmd {
	before := m.input.text[:m.input.cursor]
	return func() tea.Msg {
		folder, start := filepath.Split(expandHome(word))
		entries, err := os.ReadDir(filepath.Clean(folder + "."))
		if err != nil {
			return nil
		}
		found := pathsMsg{input: before, from: from}
		typed := word[:len(word)-len(start)]
		for _, e := range entries {
			name := e.Name()
			if !strings.HasPrefix(name, start) || start == "" && strings.HasPrefix(name, ".") || len(found.candidates) == maxCandidates {
				continue
			}
			suffix := " "
			if e.IsDir() {
				suffix = "/"
			}
			found.candidates = append(found.candidates, candidate{typed + strings.ReplaceAll(name, " ", `\ `), suffix})
		}
		return found
	}
}

// offerPaths offers what was found, if the input is as it was.
func (m *Model) offerPaths(found pathsMsg) tea.Cmd {
	if m.input.text[:m.input.cursor] != found.input || len(found.candidates) == 0 {
		return nil
	}
	m.completing = &completion{from: found.from, candidates: found.candidates}
	return m.complete()
}

// pastedPath has a path that was pasted into an empty input be an upload, if there is such
// a file: terminals paste what is dropped on them.
func (m *Model) pastedPath(text string) tea.Cmd {
	path, rest := splitPath(text)
	if rest != "" || m.input.text != text || !strings.HasPrefix(path, "/") {
		return nil
	}
	return func() tea.Msg {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return nil
		}
		return droppedMsg{text}
	}
}

// droppedMsg tells that the text is the path of a file.
type droppedMsg struct{ text string }

func (m *Model) dropped(d droppedMsg) {
	if m.input.text == d.text {
		m.input.set("/upload " + d.text + " ")
		m.changed()
	}
}
