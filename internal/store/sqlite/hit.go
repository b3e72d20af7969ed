package sqlite

import (
	"strings"

	"plausch"
)

// read reads messages as they are now, by their ids.
func (f *finder) read(messages []numbered) (map[int64]*candidate, error) {
	found := make(map[int64]*candidate, len(messages))
	files := false
	_, err := list(f.ctx, "hits", f.in.of(f.r.hits), func(row scanner) (none struct{}, err error) {
		c := new(candidate)
		var id, time, actor, edited int64
		var newText, data string
		h := &c.hit
		if err := row.Scan(&id, &time, &c.kind, &actor, &h.Actor.Name, &h.Actor.Display, &h.Text, &edited, &newText, &data, &c.hidden); err != nil {
			return none, err
		}
		h.Room, h.Seq, h.Time, h.Kind = plausch.RoomID(id>>seqBits), id&maxSeq, toTime(time), plausch.EventMessage
		h.Actor.ID, h.Edited = plausch.AccountID(actor), edited
		if edited > 0 {
			h.Text = newText
		}
		details, err := parseDetails(data)
		c.sealed = details != nil && details.Sealed != ""
		files = files || c.kind&attachedBit != 0
		found[id] = c
		return none, err
	}, jsonIDs(messages, func(n numbered) int64 { return n.message }), f.q.Account)
	if err != nil || !files {
		return found, err
	}
	_, err = list(f.ctx, "files", f.in.of(f.r.hitFiles), func(row scanner) (none struct{}, err error) {
		var event int64
		var a plausch.Attachment
		if err := row.Scan(&event, &a.ID, &a.Name, &a.Type, &a.Size); err != nil {
			return none, err
		}
		if c := found[event]; c != nil {
			c.hit.Attachments = append(c.hit.Attachments, a)
			c.picture = c.picture || strings.HasPrefix(a.Type, "image/")
		}
		return none, nil
	}, jsonIDs(messages, func(n numbered) int64 { return n.message }))
	return found, err
}

// addNeighbours gives the hits the messages before and after them.
func (f *finder) addNeighbours() error {
	hits := f.page.Hits
	if len(hits) == 0 {
		return nil
	}
	type pair struct{ before, after int64 }
	pairs := make(map[int64]pair, len(hits))
	var ids []int64
	_, err := list(f.ctx, "neighbours", f.in.of(f.r.neighbours), func(row scanner) (none struct{}, err error) {
		var id int64
		var p pair
		if err := row.Scan(&id, &p.before, &p.after); err != nil {
			return none, err
		}
		pairs[id] = p
		for _, one := range []int64{p.before, p.after} {
			if one > 0 {
				ids = append(ids, one)
			}
		}
		return none, nil
	}, jsonIDs(hits, func(h plausch.Hit) int64 { return eventID(h.Room, h.Seq) }), f.q.Account)
	if err != nil {
		return err
	}
	quotes := make(map[int64]*plausch.Quote, len(ids))
	_, err = list(f.ctx, "quotes", f.in.of(f.r.quoted), func(row scanner) (none struct{}, err error) {
		id, q, err := scanQuote(row)
		quotes[id] = &q
		return none, err
	}, jsonIDs(ids, func(id int64) int64 { return id }))
	for i := range hits {
		p := pairs[eventID(hits[i].Room, hits[i].Seq)]
		hits[i].Before, hits[i].After = quotes[p.before], quotes[p.after]
	}
	return err
}
