// Package authtest has what tests need of passwords.
package authtest

import "plausch/internal/auth"

// NewHasher returns a Hasher whose hashes cost next to nothing, so that tests that
// sign in are quick, and hold on a machine that is busy with other things.
func NewHasher() *auth.Hasher {
	return auth.NewHasherOf(auth.Cost{Memory: 8, Passes: 1, Threads: 1})
}
