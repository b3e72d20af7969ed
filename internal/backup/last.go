package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// OldAfter is how old the last backup may be before somebody is told.
const OldAfter = 8 * 24 * time.Hour

// Last is the last good backup of a data folder, and what went wrong since. It is a
// file in there, so that whoever looks after the server sees that backups are made
// at all.
type Last struct {
	Time     time.Time `json:"time,omitzero"`  // zero if there was none
	File     string    `json:"file,omitempty"` // "-" is standard output
	Verified bool      `json:"verified,omitempty"`
	// Failed is why a later one was not made, empty if it was.
	Failed   string    `json:"failed,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"`
}

// Old reports whether it is time for a new backup at now.
func (l Last) Old(now time.Time) bool { return now.Sub(l.Time) > OldAfter }

// Describe tells about the last backup in a line, at now.
func (l Last) Describe(now time.Time) string {
	text := "never"
	if !l.Time.IsZero() {
		text = fmt.Sprintf("%s to %s", l.Time.Local().Format(time.DateTime), l.File)
		if l.Verified {
			text += ", checked"
		}
		if l.Old(now) {
			text += fmt.Sprintf("; that is %d days ago", int(now.Sub(l.Time)/(24*time.Hour)))
		}
	}
	if l.Failed != "" {
		text += fmt.Sprintf("; the try of %s has failed: %s", l.FailedAt.Local().Format(time.DateTime), strings.Join(strings.Fields(l.Failed), " "))
	}
	return text
}

// SetFailed notes that no backup was made, and keeps what is known of the last one.
func SetFailed(data string, why error, at time.Time) error {
	last, err := FindLast(data)
	if err != nil || last == nil {
		last = new(Last)
	}
	last.Failed, last.FailedAt = why.Error(), at.UTC().Truncate(time.Second)
	return SetLast(data, *last)
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
