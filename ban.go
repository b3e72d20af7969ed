package plausch

import "time"

// Ban keeps an account from being in a room, until somebody who runs it ends that.
type Ban struct {
	Account AccountRef
	By      AccountRef // who has banned it
	Time    time.Time
}
