// Package authtest has what tests need of passwords.
package authtest

import "plausch/internal/auth"

// cheap is next to nothing.
var cheap = auth.Cost{Memory: 8, Passes: 1, Threads: 1}

// NewHasher returns a Hasher whose hashes cost next to nothing, so that tests that
// sign in are quick, and hold on a machine that is busy with other things.
func NewHasher() *auth.Hasher { return auth.NewHasherOf(cheap) }

// MakeCheap has every Hasher of the test's process be like those of [NewHasher]. It is
// for the TestMain of tests that run whole servers or commands.
func MakeCheap() { auth.SetCost(cheap) }
