package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/desktop/screen"
)

var publicRoom = timeline.ByID(plausch.PublicRoom)

// Config is what is kept between runs, besides sign-ins.
type Config struct {
	screen.Settings
	Servers []SavedServer `json:"servers"`
	Width   int           `json:"width,omitempty"`
	Height  int           `json:"height,omitempty"`
}

// SavedServer is a server that the user has signed in to.
type SavedServer struct {
	Address string `json:"address"`
	Name    string `json:"name"`
}

// Folders are where the program keeps things.
type Folders struct {
	Config    string // desktop.json
	State     string // sign-ins, certificates, what is not sent yet
	Autostart string // of the desktop's session
	Downloads string // that are proposed
}

// UserFolders returns the folders of the user, by the XDG Base Directory Specification.
func UserFolders() (Folders, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return Folders{}, fmt.Errorf("folder of settings: %w", err)
	}
	state, err := client.StateFolder()
	if err != nil {
		return Folders{}, err
	}
	f := Folders{Config: filepath.Join(config, "plausch"), State: state, Autostart: filepath.Join(config, "autostart")}
	if home, err := os.UserHomeDir(); err == nil {
		if f.Downloads = filepath.Join(home, "Downloads"); !isFolder(f.Downloads) {
			f.Downloads = home
		}
	}
	return f, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (f Folders) tokens() *client.TokenFile {
	return client.NewTokenFile(filepath.Join(f.State, "tokens.json"))
}

func (f Folders) pins() *client.PinFile {
	return client.NewPinFile(filepath.Join(f.State, "pins.json"))
}

// outbox returns the file of what is not sent yet of an account on a server.
func (f Folders) outbox(address client.Address, name string) string {
	sum := sha256.Sum256([]byte(address.Key() + "\n" + name))
	return filepath.Join(f.State, "desktop-"+hex.EncodeToString(sum[:8])+".outbox")
}

func (f Folders) configFile() string { return filepath.Join(f.Config, "desktop.json") }

// LoadConfig returns what was kept, or what holds at first.
func (f Folders) LoadConfig() (*Config, error) {
	c := &Config{Settings: screen.Settings{Theme: "system", Notify: true, NotifyText: true}}
	data, err := os.ReadFile(f.configFile())
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(data, c)
	}
	if err != nil {
		return c, fmt.Errorf("settings %s: %w", f.configFile(), err)
	}
	return c, nil
}

func (f Folders) save(c *Config) error {
	if err := os.MkdirAll(f.Config, 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	temp := f.configFile() + ".new"
	if err := os.WriteFile(temp, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, f.configFile())
}

func (a *App) saveConfig() {
	if err := a.Folders.save(a.Config); err != nil {
		a.notice(a.words.failure(err), true)
	}
}

func (a *App) changeSettings(e screen.Event) {
	if e.Settings == nil {
		return
	}
	old := a.Config.Settings
	a.Config.Settings = *e.Settings
	a.saveConfig()
	if old.Language != a.Config.Language {
		a.words = wordsOf(a.Config.Language)
		a.rows.words = a.words
		a.Screen.Show(screen.Texts(a.words.texts))
		a.drawnRoom = shownRoom{}
		a.dirty = dirty{true, true, true, true, true}
	}
	if old.Theme != a.Config.Theme {
		a.Screen.Show(screen.Theme{Name: a.Config.Theme})
		a.status = screen.Status{} // its dot has the colours of the theme
		a.dirty.status = true
	}
	if err := a.Folders.setAutostart(a.Config.Autostart); err != nil {
		a.notice(a.words.failure(err), true)
	}
}

const autostartEntry = `[Desktop Entry]
Type=Application
Name=Plausch
Exec=plausch-desktop --hidden
Icon=plausch-desktop
X-GNOME-Autostart-enabled=true
`

// setAutostart has the desktop start the program with the session, or not.
func (f Folders) setAutostart(on bool) error {
	file := filepath.Join(f.Autostart, "plausch-desktop.desktop")
	if !on {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(f.Autostart, 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(autostartEntry), 0o644)
}
