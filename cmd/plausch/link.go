package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/term"
	"rsc.io/qr"

	"plausch/internal/config"
	"plausch/internal/server"
)

// The pages of links. What is behind the # never leaves the browser in a
// request, so it is in no log on the way.
const (
	pageClaim  = "/claim"
	pageInvite = "/invite"
	pageReset  = "/reset"
)

// maxQR is the widest QR code that is drawn, in columns.
const maxQR = 80

// linkTo returns a link to a page of the server at base, with a code.
func linkTo(base, page, code string) string {
	return strings.TrimSuffix(base, "/") + page + "#" + code
}

// asRunning returns cfg with the places and the domain of the server that runs on
// its data folder, and with whether it speaks TLS, where the command line says
// nothing else: that server may have got them from flags.
func asRunning(cfg *config.Config) *config.Config {
	if cfg.Data == "" { // the settings are wrong
		return cfg
	}
	running, err := server.FindRunning(cfg.Data)
	if err != nil || running == nil || len(running.Listen) == 0 {
		return cfg
	}
	said := func(key string) bool { return strings.HasPrefix(cfg.From(key), "flag ") }
	its := *cfg
	if !said("listen") {
		its.Listen = running.Listen
	}
	if !said("domain") {
		its.Domain = running.Domain
	}
	switch {
	case !running.TLS:
		its.TLS = config.Off
	case its.Certificates() == config.NoCertificate:
		its.TLS = config.TLSSelfSigned
	}
	return &its
}

// baseOf returns where browsers reach the server of cfg, unless the user has
// said it.
func baseOf(cfg *config.Config, said string) string {
	if said != "" {
		if !strings.Contains(said, "://") {
			said = "https://" + said
		}
		return said
	}
	cfg = asRunning(cfg)
	for _, place := range cfg.Listen {
		scheme, address, err := config.SplitListen(place)
		if err != nil || scheme != config.TCP {
			continue
		}
		if tcp, err := net.ResolveTCPAddr("tcp", address); err == nil {
			return baseAt(cfg, tcp)
		}
	}
	return baseAt(cfg, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7528})
}

// baseAt is where browsers reach the server of cfg, which listens at addr.
func baseAt(cfg *config.Config, addr net.Addr) string {
	if cfg.Domain != "" {
		return "https://" + cfg.Domain
	}
	place := fromOutside(addr)
	ip, err := netip.ParseAddrPort(place)
	if cfg.Certificates() == config.NoCertificate || err == nil && ip.Addr().IsLoopback() {
		return "http://" + place
	}
	return "https://" + place
}

// fromOutside returns addr as other machines of this network reach it, as far as
// they can.
func fromOutside(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP != nil && !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	addrs, _ := net.InterfaceAddrs() // without any, the loopback is left
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && ip.IP.IsPrivate() {
			return (&net.TCPAddr{IP: ip.IP, Port: tcp.Port}).String()
		}
	}
	return reachable(addr)
}

// printLink prints a link, and on a terminal a QR code of it.
func printLink(w io.Writer, link string) error {
	_, err := fmt.Fprintf(w, "\n  %s\n\n%s", link, qrOn(w, link))
	return err
}

// qrOn returns a QR code of text if w is a terminal and it fits.
func qrOn(w io.Writer, text string) string {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return ""
	}
	return qrCode(text)
}

// qrCode returns a QR code of text for terminals, two rows of it in each line, in
// black on white whatever the terminal's own colours are; or nothing if it would
// be too wide.
func qrCode(text string) string {
	const quiet = 2 // modules around it; the standard has 4, but 2 are read everywhere
	code, err := qr.Encode(text, qr.L)
	if err != nil || code.Size+2*quiet > maxQR {
		return ""
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(halves[code.Black(x, y)][code.Black(x, y+1)])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String() + "\n"
}

// halves are blocks by whether their upper and their lower half are black.
var halves = map[bool]map[bool]string{
	true:  {true: "█", false: "▀"},
	false: {true: "▄", false: " "},
}
