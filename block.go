package plausch

// MaxBlocks is how many others an account can have blocked; guests whom nobody has invited
// [GuestShare] of it.
const MaxBlocks = 1000
