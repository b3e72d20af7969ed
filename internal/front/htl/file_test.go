package htl_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"

	"plausch/internal/server/servertest"
)

// picture is a PNG of about so many bytes.
func picture(t testing.TB, size int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, max(1, size/64)))
	for i := range m.Pix {
		m.Pix[i] = byte(rand.Uint32())
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// awaitKind awaits a map of a type, and ignores others before it.
func (c *client) awaitKind(kind string) map[string]any {
	c.t.Helper()
	for {
		v := c.next()
		if m, ok := v.(map[string]any); ok && m["type"] == kind {
			return m
		} else if ok && m["author"] == "SERVER" && m["recipient"] != "all" {
			c.t.Fatalf("got %v, want one of type %s", m, kind)
		}
	}
}

// TestPictures sends small ones as what they are and large ones as files, since no
// frame may have 128 KiB, and no document without a length 4096 bytes.
func TestPictures(t *testing.T) {
	s := servertest.Start(t)
	alice, bob, old := dial(t, s.HTL, framed), dial(t, s.HTL, framed), dial(t, s.HTL, streaming)
	for name, c := range map[string]*client{"alice": alice, "bob": bob, "old": old} {
		c.auth(name, "1")
		c.skip(name + " is here")
	}
	for name, test := range map[string]struct {
		size        int
		framed, old string
	}{
		"tiny":  {500, "image", "image"},
		"small": {20 << 10, "image", "filetext"},
		"large": {200 << 10, "filetext", "filetext"},
	} {
		t.Run(name, func(t *testing.T) {
			want := picture(t, test.size)
			alice.send("type", "image", "content", []byte(base64.StdEncoding.EncodeToString(want)), "author", "eve", "recipient", "all")
			for c, kind := range map[*client]string{bob: test.framed, old: test.old} {
				m := c.awaitKind(kind)
				if m["author"] != "alice" || m["recipient"] != "all" {
					t.Errorf("got %.200v", m)
				}
				if kind != "image" {
					continue
				}
				got, err := base64.StdEncoding.DecodeString(string(m["content"].([]byte)))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("the picture is another one: %v", err)
				}
			}
		})
	}
	alice.send("type", "image", "content", []byte("no base64!"), "author", "alice", "recipient", "all")
	alice.wantNext("SERVER", "alice", "The content of an image is the picture in base64.")
}

// TestFiles sends files, which their recipients fetch.
func TestFiles(t *testing.T) {
	s := servertest.Start(t)
	alice, bob, eve := dial(t, s.HTL, framed), dial(t, s.HTL, framed), dial(t, s.HTL, bare)
	for name, c := range map[string]*client{"alice": alice, "bob": bob, "eve": eve} {
		c.auth(name, "1")
		c.skip(name + " is here")
	}
	want := make([]byte, 100<<10)
	for i := range want {
		want[i] = byte(rand.Uint32())
	}
	alice.send("type", "file", "content", "plan.bin", "filename", "plan.bin", "file", want, "fileid", "alice plan.bin 17", "author", "alice", "recipient", "bob")
	m := bob.awaitKind("filetext")
	if m["content"] != "plan.bin" || m["author"] != "alice" || m["recipient"] != "bob" {
		t.Errorf("got %v", m)
	}
	for name, fetch := range map[string]struct {
		by *client
		id any
	}{"bob": {bob, m["fileid"]}, "alice, by her own id": {alice, "alice plan.bin 17"}} {
		fetch.by.send("type", "getfile", "fileid", fetch.id)
		if got, _ := fetch.by.awaitKind("file")["content"].([]byte); !bytes.Equal(got, want) {
			t.Errorf("%s fetched %d other bytes", name, len(got))
		}
	}
	for name, fetch := range map[string]struct {
		by *client
		id any
	}{"whom it is not for": {eve, m["fileid"]}, "by another's own id": {eve, "alice plan.bin 17"}, "what there is not": {bob, "none"}, "without an id": {bob, ""}} {
		fetch.by.send("type", "getfile", "fileid", fetch.id)
		fetch.by.wantNoFile("There is no such file, or it is not for you.")
		t.Log(name)
	}
	alice.send("type", "file", "content", "x", "filename", "x", "fileid", "4", "author", "alice", "recipient", "all")
	alice.wantNext("SERVER", "alice", "A message of the type file needs the key file, with the bytes of one.")
	// A file that fits no frame is named, not sent.
	alice.send("type", "file", "content", "übung.bin", "filename", "übung.bin", "file", make([]byte, 1<<20), "fileid", "2", "author", "alice", "recipient", "all")
	big := bob.awaitKind("filetext")
	bob.send("type", "getfile", "fileid", big["fileid"])
	bob.wantNoFile("The file übung.bin has 1 MB; programs of this kind can be sent files up to 131 KB, others can fetch it.")
	alice.send("type", "file", "content", "x", "filename", "x", "file", []byte("x"), "fileid", "3", "author", "alice", "recipient", "nobody")
	alice.wantNext("SERVER", "alice", "Private Message was not delivered. Reason: user unavailable")
}

// wantNoFile awaits why a file cannot be had, and then an empty one. All that comes
// is maps: anything else ends the original client.
func (c *client) wantNoFile(why string) {
	c.t.Helper()
	for {
		m := c.nextMap()
		if m["author"] == "SERVER" && m["content"] == why {
			break
		}
		if m["type"] == "file" {
			c.t.Fatalf("got %.200v before %q", m, why)
		}
	}
	m := c.nextMap()
	if content, ok := m["content"].([]byte); m["type"] != "file" || !ok || len(content) > 0 {
		c.t.Fatalf("got %v, want an empty file", m)
	}
}

// TestStalledUploadsHoldNobodyUp begins uploads of the largest size that stop after
// their first bytes. Meanwhile others send files.
func TestStalledUploadsHoldNobodyUp(t *testing.T) {
	s := servertest.Start(t)
	bob := dial(t, s.HTL, framed)
	bob.auth("bob", "")
	bob.skip("bob is here")
	for i := range 3 {
		name := fmt.Sprint("stalled", i)
		c := dial(t, s.HTL, framed)
		c.auth(name, "")
		c.skip(name + " is here")
		begin := doc("type", "file", "content", "x", "filename", "x", "file", make([]byte, 100<<10), "fileid", "1", "recipient", "all")
		c.write(append(binary.BigEndian.AppendUint32(nil, 25<<20), begin[:80<<10]...))
	}
	want := make([]byte, 100<<10)
	bob.send("type", "file", "content", "plan.bin", "filename", "plan.bin", "file", want, "fileid", "1", "recipient", "all")
	if m := bob.awaitKind("filetext"); m["content"] != "plan.bin" {
		t.Errorf("got %v", m)
	}
}
