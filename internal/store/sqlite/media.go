package sqlite

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
)

// storedMedia is [plausch.Media] as it stands in the database.
type storedMedia struct {
	Width       int    `json:"width,omitzero"`
	Height      int    `json:"height,omitzero"`
	Orientation int    `json:"orientation,omitzero"`
	Thumbnail   bool   `json:"thumbnail,omitzero"`
	Thumbhash   string `json:"thumbhash,omitzero"`
	Duration    int64  `json:"duration,omitzero"` // milliseconds
	Waveform    string `json:"waveform,omitzero"`
}

// mediaText returns what a column has for m: null if there is nothing.
func mediaText(m *plausch.Media) (any, error) {
	if m == nil {
		return nil, nil
	}
	text, err := json.Marshal(storedMedia{m.Width, m.Height, m.Orientation, m.Thumbnail, m.Thumbhash, m.Duration.Milliseconds(), m.Waveform})
	return string(text), err
}

func parseMedia(text string) (*plausch.Media, error) {
	if text == "" {
		return nil, nil
	}
	var m storedMedia
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("what is known of an attachment: %w", err)
	}
	return &plausch.Media{
		Width: m.Width, Height: m.Height, Orientation: m.Orientation, Thumbnail: m.Thumbnail, Thumbhash: m.Thumbhash,
		Duration: time.Duration(m.Duration) * time.Millisecond, Waveform: m.Waveform,
	}, nil
}
