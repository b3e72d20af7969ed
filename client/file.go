package client

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// readJSON reads the map in the file at path; one that does not exist has an
// empty map.
func readJSON[M ~map[string]V, V any](path string) (M, error) {
	all := make(M)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	return all, err
}

// changeJSON changes the map in the file at path, under a lock that all
// processes respect. The file is replaced as a whole, and only its owner can
// read it.
func changeJSON[M ~map[string]V, V any](path string, change func(M)) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := lockFile(path+".lock", true)
	if err != nil {
		return err
	}
	defer lock.Close()
	all, err := readJSON[M](path)
	if err != nil {
		return err
	}
	change(all)
	b, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
}
