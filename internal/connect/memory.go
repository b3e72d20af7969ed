package connect

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"plausch/client"
)

// memory keeps sign-ins and certificates until the process ends, over those of a
// folder that can be read at most. It implements [client.TokenStore] and
// [client.PinStore].
type memory struct {
	folder string // empty for none

	mu     sync.Mutex
	tokens map[string]client.Credential // by server and name
	pins   map[string]string            // by server
}

func newMemory(folder string) *memory {
	return &memory{folder: folder, tokens: make(map[string]client.Credential), pins: make(map[string]string)}
}

// hasTokens reports whether the folder has sign-ins that can be read.
func (m *memory) hasTokens() bool {
	file, err := os.Open(filepath.Join(m.folder, tokensName))
	if m.folder == "" || err != nil {
		return false
	}
	return file.Close() == nil
}

// hasNew reports whether a sign-in was made that only the memory has.
func (m *memory) hasNew() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.tokens {
		if c.Token != "" && !c.Pending {
			return true
		}
	}
	return false
}

func tokenKey(server, name string) string { return server + " " + strings.ToLower(name) }

// load returns the kept credential; m.mu is held. An unreadable one counts as none.
func (m *memory) load(server, name string) client.Credential {
	c, ok := m.tokens[tokenKey(server, name)]
	if !ok && m.folder != "" {
		c, _ = client.NewTokenFile(filepath.Join(m.folder, tokensName)).Load(server, name)
	}
	return c
}

// Load implements [client.TokenStore].
func (m *memory) Load(server, name string) (client.Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(server, name), nil
}

// Save implements [client.TokenStore].
func (m *memory) Save(server, name string, c client.Credential) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[tokenKey(server, name)] = c
	return nil
}

// Swap implements [client.TokenStore].
func (m *memory) Swap(server, name string, old, c client.Credential) (client.Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept := m.load(server, name); kept != old {
		return kept, nil
	}
	m.tokens[tokenKey(server, name)] = c
	return c, nil
}

// Delete implements [client.TokenStore].
func (m *memory) Delete(server, name string) error {
	return m.Save(server, name, client.Credential{})
}

// LoadPin implements [client.PinStore].
func (m *memory) LoadPin(server string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	pin, ok := m.pins[server]
	if _, err := os.Stat(filepath.Join(m.folder, pinsName)); ok || m.folder == "" || err != nil {
		return pin, nil
	}
	return client.NewPinFile(filepath.Join(m.folder, pinsName)).LoadPin(server)
}

// SavePin implements [client.PinStore].
func (m *memory) SavePin(server, fingerprint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pins[server] = fingerprint
	return nil
}
