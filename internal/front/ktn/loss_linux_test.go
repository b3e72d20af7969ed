package ktn_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"plausch/internal/front/ktn"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
	"plausch/internal/tcp/tcptest"
)

// TestLostPackets replays a history over a network that loses packets: what is
// sent again must not come together with the next response.
func TestLostPackets(t *testing.T) {
	tcptest.Run(t, func(network *tcptest.Network) {
		const messages = 25
		tb := servertest.NewTable(t, true)
		opts := options()
		opts.Pace = tcptest.ReplayPace
		s := ktn.New(tb.API, opts)
		acknowledged, paced := tcptest.Listen(t)
		servertest.ServeOn(t, acknowledged, port.Protocol{Name: "ktn", Match: ktn.Match, Serve: s.Serve}, s.Drain)
		servertest.ServeOn(t, paced, port.Protocol{Name: "ktn", Match: ktn.Match, Serve: s.Serve}, s.Drain)
		speaker := enter(t, serve(t, tb, quiet), "speaker")
		for i := range messages {
			speaker.request("msg", fmt.Sprint("old ", i+1))
			speaker.next()
		}
		network.TestReplay(tcptest.Replay{
			SignIn: func(name string) []byte { return fmt.Appendf(nil, `{"request": "login", "content": %q}`, name) },
			Documents: func(b []byte) (whole, last bool) {
				for line := range bytes.Lines(b) {
					if !json.Valid(line) {
						return false, false
					}
				}
				return true, bytes.Contains(b, fmt.Appendf(nil, "old %d", messages))
			},
			Patience: 2 * servertest.Patience,
		}, acknowledged, paced)
	})
}
