package plausch

import "time"

// ClockRight is before this program was made. A clock that says less is wrong, as
// that of a small computer without a battery is until it has asked the network:
// nothing may be concluded from it.
var ClockRight = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
