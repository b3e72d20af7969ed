package client

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// lockFile locks a file, which it makes, until the result is closed or the
// process ends. With wait it waits for its turn, otherwise it fails with
// ErrOutboxInUse. A file that is opened without sharing cannot be opened again.
func lockFile(path string, wait bool) (io.Closer, error) {
	const sharingViolation = syscall.Errno(32)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	for {
		h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
			syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		switch {
		case err == nil:
			return os.NewFile(uintptr(h), path), nil
		case !errors.Is(err, sharingViolation):
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		case !wait:
			return nil, ErrOutboxInUse
		}
		time.Sleep(20 * time.Millisecond)
	}
}
