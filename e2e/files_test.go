package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// filesUser is somebody who uses the HTTP API.
type filesUser struct {
	t           *testing.T
	s           *serverProcess
	name, token string
}

func newFilesUser(t *testing.T, s *serverProcess, name string) *filesUser {
	t.Helper()
	u := &filesUser{t: t, s: s, name: name}
	var in struct{ Token string }
	u.json("POST", "/api/sign_in", fmt.Sprintf(`{"name":%q}`, name), &in)
	u.token = in.Token
	return u
}

// do makes a request and returns the status and the body.
func (u *filesUser) do(method, path string, body []byte) (int, []byte) {
	u.t.Helper()
	r, err := http.NewRequestWithContext(u.t.Context(), method, "http://"+u.s.address+path, bytes.NewReader(body))
	if err != nil {
		u.t.Fatal(err)
	}
	if u.token != "" {
		r.Header.Set("Authorization", "Bearer "+u.token)
	}
	if bytes.HasPrefix(body, []byte("{")) {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		u.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		u.t.Fatal(err)
	}
	return answer.StatusCode, b
}

// json makes a request that has to succeed, and reads its answer.
func (u *filesUser) json(method, path, body string, into any) {
	u.t.Helper()
	status, b := u.do(method, path, []byte(body))
	if status/100 != 2 {
		u.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			u.t.Fatal(err)
		}
	}
}

// filesMedia is what is told of a file.
type filesMedia struct {
	ID, Name, Type string
	Size           int64
	Media          struct {
		Width, Height, Duration int
		Thumbnail               bool
		Thumbhash, Waveform     string
	}
}

// share uploads a file and sends it with a text, and returns it and the seq.
func (u *filesUser) share(room, name, query, text string, content []byte) (f filesMedia, seq int64) {
	u.t.Helper()
	u.json("POST", "/api/attachments?name="+url.QueryEscape(name)+query, string(content), &f)
	var sent struct{ Seq int64 }
	body, _ := json.Marshal(map[string]any{"text": text, "attachments": []string{f.ID}})
	u.json("POST", "/api/rooms/"+room+"/messages", string(body), &sent)
	return f, sent.Seq
}

// gpsPhoto is a photo of 60 × 40 pixels that lies on its side and tells where it was taken.
func gpsPhoto(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00" + gpsSecret
	segment := append([]byte{0xff, 0xe1, 0, byte(2 + len(exif))}, exif...)
	return bytes.Join([][]byte{b.Bytes()[:2], segment, b.Bytes()[2:]}, nil)
}

const gpsSecret = "48.2082N 16.3738E"

