package main

import (
	"strings"
	"testing"

	"plausch/internal/connect"
)

func TestSearchCommand(t *testing.T) {
	openServer(t)
	for _, text := range []string{"In der Straße 5", "no", "Strassenfest am See", "この部屋"} {
		plauschRun(t, "", "send", "--name=bob", text).want(t, connect.ExitOK)
	}
	plauschRun(t, "", "send", "--name=bob", "--to=@eve", "auf der Strasse?") // eve is not there: it fails
	found := plauschRun(t, "", "search", "--name=anna", "strasse")
	found.want(t, connect.ExitOK)
	lines := strings.Split(strings.TrimSpace(found.stdout), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "public #3  ") || !strings.HasSuffix(lines[0], " bob: Strassenfest am See") || !strings.HasPrefix(lines[1], "public #1  ") {
		t.Errorf("search prints %q", found.stdout)
	}
	one := plauschRun(t, "", "search", "--name=anna", "-n", "1", "--json", "from:bob", "部屋")
	one.want(t, connect.ExitOK)
	if !strings.HasPrefix(one.stdout, `{"room":"public","seq":4,`) || strings.Count(one.stdout, "\n") != 1 {
		t.Errorf("search --json prints %q", one.stdout)
	}
	none := plauschRun(t, "", "search", "--name=anna", "tulip")
	none.want(t, connect.ExitFailure)
	if none.stdout != "" || !strings.Contains(none.stderr, "Nothing") {
		t.Errorf("without a hit: %q, %q", none.stdout, none.stderr)
	}
	plauschRun(t, "", "search", "--name=anna", "has:cake").want(t, connect.ExitRefused)
}
