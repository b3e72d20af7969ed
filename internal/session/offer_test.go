package session

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/hub"
	"plausch/protocol"
)

// TestTypingCutsNobodyOff has a room type for ten minutes, and people come and go,
// beside a session that does not read: it is not cut off, and hears the next event.
func TestTypingCutsNobodyOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bus.Local)
		h := hub.New(b)
		defer h.Close()
		c := newSlowConn()
		reader := &session{
			server: &Server{opts: Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}},
			format: protocol.Format{Codec: protocol.JSON},
		}
		reader.out.init(c, 64<<10, time.Hour, &reader.server.cut)
		rooms := func() ([]plausch.RoomID, error) { return []plausch.RoomID{1}, nil }
		if _, err := h.Subscribe(reader, plausch.Account{ID: 1, Name: "reader"}, hub.Wants{Presence: true, Typing: true}, rooms); err != nil {
			t.Fatal(err)
		}
		for i := range 600 {
			for id := range plausch.AccountID(20) {
				who := plausch.AccountRef{ID: 100 + id, Name: fmt.Sprint("guest", id)}
				h.Typing(1, who)
			}
			a, err := h.Subscribe(deaf{}, plausch.Account{ID: plausch.AccountID(1000 + i), Name: "passer-by"}, hub.Wants{}, rooms)
			if err != nil {
				t.Fatal(err)
			}
			a.Unsubscribe()
			time.Sleep(time.Second)
		}
		if n := reader.server.cut.Load(); n != 0 || reader.out.Ending() {
			t.Fatal("the reader was cut off")
		}
		b.Publish([]plausch.Event{{Room: 1, Seq: 1, Kind: plausch.EventMessage, Actor: plausch.AccountRef{ID: 2, Name: "bob"}, Text: "still there?"}})
		close(c.let)
		synctest.Wait()
		got, _ := c.written()
		if all := strings.Join(got, ""); !strings.Contains(all, "still there?") {
			t.Errorf("the event did not come; %d bytes did", len(all))
		}
		reader.out.Finish(nil)
	})
}

// deaf is a session that nobody reads.
type deaf struct{}

func (deaf) Deliver(*protocol.Prepared)    {}
func (deaf) Offer(*protocol.Prepared) bool { return true }
