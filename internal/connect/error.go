package connect

import "fmt"

// The exit codes of commands. Scripts rely on them.
const (
	ExitOK      = 0
	ExitFailure = 1
	ExitUsage   = 2 // the command line, the environment or the settings are wrong
	ExitSignIn  = 3 // the server does not let us in
	ExitOffline = 4 // the server cannot be reached
	ExitRefused = 5 // the server said no
)

// Error is an error that ends a command with an exit code of its own. Any other
// error of a command means ExitFailure.
type Error struct {
	Exit int
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Usagef returns an error that ends a command with ExitUsage. It is formatted as
// by [fmt.Errorf].
func Usagef(format string, args ...any) error {
	return &Error{Exit: ExitUsage, Err: fmt.Errorf(format, args...)}
}
