package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plausch/internal/connect"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	inlineCode = regexp.MustCompile("`((?:sudo )?plausch [^`\n]+)`")
	// Words that stand for something, and what they could stand for.
	placeholders = map[string]string{"N": "3", "ID": "1", "7d]": "7d", "…": "", "472bd8eb…": strings.Repeat("47", 32), "NEW": strings.Repeat("47", 32)}
)

// documented returns the command lines of this program in a page, without sudo and
// what is before or behind a pipe.
func documented(t *testing.T, file string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		all = append(all, strings.Split(strings.ReplaceAll(block[1], "\\\n", " "), "\n")...)
	}
	for _, code := range inlineCode.FindAllStringSubmatch(string(text), -1) {
		all = append(all, code[1])
	}
	for _, line := range all {
		line, _, _ = strings.Cut(line, " #")
		for _, part := range regexp.MustCompile(`&&|\|\||\||;|<|>`).Split(line, -1) {
			part = strings.TrimPrefix(strings.TrimSpace(part), "sudo ")
			part = strings.Replace(part, "go run ./cmd/plausch ", "plausch ", 1)
			if strings.HasPrefix(part, "plausch ") && !slices.Contains(lines, part) {
				lines = append(lines, part)
			}
		}
	}
	return lines
}

// words splits a command line as a shell does, as far as the pages need it.
func words(line string) (all []string) {
	line = strings.NewReplacer("[", " ", "]", " ").Replace(line)
	for _, word := range regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(line, -1) {
		word = strings.Trim(word, `'"`)
		if means, is := placeholders[word]; is {
			word = means
		}
		if word != "" {
			all = append(all, word)
		}
	}
	return all[1:]
}

// Each command line that a page shows is one that this program takes.
func TestDocumentedCommands(t *testing.T) {
	seen := 0
	for _, file := range []string{"../../docs/admin.md", "../../README.md", "../../docs/security.md", "../../docs/http.md"} {
		for _, line := range documented(t, file) {
			seen++
			args := words(line)
			if len(args) > 1 && args[0] == "service" && args[1] == "install" {
				// The flags behind -- are looked at, too.
				args = append([]string{"service", "install", "--dry-run", "--binary=/usr/bin/plausch"}, args[2:]...)
				plauschRun(t, "", args...).want(t, connect.ExitOK, "[Unit]")
				continue
			}
			cmd, rest, err := newRootCommand().Find(args)
			if err == nil && cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				err = cmd.ValidateArgs(rest)
			}
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err == nil && cmd.Flags().NArg() > 0 { // text names a command without what it takes
				err = cmd.ValidateArgs(cmd.Flags().Args())
			}
			if err == nil {
				err = cmd.ValidateFlagGroups()
			}
			if err != nil {
				t.Errorf("%s has %q: %v", file, line, err)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d commands were found", seen)
	}
}
