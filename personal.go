package plausch

const (
	// MaxSaved is how many messages an account can have saved, and MaxHidden how many it
	// can have hidden. Guests whom nobody has invited have [GuestShare] of both.
	MaxSaved  = 5000
	MaxHidden = 10_000
)

// Personal is what an account has done with a message for itself alone, on whichever
// device.
type Personal struct {
	Room   RoomID
	Seq    int64
	Hidden bool // it does not want to see it
	Saved  bool // it has put it into its list of saved messages
}

// SavedMessage is a message in the list that an account has saved.
type SavedMessage struct {
	ID      int64 // the higher one was saved later
	Message       // as it is now
}
