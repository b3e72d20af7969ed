package e2e

import (
	"fmt"
	"testing"
	"time"

	"plausch"
	"plausch/client"
)

// TestScheduledMessagesAreSentOnce has many messages be due while the server is killed again
// and again: each is sent once, and a reminder comes.
func TestScheduledMessagesAreSentOnce(t *testing.T) {
	s := startServer(t, noSendLimits...)
	anna := newApp(t, "anna", "tcp://"+s.address).client
	const messages, kills = 10, 3 // as many as a guest can have
	ctx := t.Context()
	for n := range messages {
		at := time.Now().Add(time.Second + time.Duration(n)*50*time.Millisecond)
		if _, err := anna.CreateScheduledMessage(ctx, client.Outgoing{Room: plausch.PublicRoom, Text: fmt.Sprint("message ", n)}, at); err != nil {
			t.Fatal(err)
		}
	}
	said := func() map[string]int {
		events, _, err := anna.History(ctx, plausch.PublicRoom, client.HistoryQuery{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]int{}
		for _, e := range events {
			texts[e.Text]++
		}
		return texts
	}
	for n := range kills {
		await(t, func() bool { return len(said()) >= 2*n }, func() string { return fmt.Sprintf("only %v was said", said()) })
		s.kill()
		s.start()
	}
	await(t, func() bool { return len(said()) >= messages }, func() string { return fmt.Sprintf("only %v was said", said()) })
	if _, err := anna.SetReminder(ctx, plausch.PublicRoom, 1, time.Now().Add(300*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	s.kill()
	s.start()
	due := func() bool {
		reminders, _, err := anna.ListReminders(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		return len(reminders) == 1 && reminders[0].Due
	}
	await(t, due, func() string { return "the reminder has not come" })
	for text, times := range said() {
		if times != 1 {
			t.Errorf("%q was sent %d times", text, times)
		}
	}
	if left, _, err := anna.ListScheduledMessages(ctx, 0); err != nil || len(left) > 0 {
		t.Errorf("left are %+v, %v", left, err)
	}
}
