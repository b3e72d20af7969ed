//go:build unix

package main

import (
	"image"
	"image/color"
	"image/draw"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

var claimPattern = regexp.MustCompile(`https?://[^/\s]+/claim#(\S+)`)

// TestTmuxClaimLink reads the link of a new server from a terminal, as letters and
// with the eyes of a camera.
func TestTmuxClaimLink(t *testing.T) {
	p := newPane(t, 80, 24, "serve", "--data="+t.TempDir(), "--listen=127.0.0.1:0", "--metrics-listen=off", "--log-level=debug", "--public-url=https://chat.example.org")
	p.awaitText("Talk: ")
	screen := p.screen()
	link := claimPattern.FindStringSubmatch(screen)
	if link == nil {
		t.Fatal("the screen has no link")
	}
	if n := strings.Count(screen, link[1]); n != 1 {
		t.Errorf("the code is on the screen %d times: the log has it, too", n)
	}
	if read := readQR(t, screen); read != link[0] {
		t.Errorf("a camera reads %q, the link is %q", read, link[0])
	}
	if colours := p.tmux("capture-pane", "-p", "-e", "-S", "-"); !strings.Contains(colours, "\x1b[30m\x1b[107m") {
		t.Error("the code is not black on white: what the camera sees depends on the terminal's colours")
	}
}

// A telephone cannot open a link to the server's own loopback.
func TestTmuxNoQRCodeOfTheLoopback(t *testing.T) {
	p := newPane(t, 80, 24, "serve", "--data="+t.TempDir(), "--listen=127.0.0.1:0", "--metrics-listen=off")
	p.awaitText("Talk: ")
	if screen := p.screen(); !claimPattern.MatchString(screen) || strings.ContainsAny(screen, "█▀▄") || !strings.Contains(screen, "own machine") {
		t.Error("there is no link, or a QR code, or nothing is said")
	}
}

// readQR finds the QR code of half blocks on a screen, and reads it.
func readQR(t *testing.T, screen string) string {
	t.Helper()
	var rows [][]rune
	for line := range strings.Lines(screen) {
		if strings.ContainsAny(line, "█▀▄") {
			rows = append(rows, []rune(strings.TrimRight(line, "\n")))
		}
	}
	const dots, margin = 4, 4 // a module's pixels; modules of white around
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	m := image.NewGray(image.Rect(0, 0, (width+2*margin)*dots, (2*len(rows)+2*margin)*dots))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	black := func(x, y int) {
		at := image.Pt(x+margin, y+margin).Mul(dots)
		draw.Draw(m, image.Rectangle{at, at.Add(image.Pt(dots, dots))}, image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	for y, row := range rows {
		for x, c := range row {
			if c == '█' || c == '▀' {
				black(x, 2*y)
			}
			if c == '█' || c == '▄' {
				black(x, 2*y+1)
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(m)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the screen has no QR code that can be read: %v", err)
	}
	return result.GetText()
}

// TestNoClaimLinkInLogs runs a new server without a terminal: what it says goes to
// files and journals, and has no link that makes owners.
func TestNoClaimLinkInLogs(t *testing.T) {
	out, err := os.CreateTemp(t.TempDir(), "said")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], "serve", "--data="+t.TempDir(), "--listen=127.0.0.1:0", "--metrics-listen=off", "--log-level=debug")
	cmd.Env = append(os.Environ(), runAs+"="+asPlausch)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := func() string {
		b, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for end := time.Now().Add(patience); !strings.Contains(said(), "Talk: "); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the server does not say where it listens:\n%s", said())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if text := said(); !strings.Contains(text, "plausch claim") || strings.Contains(text, "/claim#") || strings.ContainsAny(text, "█▀▄") {
		t.Errorf("the server said:\n%s", text)
	}
}

// TestTmuxClosedTerminal closes the terminal in which a server runs: it stops as
// if it were told to.
func TestTmuxClosedTerminal(t *testing.T) {
	data := t.TempDir()
	p := newPane(t, 80, 24, "serve", "--open", "--data="+data, "--listen=127.0.0.1:0", "--metrics-listen=off")
	p.awaitText("Talk: ")
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(p.screen())
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	const hello = `{"id":1,"method":"hello","params":{"version":1}}`
	if _, err := conn.Write(append([]byte{0, 0, 0, byte(len(hello))}, hello...)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // it is served
		t.Fatal(err)
	}
	p.tmux("kill-server")
	said, err := io.ReadAll(conn)
	if !strings.Contains(string(said), "connect again in a moment") || err != nil {
		t.Errorf("whoever is connected is told %q (%v)", said, err)
	}
}
