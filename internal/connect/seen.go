package connect

import (
	"encoding/json"
	"os"
	"path/filepath"

	"plausch"
)

// Seen is how far an account has read its rooms on this machine. Reading on other
// machines does not count.
type Seen struct {
	// Epoch is the state of the server in which the seqs count; see [client.Client.Epoch].
	Epoch string `json:"epoch"`
	// Account is the reader's id: a guest's name may be another's later.
	Account plausch.AccountID `json:"account"`
	// Rooms has the seq of the last event that was read, by room.
	Rooms map[plausch.RoomID]int64 `json:"rooms"`
}

// of reports whether s is of an account in an epoch.
func (s Seen) of(epoch string, account plausch.AccountID) bool {
	return s.Rooms != nil && s.Epoch == epoch && s.Account == account
}

// Seen returns how far an account has read its rooms before, in the same state of the
// server. Known is false if nothing is remembered, or it cannot be read.
func (l *Login) Seen(epoch string, account plausch.AccountID) (s Seen, known bool) {
	path := l.seenFile()
	if path == "" {
		return Seen{}, false
	}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &s) != nil || !s.of(epoch, account) {
		return Seen{}, false
	}
	return s, true
}

// SaveSeen remembers s. It never goes back behind a seq that another chat of the account
// has saved meanwhile. Without a folder for it, it does nothing.
func (l *Login) SaveSeen(s Seen) error {
	path := l.seenFile()
	if path == "" {
		return nil
	}
	if before, known := l.Seen(s.Epoch, s.Account); known {
		for room, seq := range s.Rooms {
			s.Rooms[room] = max(seq, before.Rooms[room])
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return replaceFile(path, append(text, '\n'))
}

// seenFile returns the file of SaveSeen, or "" if nothing can be kept. KTN servers
// have no seqs.
func (l *Login) seenFile() string {
	if l.Address.KTN() {
		return ""
	}
	return l.file("seen", ".json")
}
