// Package auth turns secrets into what may be kept of them: passwords into
// argon2id hashes, tokens into SHA-256 sums. It stores nothing and knows no
// accounts.
//
// A [Hasher] is shared by all who sign in. It has no goroutine of its own: each
// caller computes in its own, after waiting for one of a few places, so that
// strangers who guess passwords cannot take all memory and all processors.
package auth
