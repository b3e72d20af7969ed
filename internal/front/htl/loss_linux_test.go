package htl_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch/internal/front/htl"
	"plausch/internal/front/port"
	"plausch/internal/server/servertest"
	"plausch/internal/tcp/tcptest"
)

// TestLostPackets replays a history, with texts longer than a packet, to clients
// without lengths over a network that loses packets: neither must what is sent again
// come together with the next document, nor half a document before the rest.
func TestLostPackets(t *testing.T) {
	tcptest.Run(t, func(network *tcptest.Network) {
		tb := servertest.NewTable(t, true)
		s := htl.New(tb.API, htl.Options{
			Pace: tcptest.ReplayPace, WriteDeadline: 10 * time.Second, HistoryMessages: 50, Log: slog.New(slog.DiscardHandler),
		})
		acknowledged, paced := tcptest.Listen(t)
		servertest.ServeOn(t, acknowledged, port.Protocol{Name: "htl", Match: htl.Match, Serve: s.Serve}, s.Drain)
		servertest.ServeOn(t, paced, port.Protocol{Name: "htl", Match: htl.Match, Serve: s.Serve}, s.Drain)
		speaker := enter(t, serve(t, tb), "speaker", "", "speaker")
		for i := range 5 {
			speaker.text("all", fmt.Sprint("old ", i))
			speaker.text("all", strings.Repeat("a long story ", 250))
		}
		speaker.text("all", "the last one")
		speaker.wantNext("speaker", "all", "the last one")
		network.TestReplay(tcptest.Replay{
			SignIn: func(name string) []byte { return doc("type", "auth", "user", name) },
			Documents: func(b []byte) (whole, last bool) {
				for rest := b; len(rest) > 0; {
					var err error
					if rest, err = msgp.Skip(rest); err != nil {
						return false, false
					}
				}
				return true, bytes.Contains(b, []byte("the last one"))
			},
			Patience: 2 * servertest.Patience,
		}, acknowledged, paced)
	})
}
