package main

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// eachCommand calls do with every command and its words.
func eachCommand(do func(cmd *cobra.Command, words []string)) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		do(cmd, strings.Fields(cmd.CommandPath())[1:])
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	root := newRootCommand()
	finishCommands(root, false)
	walk(root)
}

// Every help fits a terminal of 80 columns and names every flag, if not at once then
// with --help-all.
func TestHelpFits(t *testing.T) {
	eachCommand(func(cmd *cobra.Command, words []string) {
		short := plauschRun(t, "", append(words, "--help")...)
		short.want(t, connect.ExitOK, cmd.CommandPath())
		all := plauschRun(t, "", append(words, "--help-all")...)
		all.want(t, connect.ExitOK, "--help")
		flags := strings.Count(short.stdout, "\n      --") + strings.Count(short.stdout, "\n  -")
		if flags > maxFlags {
			t.Errorf("%s --help shows %d flags", cmd.CommandPath(), flags)
		}
		for _, text := range []string{short.stdout, all.stdout} {
			for line := range strings.SplitSeq(text, "\n") {
				if n := terminal.Width(line); n > helpColumns || strings.HasSuffix(line, " ") || strings.Contains(line, "\t") {
					t.Errorf("%s has a line of %d columns: %q", cmd.CommandPath(), n, line)
				}
			}
		}
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			if len(line) > helpColumns {
				t.Errorf("%s has an example that is too long: %s", cmd.CommandPath(), line)
			}
		}
		for _, f := range flagsOf(cmd) {
			if !strings.Contains(all.stdout, "--"+f.Name+" ") && !strings.Contains(all.stdout, "--"+f.Name+"\n") {
				t.Errorf("%s --help-all does not have --%s", cmd.CommandPath(), f.Name)
			}
		}
	})
}

func TestHelpHasGroups(t *testing.T) {
	text := plauschRun(t, "").stdout
	last := 0
	for _, want := range []string{"\nTalk:\n  join", "\n  chat ", "\nHost a server:\n  serve", "\nFor scripts:\n  send", "\n  version "} {
		at := strings.Index(text, want)
		if at < last {
			t.Errorf("%q is not behind what is before it in\n%s", want, text)
		}
		last = at
	}
	eachCommand(func(cmd *cobra.Command, words []string) {
		if len(words) == 1 && cmd.GroupID == "" && words[0] != "version" && words[0] != "help" && words[0] != "completion" {
			t.Errorf("%s is in no group", words[0])
		}
	})
	plauschRun(t, "", "help", "room", "create").want(t, connect.ExitOK, "plausch room create NAME", "--private")
	send := plauschRun(t, "", "help", "send").stdout
	if own, shared := strings.Index(send, "--to "), strings.Index(send, "Server and account:\n      --server"); own < 0 || own > shared {
		t.Errorf("the flags are not in order:\n%s", send)
	}
}

func TestVersion(t *testing.T) {
	want := plauschRun(t, "", "version")
	want.want(t, connect.ExitOK, "plausch 0.1.0", "go1.")
	if got := plauschRun(t, "", "--version").stdout; got != want.stdout {
		t.Errorf("--version prints %q, version %q", got, want.stdout)
	}
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-11-28T12:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	if got := versionText(info); !strings.Contains(got, "(commit 0123456789ab of 2026-11-28, changed since)") {
		t.Errorf("it is %q", got)
	}
	if got := versionText(nil); !strings.HasPrefix(got, "plausch 0.1.0, go1.") {
		t.Errorf("without build info it is %q", got)
	}
}
