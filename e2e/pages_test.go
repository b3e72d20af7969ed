package e2e

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/config"
)

// inherited is a protocol as its page writes it.
type inherited struct {
	name string
	// encode makes of a document on the page what goes over the wire.
	encode func(document string) ([]byte, error)
	// read reads a document and what is around it.
	read func(*bufio.Reader) ([]byte, error)
	// timeless takes the times out of what goes over the wire.
	timeless func([]byte) []byte
	// id finds an id that the server has made in what goes over the wire; nil if it
	// makes none.
	id *regexp.Regexp
	// typed is what is typed into the client of the page, and said what it prints.
	typed, said string
}

var inheritedProtocols = []inherited{
	{
		name:   "ktn",
		encode: func(document string) ([]byte, error) { return []byte(document + "\n"), nil },
		read:   func(r *bufio.Reader) ([]byte, error) { return r.ReadBytes('\n') },
		timeless: func(b []byte) []byte {
			return regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllLiteral(b, nil)
		},
		typed: "Hei!\n",
		said:  "server: Login successful\nAnna: Hei!\nserver: Logout successful\n",
	},
	{
		name:   "htl",
		encode: encodeHTL,
		read:   readHTL,
		timeless: func(b []byte) []byte {
			if i := bytes.LastIndex(b, []byte("\xa4time\xcb")); i >= 0 {
				return b[:i] // it is the last key
			}
			return b
		},
		id:    regexp.MustCompile(`[A-Z2-7]{26}`),
		typed: "Servus!\n",
		said:  "SERVER: Anna logged in\nAnna: Servus!\n",
	},
}

