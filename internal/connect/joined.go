package connect

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"plausch/client"
)

// joined remembers the servers that were joined by a link, as defaults for later
// commands.
type joined struct {
	// Last is the address of the one that was joined last.
	Last string `json:"last"`
	// Names are those of the accounts by server; see [client.Address.Key].
	Names map[string]string `json:"names"`
}

const joinedName = "joined.json"

// joined returns the remembered servers; an unreadable file counts as empty.
func (s state) joined() joined {
	var j joined
	text, err := os.ReadFile(filepath.Join(s.folder, joinedName))
	if s.folder == "" || err != nil || json.Unmarshal(text, &j) != nil {
		return joined{}
	}
	if _, err := client.ParseAddress(j.Last); err != nil {
		j.Last = ""
	}
	return j
}

// Joined remembers that the login's name is an account on its server, which is the
// default one from now on, and that credential signs in as it. The error says why nothing
// is remembered.
func (l *Login) Joined(credential client.Credential) error {
	if err := l.state.tokens().Save(l.Address.Key(), l.Name, credential); err != nil {
		return err
	}
	return l.Remember()
}

// Remember has the login's server be the default one from now on, and its name the one
// there. The error says why nothing is remembered.
func (l *Login) Remember() error {
	if l.state.unkept != nil {
		return l.state.unkept
	}
	j := l.state.joined()
	j.Last = l.Address.String()
	if j.Names == nil {
		j.Names = make(map[string]string)
	}
	j.Names[l.Address.Key()] = l.Name
	text, err := json.MarshalIndent(j, "", "\t")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(l.state.folder, joinedName), append(text, '\n'))
}

// replaceFile writes a file that only its owner can read, as a whole or not at all.
func replaceFile(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		if failed := os.Remove(temporary.Name()); !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
