package protocol

import "plausch"

// MarkerSet is the params of marker.set. Its result is a Marker.
type MarkerSet struct {
	Room int64 `json:"room"`
	Seq  int64 `json:"seq"`           // up to which the caller has read
	Back bool  `json:"back,omitzero"` // the marker may go back, too
}

// Marker is what the caller has read of a room: the result of marker.set, and the push
// that tells it to all sessions of the account.
type Marker struct {
	Room     int64 `json:"room"`
	Marker   int64 `json:"marker"`
	Unread   int   `json:"unread,omitzero"`   // at most [plausch.MaxUnread]
	Mentions int   `json:"mentions,omitzero"` // of those unread, that name the caller or the room
	AsOf     int64 `json:"as_of"`             // the room's newest seq when this was counted
}

// NewMarker returns what is read of a room as it goes over the wire.
func NewMarker(room plausch.RoomID, s plausch.ReadState) Marker {
	return Marker{Room: int64(room), Marker: s.Marker, Unread: s.Unread, Mentions: s.Mentions, AsOf: s.AsOf}
}

// ReadState returns what w says.
func (w *Marker) ReadState() plausch.ReadState {
	return plausch.ReadState{Marker: w.Marker, Unread: w.Unread, Mentions: w.Mentions, AsOf: w.AsOf}
}
