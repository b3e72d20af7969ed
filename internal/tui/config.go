package tui

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/pelletier/go-toml/v2"
)

// Config is the file of what a user likes: docs/terminal.md. What is not in it is as
// without it.
type Config struct {
	Language   string              `toml:"language"`    // en, de or nb; empty is the environment's
	Theme      string              `toml:"theme"`       // auto, dark or light; empty is auto
	Notify     string              `toml:"notify"`      // one of NotifyWays
	Mouse      bool                `toml:"mouse"`       // the wheel scrolls and a click opens a room
	Vim        bool                `toml:"vim"`         // keys of vi
	NoPictures bool                `toml:"no-pictures"` // pictures are named, not drawn
	Highlight  string              `toml:"highlight"`   // a command that is run for what is for the user
	Colours    map[string]string   `toml:"colours"`     // by the names of tokenNames
	Keys       map[string][]string `toml:"keys"`        // by the names of actions
}

// ConfigPath returns where the file is, empty if there is no such place.
func ConfigPath() string {
	folder := os.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "plausch", "chat.toml")
}

// ReadConfig reads the file at path. Without one all is as it is by default; what is wrong
// in it is an error that says where.
func ReadConfig(path string) (Config, error) {
	var c Config
	data, err := os.ReadFile(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	d := toml.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		var at *toml.DecodeError
		switch {
		case errors.As(err, &strict) && len(strict.Errors) > 0:
			line, _ := strict.Errors[0].Position()
			return c, fmt.Errorf("%s, line %d: there is no setting %s", path, line, strings.Join(strict.Errors[0].Key(), "."))
		case errors.As(err, &at):
			line, _ := at.Position()
			return c, fmt.Errorf("%s, line %d: %w", path, line, err)
		}
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// tokenNames are the colours that can be chosen.
var tokenNames = map[string]token{
	"dim": tokenDim, "accent": tokenAccent, "danger": tokenDanger, "ok": tokenOK, "away": tokenAway, "mention": tokenMention,
	"bar": tokenBar, "selected": tokenSelected, "code": tokenCode,
}

func (c *Config) check() error {
	oneOf := func(name, value string, values ...string) error {
		if value == "" || slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%s is %q; it can be %s", name, value, strings.Join(values, ", "))
	}
	err := errors.Join(
		oneOf("language", c.Language, "en", "de", "nb"),
		oneOf("theme", c.Theme, "auto", "dark", "light"),
		oneOf("notify", c.Notify, NotifyWays...),
	)
	if err != nil {
		return err
	}
	for name, value := range c.Colours {
		if _, known := tokenNames[name]; !known {
			return fmt.Errorf("there is no colour %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(tokenNames)), ", "))
		}
		if _, none := lipgloss.Color(value).(lipgloss.NoColor); none {
			return fmt.Errorf("the colour %s is %q; it can be as #82B1FF, or a number up to 255", name, value)
		}
	}
	for name, keys := range c.Keys {
		if !slices.ContainsFunc(bindings, func(b binding) bool { return string(b.action) == name }) {
			return fmt.Errorf("there is no action %q for a key; docs/terminal.md lists them", name)
		}
		for _, key := range keys {
			if len([]rune(key)) < 2 {
				return fmt.Errorf("the key %q of %s writes a letter; take one with ctrl+ or alt+, or such as f12", key, name)
			}
		}
	}
	return nil
}

// apply has a model be as the file says.
func (c *Config) apply(m *Model) {
	if c.Language != "" {
		m.texts = textsOf(c.Language)
	}
	for name, keys := range c.Keys {
		for key, a := range m.keys {
			if a == action(name) {
				delete(m.keys, key)
			}
		}
		for _, key := range keys {
			m.keys[key] = action(name)
		}
	}
	m.setTheme(c.Theme == "light")
	m.vim = c.Vim
	m.arrange()
}

// setTheme takes the colours for a light or a dark terminal.
func (m *Model) setTheme(light bool) {
	m.theme = darkTheme()
	if light {
		m.theme = lightTheme()
	}
	for name, value := range m.options.Config.Colours {
		m.theme.colours[tokenNames[name]] = lipgloss.Color(value)
	}
}
