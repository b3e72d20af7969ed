package main

import (
	"path/filepath"
	"testing"
	"time"

	"plausch"
	"plausch/internal/connect"
	"plausch/internal/store/sqlite"
)

func TestOutgoingWebhooksOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) outcome {
		return plauschRun(t, "", append([]string{"webhook", "outgoing"}, append(args, "--data", dir)...)...)
	}
	run("add", "public", "https://ci.example.org/in").want(t, connect.ExitOK, "Outgoing webhook 1", "whsec_")
	run("add", "nowhere", "https://ci.example.org/in").want(t, connect.ExitFailure, "nowhere")
	run("add", "public", "https://127.0.0.1/in").want(t, connect.ExitFailure, "Internet")
	run("add", "public", "https://127.0.0.1:8443/in", "--outgoing-allow", "127.0.0.1:8443").want(t, connect.ExitOK, "Outgoing webhook 2")
	run("list").want(t, connect.ExitOK, "https://ci.example.org/in", "https://127.0.0.1:8443/in", "public", "ok")
	run("delete", "x").want(t, connect.ExitUsage, "not the id")
	run("delete", "7", "--yes").want(t, connect.ExitFailure, "no outgoing webhook 7")
	run("delete", "2", "--yes").want(t, connect.ExitOK, "Deleted outgoing webhook 2")
}

func TestOutgoingState(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	for want, hook := range map[string]plausch.OutgoingWebhook{
		"ok":               {Cursor: 7},
		"2 events to post": {Cursor: 5},
		"paused: its maker may no longer make webhooks there":     {Cursor: 5, Paused: true},
		"failing since 2026-03-01 12:00, next try 12:05: refused": {Cursor: 5, LastError: "refused", FailingSince: at, NextTry: at.Add(5 * time.Minute)},
		"the last post failed: too large":                         {Cursor: 7, LastError: "too large", FailingSince: at},
	} {
		if got := outgoingState(hook, 7); got != want {
			t.Errorf("%+v is %q, want %q", hook, got, want)
		}
	}
}
