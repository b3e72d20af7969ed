package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plausch/internal/auth"
	"plausch/internal/connect"
	"plausch/internal/store/sqlite"
)

const goodPassword = "mole tractor window"

func TestUserAdd(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "there")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// In this order: the later ones find what the earlier ones left.
	for _, tt := range []struct {
		name, stdin string
		args        []string
		code        int
		want        []string
	}{
		{"first account", goodPassword + "\n", []string{"anna", "--data", dir}, connect.ExitOK, []string{"member anna", dir}},
		{"the name again", goodPassword + "\n", []string{"anna", "--data", dir}, connect.ExitFailure, []string{"anna", "taken"}},
		{"an owner without a line end", goodPassword, []string{"--role=owner", "bert", "--data", dir}, connect.ExitOK, []string{"owner bert"}},
		{"a line end of Windows", goodPassword + "\r\nand more\n", []string{"carl", "--data", dir}, connect.ExitOK, []string{"member carl"}},
		{"capitals in the name", goodPassword + "\n", []string{"Dora", "--data", dir}, connect.ExitOK, []string{"member dora"}},
		{"bad name", goodPassword + "\n", []string{"da ve", "--data", dir}, connect.ExitUsage, []string{"da ve", "letters"}},
		{"bad password", "12345678\n", []string{"dave", "--data", dir}, connect.ExitFailure, []string{"guess", "choose another"}},
		{"no password", "", []string{"dave", "--data", dir}, connect.ExitFailure, []string{"standard input", "first line"}},
		{"guests are not added", goodPassword + "\n", []string{"dave", "--role=guest", "--data", dir}, connect.ExitUsage, []string{"member, admin, owner"}},
		{"a file for a folder", goodPassword + "\n", []string{"dave", "--data", file}, connect.ExitFailure, []string{"data folder", file, "--data"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := plauschRun(t, tt.stdin, append([]string{"user", "add"}, tt.args...)...)
			o.want(t, tt.code, tt.want...)
			if password := strings.TrimSpace(tt.stdin); password != "" && strings.Contains(o.stdout+o.stderr, password) {
				t.Error("the password is printed")
			}
		})
	}

	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for _, name := range []string{"anna", "bert", "carl", "dora"} {
		_, hash, err := st.PasswordHash(t.Context(), name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := auth.NewHasher().Verify(t.Context(), auth.Source{}, hash, goodPassword); err != nil {
			t.Errorf("%s cannot sign in: %v", name, err)
		}
	}
}

func TestPasswordTwice(t *testing.T) {
	end := errors.New("no more answers")
	for _, tt := range []struct {
		name    string
		answers []string
		want    string // empty if the answers end before
		prompts []string
	}{
		{"the same twice", []string{goodPassword, goodPassword}, goodPassword, []string{"Password for anna: ", "Once more: "}},
		{"a slip", []string{goodPassword, "mole", goodPassword, goodPassword}, goodPassword, []string{"Password for anna: ", "Once more: ", "two different", "Once more: "}},
		{"a short one is not asked for again", []string{"mole", goodPassword, goodPassword}, goodPassword, []string{"Password for anna: ", "at least 8", "Once more: "}},
		{"given up", []string{goodPassword}, "", []string{"Password for anna: ", "Once more: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answers, prompts := slices.Clone(tt.answers), []string(nil)
			got, err := passwordTwice("anna", false, func(prompt string) (string, error) {
				prompts = append(prompts, prompt)
				if len(answers) == 0 {
					return "", end
				}
				answer := answers[0]
				answers = answers[1:]
				return answer, nil
			})
			if got != tt.want || tt.want == "" && !errors.Is(err, end) {
				t.Errorf("the password is %q (%v), want %q", got, err, tt.want)
			}
			if !slices.EqualFunc(prompts, tt.prompts, strings.Contains) {
				t.Errorf("the prompts are %q, want %q", prompts, tt.prompts)
			}
		})
	}
}