func animation(t *testing.T) []byte {
	t.Helper()
	colours := color.Palette{color.Black, color.White}
	g := &gif.GIF{}
	for range 3 {
		m := image.NewPaletted(image.Rect(0, 0, 30, 20), colours)
		for i := range m.Pix {
			m.Pix[i] = byte(rand.IntN(2))
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// voiceMessage is Opus of two seconds; nobody decodes it.
func voiceMessage() []byte {
	page := func(samples int, packet string) string {
		n := make([]byte, 8)
		for i := range n {
			n[i] = byte(samples >> (8 * i))
		}
		return "OggS\x00\x02" + string(n) + strings.Repeat("\x00", 12) + "\x01" + string(rune(len(packet))) + packet
	}
	noise := make([]byte, 100)
	for i := range noise {
		noise[i] = byte(rand.IntN(128))
	}
	return []byte(page(0, "OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00") + page(96000, string(noise)))
}

// holds reports which file of a folder has some bytes.
func holds(t *testing.T, dir string, what []byte) (found string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // removed meanwhile
		}
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, what) {
			found = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFiles: what people send arrives, is gone when it is deleted, and is there in a
// restored backup, thumbnails made anew.
func TestFiles(t *testing.T) {
	s := startServer(t, noSendLimits...)
	anna, bert, eve := newFilesUser(t, s, "anna"), newFilesUser(t, s, "bert"), newFilesUser(t, s, "eve")
	anna.json("POST", "/api/rooms", `{"name":"den","kind":"private"}`, nil)
	anna.json("POST", "/api/rooms/den/members", `{"name":"bert"}`, nil)
	wave := strings.Repeat("AZaz09-_", 8)
	moving, spoken := animation(t), voiceMessage()
	photo, photoSeq := anna.share("den", "urlaub.jpg", "", "Am Meer", gpsPhoto(t))
	moves, _ := anna.share("den", "moves.gif", "", "日本語の部屋", moving)
	voice, voiceSeq := anna.share("den", "voice.ogg", "&duration=2000&waveform="+wave, "", spoken)

	if photo.Media.Width != 40 || photo.Media.Height != 60 || photo.Media.Thumbhash == "" {
		t.Errorf("of the photo %+v is known", photo)
	}
	if voice.Type != "audio/ogg" || voice.Media.Duration != 2000 || voice.Media.Waveform != wave {
		t.Errorf("of the voice message %+v is known", voice)
	}
	content := func(u *filesUser, f filesMedia, want int) []byte {
		t.Helper()
		status, b := u.do("GET", "/api/attachments/"+f.ID, nil)
		if status != want {
			t.Errorf("%s gets %d for %s, want %d", u.name, status, f.Name, want)
		}
		return b
	}
	thumbnail := func(u *filesUser, f filesMedia, width, height int) {
		t.Helper()
		_, b := u.do("GET", "/api/attachments/"+f.ID+"/thumbnail?size=large", nil)
		if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width != width || c.Height != height {
			t.Errorf("the thumbnail of %s is %d × %d, %v", f.Name, c.Width, c.Height, err)
		}
	}
	got := content(bert, photo, 200)
	if bytes.Contains(got, []byte(gpsSecret)) || !bytes.Contains(got, []byte("Exif\x00\x00MM\x00*")) {
		t.Error("the photo tells where it was taken, or does not say which way is up")
	}
	if all, err := gif.DecodeAll(bytes.NewReader(content(bert, moves, 200))); err != nil || len(all.Image) != 3 {
		t.Errorf("the animation does not move: %v", err)
	}
	if !bytes.Equal(content(bert, voice, 200), spoken) {
		t.Error("the voice message is another one")
	}
	thumbnail(bert, photo, 40, 60)
	thumbnail(bert, moves, 30, 20)
	for _, f := range []filesMedia{photo, moves, voice} {
		content(eve, f, 404)
	}

	// Deleted: no byte on the disk, soon.
	for _, seq := range []int64{photoSeq, voiceSeq} {
		anna.json("DELETE", fmt.Sprintf("/api/rooms/den/messages/%d", seq), "", nil)
	}
	for name, what := range map[string][]byte{"photo": got[len(got)-64:], "voice": spoken[len(spoken)-64:]} {
		for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			path := holds(t, s.data, what)
			if path == "" {
				break
			}
			if time.Since(began) > patience {
				t.Fatalf("of the %s there is something left in %s", name, path)
			}
		}
	}
	content(bert, photo, 404)
	thumbnails := func(data string) (n int) {
		for _, kind := range []string{"small", "large"} {
			found, _ := filepath.Glob(filepath.Join(data, "thumbnails", "*", "*."+kind+"-*"))
			n += len(found)
		}
		return n
	}
	if n := thumbnails(s.data); n != 2 {
		t.Errorf("there are %d thumbnails, want those of the animation", n)
	}

	// Elsewhere from a backup.
	file := filepath.Join(t.TempDir(), "backup.tar.zst")
	plauschRun(t, "backup", file, "--data", s.data)
	copied := newServer(t, noSendLimits...)
	plauschRun(t, "restore", file, "--data", copied.data)
	if n := thumbnails(copied.data); n != 0 {
		t.Errorf("the backup had %d thumbnails", n)
	}
	copied.start()
	bert.s = copied
	if !bytes.Equal(content(bert, moves, 200), moving) {
		t.Error("the animation is another one in the restored server")
	}
	thumbnail(bert, moves, 30, 20)
	content(bert, voice, 404)
}

// TestKTNShowsLinks: a program of the old protocol shows a link, which a browser opens
// without anything else.
func TestKTNShowsLinks(t *testing.T) {
	s := startServer(t, noSendLimits...)
	anna := newFilesUser(t, s, "anna")
	karl, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer karl.Close()
	_ = karl.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(karl, `{"request":"login","content":"karl"}`); err != nil {
		t.Fatal(err)
	}
	picture := animation(t)
	anna.share("public", "cat.gif", "", "look", picture)
	said := ""
	shown := regexp.MustCompile(`\[picture: cat\.gif, [0-9.]+ K?B, http://[^/]+(/api/files/[^\]]+)\] look`)
	for buf := make([]byte, 4096); !shown.MatchString(said); {
		n, err := karl.Read(buf)
		if said += string(buf[:n]); err != nil {
			t.Fatalf("%v after %q", err, said)
		}
	}
	anna.token = ""
	status, got := anna.do("GET", shown.FindStringSubmatch(said)[1], nil)
	if status != 200 || !bytes.Equal(got, picture) {
		t.Errorf("the link gives %d and %d bytes", status, len(got))
	}
}

// TestLargeFilesOverBrokenConnections: a command uploads a file and another downloads it,
// whole, over connections that break, and nobody needs memory for it.
func TestLargeFilesOverBrokenConnections(t *testing.T) {
	size, breaks := int64(pick(24<<20, 2<<30)), int64(pick(5, 10))
	s := startServer(t, append([]string{"--limits-file-bytes=4294967296", "--limits-account-file-bytes=8589934592", "--limits-free-disk-bytes=1"}, noSendLimits...)...)
	dir := t.TempDir()
	source := filepath.Join(dir, "film.bin")
	f, err := os.Create(source)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(rand.NewChaCha8([32]byte{1}), size)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	// run runs a command over a way that breaks, and returns what it printed.
	run := func(up, down int64, args ...string) string {
		t.Helper()
		way := newCutter(t, s.address, up, down, breaks+1, true)
		defer way.close()
		cmd := exec.Command(program(t), append(args, "--server", "tcp://"+way.address())...)
		cmd.Env, cmd.Dir = append(os.Environ(), "HOME="+dir), dir
		var said bytes.Buffer
		cmd.Stderr = &said
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var used int64
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for running := true; running; {
			select {
			case <-tick.C:
				used = max(used, peakOf(cmd.Process.Pid))
			case err := <-ended:
				if err != nil {
					t.Fatalf("plausch %v: %v\n%s", args, err, said.String())
				}
				running = false
			}
		}
		if said.Len() > 0 && strings.Contains(said.String(), "%") {
			t.Errorf("there is a progress bar in a pipe: %q", said.String())
		}
		if left := way.times.Load(); left > 0 && args[0] != "tail" {
			t.Errorf("%d connections were not broken", left)
		}
		if used > 64<<20 && !raceBuild() {
			t.Errorf("plausch %s needed %d MiB", args[0], used>>20)
		}
		return out.String()
	}
	const most = 64 << 20
	s.growth(most, func() {
		run(size/(breaks+2), -1, "upload", source, "--to", "public", "--caption", "a film", "--name", "anna")
	})
	var line struct {
		Text        string
		Attachments []filesMedia
	}
	if err := json.Unmarshal([]byte(run(-1, -1, "tail", "public", "--json", "-n", "1", "--name", "bert")), &line); err != nil {
		t.Fatal(err)
	}
	if line.Text != "a film" || len(line.Attachments) != 1 || line.Attachments[0].Name != "film.bin" || line.Attachments[0].Size != size {
		t.Fatalf("the message is %+v", line)
	}
	s.growth(most, func() {
		run(-1, size/(breaks+2), "download", line.Attachments[0].ID, "copy.bin", "--name", "carl")
	})
	got := sha256.New()
	r, err := os.Open(filepath.Join(dir, "copy.bin"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := io.Copy(got, r); err != nil || n != size || !bytes.Equal(got.Sum(nil), sum.Sum(nil)) {
		t.Errorf("%d bytes came, others than were sent: %v", n, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".plausch-*")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}
