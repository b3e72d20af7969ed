package main

import (
	"strings"
	"testing"

	"plausch/internal/connect"
)

func TestRoomsOnTheCommandLine(t *testing.T) {
	openServer(t)
	run := func(line string) outcome { return plauschRun(t, "", strings.Fields(line)...) }
	run("room create builds").want(t, connect.ExitOK, "builds")
	run("room join builds --name=bob").want(t, connect.ExitOK, "You are in builds")

	run("room topic builds nightly").want(t, connect.ExitOK, "Changed the topic of builds")
	run("room topic builds nightly").want(t, connect.ExitOK, "nothing changed in builds")
	run("room describe builds all").want(t, connect.ExitOK, "Changed the description of builds")
	run("room retention builds 30").want(t, connect.ExitOK, "builds keeps its messages for 30 days")
	run("room retention builds forever").want(t, connect.ExitOK, "builds keeps its messages for ever")
	run("room topic builds mine --name=bob").want(t, connect.ExitRefused, "run")

	run("room writers builds admins").want(t, connect.ExitOK, "Changed who writes in builds")
	run("send --to=builds --name=bob hello").want(t, connect.ExitRefused, "only those who run this room write there")
	run("room role builds bob admin").want(t, connect.ExitOK, "Changed the role of bob in builds")
	run("send --to=builds --name=bob hello").want(t, connect.ExitOK)
	run("room role builds bob member").want(t, connect.ExitOK, "Changed the role of bob in builds")

	run("room archive builds").want(t, connect.ExitOK, "Archived builds")
	run("send --to=builds hello").want(t, connect.ExitRefused, "archived")
	run("room unarchive builds").want(t, connect.ExitOK, "builds is no longer archived")

	run("room bans builds").want(t, connect.ExitOK, "Nobody is banned.")
	run("room ban builds bob").want(t, connect.ExitOK, "bob is banned.")
	run("room bans builds").want(t, connect.ExitOK, "bob\tby tester\t")
	run("room join builds --name=bob").want(t, connect.ExitRefused, "banned")
	run("room bans builds --name=bob").want(t, connect.ExitRefused)
	run("room unban builds bob").want(t, connect.ExitOK, "bob may join again.")
	run("room join builds --name=bob").want(t, connect.ExitOK, "You are in builds")

	for _, line := range []string{"room ban builds", "room bans", "room retention builds soon", "room retention builds 0", "room topic builds"} {
		run(line).want(t, connect.ExitUsage)
	}
}
