package protocol

import "plausch"

// Personal is what the caller has done with a message for itself. It is the result of
// message.hide, message.unhide, message.save and message.unsave, and a push to all
// sessions of the account.
type Personal struct {
	Room   int64 `json:"room"`
	Seq    int64 `json:"seq"`
	Hidden bool  `json:"hidden,omitzero"`
	Saved  bool  `json:"saved,omitzero"`
}

// NewPersonal returns p as it goes over the wire.
func NewPersonal(p plausch.Personal) Personal {
	return Personal{Room: int64(p.Room), Seq: p.Seq, Hidden: p.Hidden, Saved: p.Saved}
}

// Personal returns what w says.
func (w *Personal) Personal() plausch.Personal {
	return plausch.Personal{Room: plausch.RoomID(w.Room), Seq: w.Seq, Hidden: w.Hidden, Saved: w.Saved}
}
