package server

import (
	"time"

	"plausch/internal/backup"
)

// lastBackup returns a function that tells when the last good backup of a data folder
// was made.
func lastBackup(data string) func() string {
	return func() string {
		last, err := backup.FindLast(data)
		switch {
		case err != nil:
			return "unknown: " + err.Error()
		case last == nil:
			last = new(backup.Last)
		}
		return last.Describe(time.Now())
	}
}
