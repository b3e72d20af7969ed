package plausch

import (
	"strings"
	"time"
)

// Media is what is known of a picture, a film or a sound before its bytes are there.
// It does not change: values share it.
type Media struct {
	// Width and Height are in pixels, as it is shown, upright; 0 if they are not known.
	Width, Height int
	// Orientation is how the pixels of the file have to be turned, as Exif has it, from
	// 2 to 8; 0 if not at all. Browsers do it by themselves.
	Orientation int
	// Thumbnail says that there are small pictures of it.
	Thumbnail bool
	// Thumbhash is a ThumbHash in base64: some bytes that stand for the picture until it
	// is loaded. It is empty if there is none.
	Thumbhash string
	// Duration is how long a film or a sound lasts, as far as its file or its sender say.
	Duration time.Duration
	// Waveform is the loudness of a voice message, as its sender says: see [CheckWaveform].
	Waveform string
}

const (
	// WaveformSteps is how many parts of the same length a waveform has.
	WaveformSteps = 64
	// MaxDuration is the longest film or sound of which a sender may say how long it is.
	MaxDuration = 24 * time.Hour

	levels = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// Level returns the level of a character of a waveform, from 0 to 63, or -1.
func Level(c byte) int { return strings.IndexByte(levels, c) }

// Waveform returns levels from 0 to 63 as a waveform; what is outside is cut.
func Waveform(of [WaveformSteps]int) string {
	var b [WaveformSteps]byte
	for i, level := range of {
		b[i] = levels[min(max(level, 0), len(levels)-1)]
	}
	return string(b[:])
}

// CheckWaveform returns an error unless text is a waveform: WaveformSteps characters of
// A–Z, a–z, 0–9, - and _, which stand for the levels from 0 to 63 as in base64url.
func CheckWaveform(text string) error {
	if len(text) != WaveformSteps || strings.Trim(text, levels) != "" {
		return Errorf(Invalid, "a waveform has %d characters of A-Z, a-z, 0-9, - and _, one for each level", WaveformSteps)
	}
	return nil
}
