package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rsc.io/qr"

	"plausch/internal/config"
)

// TestQRCode reads a drawn code back, module by module.
func TestQRCode(t *testing.T) {
	link := linkTo("https://chat.example.org/", pageInvite, "AAAAAAAAAAAAAAAAAAAAAA")
	if link != "https://chat.example.org/invite#AAAAAAAAAAAAAAAAAAAAAA" {
		t.Errorf("the link is %s", link)
	}
	code, err := qr.Encode(link, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	drawn := strings.Split(strings.TrimRight(qrCode(link), "\n"), "\n")
	for i, line := range drawn {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[30;107m"), "\x1b[0m")
		if w := utf8.RuneCountInString(line); w != code.Size+4 || w > 80 {
			t.Fatalf("line %d is %d wide, want %d", i, w, code.Size+4)
		}
		for x, r := range []rune(line) {
			upper, lower := r == '█' || r == '▀', r == '█' || r == '▄'
			if y := 2*i - 2; upper != code.Black(x-2, y) || lower != code.Black(x-2, y+1) {
				t.Fatalf("%q stands at %d, %d", r, x, y)
			}
		}
	}
	if wide := qrCode(strings.Repeat("x", 1000)); wide != "" {
		t.Error("a code is drawn that is wider than a terminal")
	}
}

func TestLinksLeadToTheServer(t *testing.T) {
	for _, c := range []struct {
		change func(*config.Config)
		said   string
		want   string
	}{
		{func(*config.Config) {}, "", "http://127.0.0.1:7528"},
		{func(*config.Config) {}, "chat.example.org", "https://chat.example.org"},
		{func(*config.Config) {}, "http://10.0.0.1:7528", "http://10.0.0.1:7528"},
		{func(c *config.Config) { c.Domain = "chat.example.org" }, "", "https://chat.example.org"},
		{func(c *config.Config) { c.Listen = []string{"192.168.1.5:7528"} }, "", "http://192.168.1.5:7528"},
		{func(c *config.Config) { c.Listen, c.TLS = []string{"192.168.1.5:7528"}, config.TLSSelfSigned }, "", "https://192.168.1.5:7528"},
	} {
		cfg := config.Default(t.TempDir())
		c.change(cfg)
		if got := baseOf(cfg, c.said); got != c.want {
			t.Errorf("links begin with %s, want %s", got, c.want)
		}
	}
}
