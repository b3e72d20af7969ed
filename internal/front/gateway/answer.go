package gateway

import (
	"errors"

	"plausch"
)

// RequestError is a mistake of the client that its connection survives.
type RequestError string

func (e RequestError) Error() string { return string(e) }

// Answer reads requests with next and handles them, one after the other, until
// [Session.End]. A request that is a [RequestError], or is refused, is told. An error of
// reading ends it, since what follows cannot be understood or does not come; so
// does the end of the server, and whatever is no answer to a client.
func Answer[R any](s *Session, next func() (R, error), handle func(R) error, tell func(error)) error {
	for !s.ended {
		r, err := next()
		mistaken := errors.As(err, new(RequestError))
		if err != nil && !mistaken {
			return err
		}
		if err == nil {
			err = handle(r)
			mistaken = errors.As(err, new(RequestError))
		}
		switch {
		case err == nil:
		case mistaken, errors.As(err, new(*plausch.Error)) && plausch.CodeOf(err) != plausch.Unavailable:
			tell(err)
		default:
			return err
		}
	}
	return nil
}

// End makes the request that is handled the last one.
func (s *Session) End() { s.ended = true }