// TestPages holds the examples of docs/ktn.md and docs/htl.md against the
// server: what it answers is what the page says, byte for byte but for times and ids.
// A block of code that has the protocol's name is a session of its own, with a
// server that is started with the flags behind the name.
func TestPages(t *testing.T) {
	for _, w := range inheritedProtocols {
		page, err := os.ReadFile(filepath.Join("..", "docs", w.name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?ms)^```"+w.name+"(.*?)\n(.*?)^```$").FindAllStringSubmatch(string(page), -1)
		if len(blocks) < 6 {
			t.Errorf("docs/%s.md: only %d sessions were found", w.name, len(blocks))
		}
		for i, block := range blocks {
			t.Run(fmt.Sprintf("%s %d", w.name, i+1), func(t *testing.T) {
				t.Parallel()
				w.run(t, startServer(t, strings.Fields(block[1])...), w.parse(t, block[2]))
			})
		}
		t.Run(w.name+" settings", func(t *testing.T) {
			for _, s := range config.Settings() {
				row := fmt.Sprintf("\n| `%s` | `%s` |", s.Key, strings.Trim(s.Default, `'"`))
				if strings.HasPrefix(s.Key, w.name+".") && !strings.Contains(string(page), row) {
					t.Errorf("docs/%s.md does not say%s", w.name, row)
				}
			}
		})
		t.Run(w.name+" client", func(t *testing.T) {
			t.Parallel()
			program := regexp.MustCompile("(?ms)^```python\n(.*?)^```$").FindSubmatch(page)
			if program == nil {
				t.Fatalf("docs/%s.md has no client in Python", w.name)
			}
			w.runClient(t, string(program[1]))
		})
	}
}

// step is a line of a session.
type step struct {
	line     string
	who      string // empty for the page's reader
	sends    bool
	document string
	bytes    []byte // as the page says, nil if it does not
}

const (
	closes  = "(closes)"
	stopped = "(the server is stopped)"
)

var (
	stepLine = regexp.MustCompile(`^(?:(\w+) )?([CS]): (.*)$`)
	hexLine  = regexp.MustCompile(`^   ((?:[0-9a-f]{2} )*[0-9a-f]{2})$`)
)

func (w *inherited) parse(t *testing.T, block string) (steps []step) {
	t.Helper()
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		if m := hexLine.FindStringSubmatch(line); m != nil {
			last := &steps[len(steps)-1]
			more, err := hex.DecodeString(strings.ReplaceAll(m[1], " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			last.bytes = append(last.bytes, more...)
			continue
		}
		m := stepLine.FindStringSubmatch(line)
		if m == nil && line != stopped {
			t.Fatalf("what does this line say? %q", line)
		}
		next := step{line: line}
		if m != nil {
			next.who, next.sends, next.document = m[1], m[2] == "C", m[3]
		}
		steps = append(steps, next)
	}
	for _, s := range steps {
		if s.bytes == nil {
			continue
		}
		if encoded, err := w.encode(s.document); err != nil || !bytes.Equal(encoded, s.bytes) {
			t.Errorf("%s\nis % x (%v), and the page says\n   % x", s.line, encoded, err, s.bytes)
		}
	}
	return steps
}

// run plays a session.
func (w *inherited) run(t *testing.T, s *serverProcess, steps []step) {
	t.Helper()
	addCarol(t, s)
	open := map[string]net.Conn{}
	readers := map[string]*bufio.Reader{}
	var ids []string // of the page, and what they really are
	for _, step := range steps {
		if step.line == stopped {
			s.signal(syscall.SIGTERM)
			continue
		}
		if open[step.who] == nil {
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			open[step.who], readers[step.who] = conn, bufio.NewReader(conn)
		}
		if step.document == closes {
			if got, err := w.read(readers[step.who]); err != io.EOF {
				t.Fatalf("%s\nbut there is %q, %v", step.line, got, err)
			}
			delete(open, step.who)
			continue
		}
		encoded, err := w.encode(step.document)
		if err != nil {
			t.Fatalf("%s: %v", step.line, err)
		}
		if step.sends {
			encoded = []byte(strings.NewReplacer(ids...).Replace(string(encoded)))
			if _, err := open[step.who].Write(encoded); err != nil {
				t.Fatalf("%s: %v", step.line, err)
			}
			continue
		}
		got, err := w.read(readers[step.who])
		if err != nil {
			t.Fatalf("%s\nbut there is %q, %v", step.line, got, err)
		}
		if w.id != nil && w.id.Match(encoded) && w.id.Match(got) {
			ids = append(ids, string(w.id.Find(encoded)), string(w.id.Find(got)))
			got = bytes.ReplaceAll(got, w.id.Find(got), w.id.Find(encoded))
		}
		if g, want := w.timeless(got), w.timeless(encoded); !bytes.Equal(g, want) {
			t.Fatalf("%s\nthe page says %q\nand the server %q", step.line, want, g)
		}
	}
}

// addCarol makes the account of the page's examples.
func addCarol(t *testing.T, s *serverProcess) {
	t.Helper()
	add := exec.Command(s.binary, "user", "add", "carol", "--data", s.data)
	add.Stdin = strings.NewReader("correct horse battery\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// runClient runs the page's client.
func (w *inherited) runClient(t *testing.T, source string) {
	t.Helper()
	const port = "7528"
	if strings.Count(source, port) != 1 {
		t.Fatalf("the client does not have the port %s, or not once", port)
	}
	s := startServer(t)
	file := filepath.Join(t.TempDir(), "client.py")
	source = strings.Replace(source, port, s.address[strings.LastIndex(s.address, ":")+1:], 1)
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	client := exec.CommandContext(t.Context(), python, file, "Anna")
	client.Stdin = strings.NewReader(w.typed)
	if out, err := client.CombinedOutput(); err != nil || string(out) != w.said {
		t.Errorf("the client of docs/%s.md ends with %v and prints\n%s\ninstead of\n%s", w.name, err, out, w.said)
	}
}

// encodeHTL makes msgpack, with its length, of a document in the page's notation.
func encodeHTL(document string) ([]byte, error) {
	// A bin becomes a string that begins with a zero, and JSON can read it.
	marked := regexp.MustCompile(`(^|[ \[])b"`).ReplaceAllString(document, `$1"\u0000`)
	d := json.NewDecoder(strings.NewReader(marked))
	body, err := appendValue(nil, d)
	if err != nil {
		return nil, err
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...), nil
}

// appendValue appends the next value of d.
func appendValue(dst []byte, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		var elements []byte
		n := uint32(0)
		for ; d.More(); n++ {
			if elements, err = appendValue(elements, d); err != nil {
				return nil, err
			}
		}
		if _, err := d.Token(); err != nil { // the end
			return nil, err
		}
		if v == '{' {
			dst = msgp.AppendMapHeader(dst, n/2)
		} else {
			dst = msgp.AppendArrayHeader(dst, n)
		}
		return append(dst, elements...), nil
	case string:
		if bin, ok := strings.CutPrefix(v, "\x00"); ok {
			return msgp.AppendBytes(dst, []byte(bin)), nil
		}
		return msgp.AppendString(dst, v), nil
	case float64:
		return msgp.AppendFloat64(dst, v), nil
	case bool:
		return msgp.AppendBool(dst, v), nil
	}
	return nil, fmt.Errorf("%v has no msgpack form here", token)
}

func readHTL(r *bufio.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return head, err
	}
	frame := append(head, make([]byte, binary.BigEndian.Uint32(head))...)
	_, err := io.ReadFull(r, frame[4:])
	return frame, err
}
