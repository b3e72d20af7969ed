package backup

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Last is the last backup that was made of a data folder. It is a file in there,
// so that whoever looks after the server sees that backups are made at all.
type Last struct {
	Time time.Time `json:"time"`
	File string    `json:"file"` // "-" is standard output
}

// SetLast notes a backup.
func SetLast(data string, last Last) error {
	text, err := json.Marshal(last)
	if err != nil {
		return err
	}
	path := filepath.Join(data, lastName)
	if err := os.WriteFile(path+".tmp", append(text, '\n'), 0o600); err != nil {
		return err
	}
	if err := giveToOwner(data, path+".tmp"); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// FindLast returns the last backup of a data folder, or nil if there was none.
func FindLast(data string) (*Last, error) {
	text, err := os.ReadFile(filepath.Join(data, lastName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	last := new(Last)
	return last, json.Unmarshal(text, last)
}

// Blobs counts the attachments of a data folder and their bytes.
func Blobs(data string) (count int, bytes int64, err error) {
	at, err := filepath.EvalSymlinks(filepath.Join(data, blobsName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	list, _, err := walk(at, blobsName)
	for _, f := range list {
		count++
		bytes += f.size
	}
	return count, bytes, err
}
