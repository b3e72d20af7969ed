//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package client

import (
	"errors"
	"io"
)

// lockFile fails: without a lock two processes could use one file.
func lockFile(string, bool) (io.Closer, error) {
	return nil, errors.New("files cannot be locked on this system")
}
