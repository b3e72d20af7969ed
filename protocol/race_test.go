//go:build race

package protocol

// raceDetector is whether the race detector is on: it has pools drop things.
const raceDetector = true
