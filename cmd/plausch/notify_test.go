package main

import (
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/connect"
)

func TestNotifyOnTheCommandLine(t *testing.T) {
	openServer(t)
	run := func(args ...string) outcome { return plauschRun(t, "", append([]string{"notify"}, args...)...) }
	run().want(t, connect.ExitOK, "Level:     default\n", "Keywords:  \n", "Quiet:     never\n", "as each device")
	run("--level", "mentions", "--keyword", "pizza,Übung", "--quiet", "22:00-07:30", "--zone", "Europe/Berlin", "--hide-text").
		want(t, connect.ExitOK, "Level:     mentions\n", "Keywords:  pizza, Übung\n", "Quiet:     22:00-07:30 Europe/Berlin\n", "left out")
	run("--level=default", "--keyword=", "--quiet=off").want(t, connect.ExitOK, "Level:     default\n", "Keywords:  \n", "Quiet:     never\n", "left out")

	run = func(args ...string) outcome { return plauschRun(t, "", append([]string{"room", "notify"}, args...)...) }
	run("public", "--mute", "8h", "--favourite", "--order=3").want(t, connect.ExitOK, "Level:     default\n", "Muted:     until ", "Favourite: yes\n", "Order:     3\n")
	run("public", "--mute=off", "--level=nothing").want(t, connect.ExitOK, "Level:     nothing\n", "Muted:     no\n", "Favourite: yes\n")
	plauschRun(t, "", "send", "--name=bob").want(t, connect.ExitOK)
	plauschRun(t, "", "send", "--to=@bob", "psst").want(t, connect.ExitOK)
	run("@bob", "--level=nothing").want(t, connect.ExitOK, "Level:     nothing\n")
	run("@carl").want(t, connect.ExitRefused, "carl")
	run("nowhere").want(t, connect.ExitRefused, "no such room")

	for _, args := range []string{
		"notify --level=loud", "notify --quiet=25:00-07:00", "notify --quiet=22:00", "notify --zone=UTC", "notify public",
		"room notify", "room notify public --mute=soon", "room notify public --mute=-8h", "room notify public --level=loud",
	} {
		plauschRun(t, "", strings.Fields(args)...).want(t, connect.ExitUsage)
	}
	plauschRun(t, "", "notify", "--quiet=22:00-07:00", "--zone=Europe/Nowhere").want(t, connect.ExitRefused, "time zone")
}

func TestParseQuietTakesTheZoneOfTheEnvironment(t *testing.T) {
	t.Setenv("TZ", ":Europe/Berlin")
	q, err := parseQuiet("22:00 - 7:05", "")
	if want := (plausch.QuietHours{From: 1320, To: 425, Zone: "Europe/Berlin"}); err != nil || *q != want {
		t.Errorf("%+v, %v; want %+v", q, err, want)
	}
	if got := mutedText(time.Now().Add(-time.Minute), time.Now()); got != "no" {
		t.Errorf("muted until a minute ago: %s", got)
	}
}
