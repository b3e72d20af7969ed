package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"plausch/internal/config"
	"plausch/internal/link"
	"plausch/internal/server"
	"plausch/internal/terminal"
)

// withRunning returns cfg with the places and the domain of the server that runs on
// its data folder, and with whether it speaks TLS, where the command line says
// nothing else: that server may have got them from flags.
func withRunning(cfg *config.Config) *config.Config {
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

// linkBase returns the base of links to the server of cfg: by the user's flag, else by the
// running server, else by the settings.
func linkBase(cfg *config.Config, said string) link.Base {
	if said != "" {
		return link.Given(said)
	}
	running, err := server.FindRunning(cfg.Data)
	if err == nil && running != nil && running.Links.Scope != "" && cfg.PublicURL == "" && !strings.HasPrefix(cfg.From("listen"), "flag ") {
		return running.Links
	}
	cfg = withRunning(cfg)
	b := server.PublicAddress(cfg, cfg.Listen).Base()
	if running == nil {
		b.Todo = strings.TrimSpace("No server runs on " + cfg.Data + " now; links work once it does. " + b.Todo)
	}
	return b
}

// printLink prints a link to a page of the server.
func printLink(w io.Writer, base link.Base, page, code string) error {
	_, err := io.WriteString(w, linkText(w, base, page, code))
	return err
}

// linkText returns a link to a page as it is told on w: with a QR code on a terminal,
// if a telephone could open it, and else with advice.
func linkText(w io.Writer, base link.Base, page, code string) string {
	text := fmt.Sprintf("\n  %s\n\n", base.To(page, code))
	if base.URL == "" {
		text = fmt.Sprintf("\n  (the server's address)%s\n\n", base.To(page, code))
	}
	if base.ForOthers() {
		text += terminal.QROn(w, base.To(page, code))
	}
	if base.Todo != "" {
		text += fillLines(base.Todo) + "\n"
	}
	return text
}

// fillLines breaks a text into lines of at most 80 characters.
func fillLines(text string) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
		case used+1+n > 80:
			b.WriteString("\n")
			used = 0
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String() + "\n"
}
