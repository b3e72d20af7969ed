package api

import (
	"context"
	"fmt"

	"plausch/protocol"
)

// Ask calls a method with p and waits for its result, which is an R. It is for
// front-ends that do not decode params from a document of the native protocol.
func Ask[R, P any](ctx context.Context, a *API, c *Caller, method string, p P) (R, error) {
	type outcome struct {
		body protocol.Body
		err  error
	}
	answered := make(chan outcome, 1)
	params := func(body protocol.Body) error {
		into, ok := any(body).(*P)
		if !ok {
			return fmt.Errorf("%s takes a %T, not a %T", method, body, p)
		}
		*into = p
		return nil
	}
	a.Call(ctx, c, method, params, func(body protocol.Body, err error) { answered <- outcome{body, err} })
	var none R
	o := <-answered
	if o.err != nil {
		return none, o.err
	}
	result, ok := any(o.body).(*R)
	if !ok {
		return none, fmt.Errorf("%s returns a %T, not a %T", method, o.body, none)
	}
	return *result, nil
}
