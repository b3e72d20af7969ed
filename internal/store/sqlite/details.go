package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
)

// asMillis are the options by which details are kept: a duration in milliseconds.
var asMillis = json.JoinOptions(
	json.WithMarshalers(json.MarshalFunc(func(d time.Duration) ([]byte, error) {
		return strconv.AppendInt(nil, d.Milliseconds(), 10), nil
	})),
	json.WithUnmarshalers(json.UnmarshalFunc(func(text []byte, d *time.Duration) error {
		milli, err := strconv.ParseInt(string(text), 10, 64)
		*d = time.Duration(milli) * time.Millisecond
		return err
	})),
)

// addDetails keeps the target and details of an event, and whom it mentions.
func (b *batch) addDetails(e *plausch.Event) error {
	var target any // null if there is none
	if e.Target != 0 {
		target = eventID(e.Room, e.Target)
	}
	data := ""
	if e.Details != nil {
		text, err := json.Marshal(e.Details, asMillis)
		if err != nil {
			return err
		}
		data = string(text)
	}
	_, err := b.w.insertDetails.ExecContext(b.ctx, eventID(e.Room, e.Seq), target, data)
	if err != nil || e.Kind != plausch.EventMessage {
		return err
	}
	return b.addMentions(eventID(e.Room, e.Seq), e.Details)
}

// addMentions keeps whom a message mentions.
func (b *batch) addMentions(message int64, d *plausch.Details) error {
	if d == nil {
		return nil
	}
	mentioned := d.Mentions
	if d.MentionsRoom {
		mentioned = append([]plausch.AccountID{0}, mentioned...)
	}
	for _, id := range mentioned {
		if _, err := b.w.insertMention.ExecContext(b.ctx, id, message); err != nil {
			return err
		}
	}
	return nil
}

// readDetails reads, by the statement of detailsBetween, those of events, which are
// of one room and ascend or descend.
func readDetails(ctx context.Context, between queryer, events []plausch.Event) error {
	low, high, byID := span(events)
	_, err := list(ctx, "read details", between, func(row scanner) (none struct{}, err error) {
		var event, target int64
		var data string
		if err := row.Scan(&event, &target, &data); err != nil {
			return none, err
		}
		e := byID[event]
		if e == nil {
			return none, nil
		}
		e.Target = target & maxSeq
		e.Details, err = parseDetails(data)
		return none, err
	}, low, high)
	return err
}

func parseDetails(data string) (*plausch.Details, error) {
	if data == "" {
		return nil, nil
	}
	d := new(plausch.Details)
	if err := json.Unmarshal([]byte(data), d, asMillis); err != nil {
		return nil, fmt.Errorf("the details of an event: %w", err)
	}
	return d, nil
}
