package sqlite

import (
	"context"

	"github.com/go-json-experiment/json"

	"plausch"
)

const (
	preferenceColumns     = `p.level, p.keywords, p.quiet_from, p.quiet_to, p.quiet_zone, p.hide_text`
	roomPreferenceColumns = `ifnull(q.level, 0), ifnull(q.mute_until, 0), ifnull(q.favourite, 0), ifnull(q.position, 0)`
)

// preferenceFields are the places of preferenceColumns or roomPreferenceColumns in a row.
type preferenceFields struct {
	level, mute int64
	keywords    string
}

// places returns where preferenceColumns of a row go.
func (f *preferenceFields) places(p *plausch.Preferences) []any {
	return []any{&f.level, &f.keywords, &p.Quiet.From, &p.Quiet.To, &p.Quiet.Zone, &p.HideText}
}

// finish completes p after its row was scanned.
func (f *preferenceFields) finish(p *plausch.Preferences) (err error) {
	if p.Level, err = levelOf(f.level); err != nil {
		return err
	}
	return json.Unmarshal([]byte(f.keywords), &p.Keywords)
}

// roomPlaces returns where roomPreferenceColumns of a row go.
func (f *preferenceFields) roomPlaces(p *plausch.RoomPreference) []any {
	return []any{&f.level, &f.mute, &p.Favourite, &p.Order}
}

// finishRoom completes p after its row was scanned.
func (f *preferenceFields) finishRoom(p *plausch.RoomPreference) (err error) {
	p.MuteUntil = toTimeOrZero(f.mute)
	p.Level, err = levelOf(f.level)
	return err
}

// levelOf returns the level of a code, the empty one of 0.
func levelOf(code int64) (plausch.NotifyLevel, error) {
	if code == 0 {
		return "", nil
	}
	return levels.word(code)
}

// levelCode returns what is kept of a change of a level, nil if there is none.
func levelCode(level *plausch.NotifyLevel) (any, error) {
	switch {
	case level == nil:
		return nil, nil
	case *level == "":
		return 0, nil
	}
	return levels.of(*level)
}

// Preferences implements [store.Preferences].
func (s *Store) Preferences(ctx context.Context, account plausch.AccountID) (plausch.Preferences, error) {
	p, err := scanPreferences(s.r.preferences.QueryRowContext(ctx, account))
	return p, wrap("read preferences", err)
}

func scanPreferences(row scanner) (p plausch.Preferences, err error) {
	var f preferenceFields
	if err := row.Scan(f.places(&p)...); isNone(err) {
		return plausch.Preferences{}, nil
	} else if err != nil {
		return p, err
	}
	return p, f.finish(&p)
}

// SetPreferences implements [store.Preferences].
func (s *Store) SetPreferences(ctx context.Context, account plausch.AccountID, c plausch.PreferenceChange) (p plausch.Preferences, err error) {
	err = s.write(ctx, "set preferences", func(ctx context.Context) error {
		level, err := levelCode(c.Level)
		if err != nil {
			return err
		}
		var keywords, from, to, zone any
		if c.Keywords != nil {
			text, err := json.Marshal(*c.Keywords)
			if err != nil {
				return err
			}
			keywords = string(text)
		}
		if c.Quiet != nil {
			from, to, zone = c.Quiet.From, c.Quiet.To, c.Quiet.Zone
		}
		if _, err := s.w.setPreferences.ExecContext(ctx, account, level, keywords, from, to, zone, c.HideText); err != nil {
			return err
		}
		p, err = scanPreferences(s.w.preferences.QueryRowContext(ctx, account))
		return err
	})
	return p, err
}

// RoomPreference implements [store.Preferences].
func (s *Store) RoomPreference(ctx context.Context, account plausch.AccountID, room plausch.RoomID) (plausch.RoomPreference, error) {
	p, err := scanRoomPreference(s.r.roomPreference.QueryRowContext(ctx, account, room))
	return p, wrap("read a room's preference", err)
}

func scanRoomPreference(row scanner) (p plausch.RoomPreference, err error) {
	var f preferenceFields
	if err := row.Scan(f.roomPlaces(&p)...); isNone(err) {
		return plausch.RoomPreference{}, nil
	} else if err != nil {
		return p, err
	}
	return p, f.finishRoom(&p)
}

// SetRoomPreference implements [store.Preferences].
func (s *Store) SetRoomPreference(ctx context.Context, account plausch.AccountID, room plausch.RoomID, c plausch.RoomPreferenceChange) (p plausch.RoomPreference, err error) {
	err = s.write(ctx, "set a room's preference", func(ctx context.Context) error {
		if is, err := s.isMemberNow(ctx, account, room); err != nil {
			return err
		} else if !is {
			return plausch.Errorf(plausch.NotFound, "there is no such room, or you are not in it")
		}
		level, err := levelCode(c.Level)
		if err != nil {
			return err
		}
		var mute any
		if c.MuteUntil != nil {
			mute = toMilli(*c.MuteUntil)
		}
		if _, err := s.w.setRoomPreference.ExecContext(ctx, account, room, level, mute, c.Favourite, c.Order); err != nil {
			return err
		}
		p, err = scanRoomPreference(s.w.roomPreference.QueryRowContext(ctx, account, room))
		return err
	})
	return p, err
}

// isMemberNow reports, inside a write, whether an account is in a room.
func (s *Store) isMemberNow(ctx context.Context, account plausch.AccountID, room plausch.RoomID) (is bool, err error) {
	if room == plausch.PublicRoom {
		return true, nil
	}
	return is, s.w.isMember.QueryRowContext(ctx, account, room).Scan(&is)
}
