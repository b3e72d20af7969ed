package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

// peak returns the most memory that the server has had, in bytes.
func (s *serverProcess) peak() int64 {
	s.t.Helper()
	bytes := peakOf(s.cmd.Process.Pid)
	if bytes == 0 {
		s.t.Fatal("the system does not tell the peak of the server's memory")
	}
	return bytes
}

// peakOf returns the most memory that a running process has had, in bytes; 0 if it has
// ended. What is told when it has ended counts the memory of its parent, too, of which
// each process begins as a copy.
func peakOf(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}

// growth reports by how much the peak of the server's memory grows in what f
// does, and fails if that is more than most.
func (s *serverProcess) growth(most int64, f func()) {
	s.t.Helper()
	before := s.peak()
	f()
	grew := s.peak() - before
	s.t.Logf("the peak of the memory grew by %.1f MiB", float64(grew)/(1<<20))
	if grew > most && !raceBuild() {
		s.t.Errorf("the peak of the memory grew by %.1f MiB, want at most %d", float64(grew)/(1<<20), most>>20)
	}
}

// TestInheritedUploadsAreInMemoryOnce uploads the largest files by the protocol
// whose messages have them whole: of each there is one copy, and of several there
// are not more than have their turn.
func TestInheritedUploadsAreInMemoryOnce(t *testing.T) {
	const file = 25 << 20
	for name, test := range map[string]struct {
		message func(i int) map[string]any
		copy    int64
	}{
		"files": {func(i int) map[string]any {
			return map[string]any{"type": "file", "content": "a", "file": bytes.Repeat([]byte{byte(i)}, file)}
		}, file},
		"pictures": {func(i int) map[string]any {
			picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{byte(i)}, file-8)...)
			return map[string]any{"type": "image", "content": base64.StdEncoding.EncodeToString(picture)}
		}, file / 3 * 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, noSendLimits...)
			var clients []*htlUploader
			for i := range 4 {
				clients = append(clients, newHTLUploader(t, s, fmt.Sprintf("up%d", i)))
			}
			upload := func(i int) { clients[i].upload(test.message(i)) }
			s.growth(test.copy+16<<20, func() { upload(0) })
			// What the oldest and the others of a source may hold, at most twice:
			// what has ended stays until the next collection. All four at once are more.
			s.growth(110<<20, func() {
				done := make(chan struct{})
				for i := range clients {
					go func() { upload(i); done <- struct{}{} }()
				}
				for range clients {
					<-done
				}
			})
		})
	}
}

// htlUploader is a client of htl that sends files.
type htlUploader struct {
	t    *testing.T
	conn net.Conn
	htl  *htlProtocol
}

func newHTLUploader(t *testing.T, s *serverProcess, name string) *htlUploader {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	u := &htlUploader{t, conn, &htlProtocol{name: name, uuid: "1"}}
	if err := u.htl.login(conn); err != nil {
		t.Fatal(err)
	}
	return u
}

// upload sends a file and returns when the server has it.
func (u *htlUploader) upload(message map[string]any) {
	message["recipient"] = "all"
	if err := u.htl.write(u.conn, message); err != nil {
		u.t.Error(err)
		return
	}
	// What is asked behind it is answered behind it.
	if err := u.htl.ask(u.conn); err != nil {
		u.t.Error(err)
		return
	}
	for {
		var head [4]byte
		_, err := io.ReadFull(u.conn, head[:])
		document := make([]byte, binary.BigEndian.Uint32(head[:]))
		if err == nil {
			_, err = io.ReadFull(u.conn, document)
		}
		switch {
		case err != nil || bytes.Contains(document, []byte("SERVER")) && !bytes.Contains(document, []byte(" logged in")):
			u.t.Errorf("%q, %v", document, err)
			return
		case len(document) == 1: // true or false, the answer
			return
		}
	}
}

// TestBombs sends what says that it is much larger than it is (R16).
func TestBombs(t *testing.T) {
	s := startServer(t)
	array, object := "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff"
	params := func(value string) []byte {
		return []byte("\x83\xa2id\x09\xa6method\xa4ping\xa6params" + value)
	}
	// The head of a picture of 65,500 pixels square.
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), 65500), 65500)
	head = append(head, 8, 6, 0, 0, 0)
	picture := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	picture = binary.BigEndian.AppendUint32(picture, crc32.ChecksumIEEE(head))
	picture = append(picture, "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"...)

	uploader := newHTLUploader(t, s, "painter")
	s.growth(32<<20, func() {
		for range 5 {
			for name, f := range formats {
				if !strings.HasSuffix(name, "msgpack") {
					continue
				}
				for _, value := range []string{array, object, "\x81\xa1x" + array, strings.Repeat("\x91", 2000), "\xdb\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff"} {
					w := dialWire(t, s.address, f).hello()
					w.write(w.frame(params(value)))
					w.ending()
				}
			}
			for _, text := range []string{"\x81\xa4type" + array, "\x82\xa4type\xa4text\xa1x" + object, object, "\x81\xa4type\xc6\xff\xff\xff\xff"} {
				conn, err := net.Dial("tcp", s.address)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(conn, text)
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, conn)
				conn.Close()
			}
			uploader.upload(map[string]any{"type": "file", "filename": "big.png", "file": picture})
		}
	})
}
