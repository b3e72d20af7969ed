package gateway

import (
	"errors"

	"plausch"
)

// Foolish is a mistake of the client that its connection survives.
type Foolish string

func (f Foolish) Error() string { return string(f) }

// Answer reads requests with next and handles them, one after the other, until
// [Session.End]. A request that is Foolish, or is refused, is told. An error of
// reading ends it, since what follows cannot be understood or does not come; so
// does the end of the server, and whatever is no answer to a client.
func Answer[R any](s *Session, next func() (R, error), handle func(R) error, tell func(error)) error {
	for !s.ended {
		r, err := next()
		foolish := errors.As(err, new(Foolish))
		if err != nil && !foolish {
			return err
		}
		if err == nil {
			err = handle(r)
			foolish = errors.As(err, new(Foolish))
		}
		switch {
		case err == nil:
		case foolish, errors.As(err, new(*plausch.Error)) && plausch.CodeOf(err) != plausch.Unavailable:
			tell(err)
		default:
			return err
		}
	}
	return nil
}

// End makes the request that is handled the last one.
func (s *Session) End() { s.ended = true }
