package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/terminal"
)

// RetryNameTaken reports, once, that somebody else has the name, after a moment.
// It may have been another command of the same user that began at the same time
// with the same new name: by then it has kept the guest's token for us, too.
func (l *Login) RetryNameTaken(ctx context.Context, err error) bool {
	const moment = 500 * time.Millisecond
	var signIn *client.SignInError
	if l.takenAgain || !errors.As(err, &signIn) || plausch.CodeOf(signIn.Err) != plausch.Taken {
		return false
	}
	l.takenAgain = true
	select {
	case <-time.After(moment):
		return true
	case <-ctx.Done():
		return false
	}
}

// NeedsPassword reports whether asking for a password could help where err
// is the answer to signing in without one.
func (l *Login) NeedsPassword(err error) bool {
	var signIn *client.SignInError
	if !errors.As(err, &signIn) || l.Password != "" || l.Token != "" {
		return false
	}
	code := plausch.CodeOf(signIn.Err)
	return code == plausch.Taken || code == plausch.SignInFailed
}

// RetrySignIn reports whether signing in may succeed now where it has failed with err:
// after a moment or, if stdin is a terminal, with the password that it asks for there.
func (l *Login) RetrySignIn(ctx context.Context, err error, stdin io.Reader, prompts io.Writer) bool {
	return l.RetryNameTaken(ctx, err) || l.NeedsPassword(err) && l.AskPassword(ctx, stdin, prompts)
}

// AskPassword asks for the password of the account on the terminal that stdin is, and
// sets it. It returns false if stdin is no terminal, or the answer is empty.
func (l *Login) AskPassword(ctx context.Context, stdin io.Reader, prompts io.Writer) bool {
	if !terminal.Is(stdin) {
		return false
	}
	fmt.Fprintf(prompts, "The name %s is not free. If it is your account, type its password: ", l.Name)
	password, err := terminal.ReadHidden(ctx, stdin)
	fmt.Fprintln(prompts)
	l.Password = password
	return err == nil && password != ""
}
