package e2e

import (
	"testing"

	"plausch"
	"plausch/protocol"
)

// TestByeIsHeardByWhoWritesOn has clients that break a rule and go on writing
// before they read: each hears why the connection ends, and is not reset.
func TestByeIsHeardByWhoWritesOn(t *testing.T) {
	s := startServer(t, "--tls=self-signed")
	for name, f := range formats {
		for how, dial := range map[string]func(*testing.T, string, protocol.Format) *wire{"plain": dialWire, "TLS": dialTLS} {
			t.Run(name+" "+how, func(t *testing.T) {
				w := dial(t, s.address, f).hello()
				w.write(w.declare(protocol.MaxFrame))
				for range 64 {
					w.write(make([]byte, 64<<10)) // a reset would fail it
				}
				if code := w.ending(); code != plausch.TooLarge {
					t.Errorf("bye %q, want %q", code, plausch.TooLarge)
				}
			})
		}
	}
}
