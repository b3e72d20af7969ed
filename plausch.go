// Package plausch holds the words that every other package speaks in: accounts,
// rooms, members, messages, events and errors. It imports the standard library
// only and knows neither wire nor disk.
//
// A room is a log. Whatever changes a room is an [Event] with the room's next
// sequence number, gapless from 1, given by the store's commit. A message is
// known by its room and seq, and the seq is the only order there is.
package plausch

// Version is the version of the program, by semantic versioning.
const Version = "0.1.0"
