package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readTestConfig(t *testing.T, text string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chat.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadConfig(path)
}

func TestConfig(t *testing.T) {
	c, err := readTestConfig(t, `
language = "de"
theme = "light"
vim = true
[colours]
accent = "#FF0000"
[keys]
next-active = ["f12", "ctrl+g"]
`)
	if err != nil {
		t.Fatal(err)
	}
	w := newWindow(t, 80, 24)
	w.options.Config = c
	c.apply(w.Model)
	w.caughtUp()
	w.shows("Öffentlich", "Noch nichts hier. Sag Hallo.")
	if w.keys["f12"] != actNextActive || w.keys["f5"] != "" {
		t.Error("the keys are not those of the file")
	}
	if r, _, _, _ := w.theme.colours[tokenAccent].RGBA(); r>>8 != 255 {
		t.Error("the colour is not that of the file")
	}
	if c, err := ReadConfig(filepath.Join(t.TempDir(), "none")); err != nil || c.Vim {
		t.Errorf("without a file: %+v, %v", c, err)
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"theme = \"pink\"":                      `theme is "pink"; it can be auto, dark, light`,
		"\nthem = \"dark\"":                     "line 2: there is no setting them",
		"theme = dark":                          "line 1",
		"[colours]\nsky = \"#0000FF\"":          `there is no colour "sky"`,
		"[colours]\naccent = \"blueish\"":       `the colour accent is "blueish"`,
		"[keys]\nfly = [\"f12\"]":               `there is no action "fly"`,
		"[keys]\nnext-room = [\"n\"]":           `the key "n" of next-room writes a letter`,
		"notify = \"loud\"":                     `notify is "loud"`,
		"language = \"xx\"\ntheme = \"dark\"\n": `language is "xx"`,
	} {
		if _, err := readTestConfig(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v, want %q", text, err, want)
		}
	}
}

func TestVimKeys(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.vim = true
	w.caughtUp()
	for i := range 60 {
		w.says(1, bob, "message %d", i)
	}
	w.write("one two")
	w.press("esc")
	w.write("bix")
	if w.input.text != "one xtwo" {
		t.Errorf("the input has %q", w.input.text)
	}
	w.press("esc")
	w.write("kk")
	if w.at.end {
		t.Error("k does not scroll")
	}
	w.write("G0x")
	if !w.at.end || w.input.text != "ne xtwo" {
		t.Errorf("the input has %q", w.input.text)
	}
	w.write("A!")
	w.press("enter")
	if w.queue() != "ne xtwo!" {
		t.Errorf("sent is %q", w.queue())
	}
	w.press("esc")
	w.write(":he")
	w.shows("public> /he")
}

// Each language has all texts.
func TestTextsAreWhole(t *testing.T) {
	for _, x := range []*texts{&german, &norwegian} {
		for key, text := range english.table {
			other, there := x.table[key]
			if !there {
				t.Errorf("%s lacks %s", x.language, key)
			}
			if strings.Count(text, "%")-strings.Count(text, "%%") != strings.Count(other, "%")-strings.Count(other, "%%") {
				t.Errorf("%s has other arguments in %s", x.language, key)
			}
		}
	}
}
