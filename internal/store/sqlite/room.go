package sqlite

import (
	"context"
	"database/sql"
	"time"

	"plausch"
	"plausch/internal/store"
)

// roomHead is the seq of a room's newest event, the last in its range of ids: one
// seek, 1 µs. A column that has it would be a page more to write with each send.
const (
	roomHead = `ifnull((SELECT max(e.id) & 0xffffffff FROM events e
		WHERE e.id BETWEEN r.id << 32 AND r.id << 32 | 0xffffffff), 0)`
	roomColumns = `r.id, r.kind, r.name, r.created, ` + roomHead + `, r.first, r.topic, r.description,
		lower(hex(ifnull(r.picture, ''))), r.writers, r.retention, r.archived`
)

func scanRoom(row scanner) (plausch.Room, error) {
	return scanRoomAnd(row)
}

// scanJoinedRoom reads a room as an account has it: see joinedColumns.
func scanJoinedRoom(row scanner) (r store.JoinedRoom, err error) {
	var id sql.NullInt64
	var name, display sql.NullString
	var role int64
	var f preferenceFields
	if r.Room, err = scanRoomAnd(row, append([]any{&id, &name, &display, &role}, f.roomPlaces(&r.Preference)...)...); err != nil {
		return r, err
	}
	if err := f.finishRoom(&r.Preference); err != nil {
		return r, err
	}
	r.Peer = plausch.AccountRef{ID: plausch.AccountID(id.Int64), Name: name.String, Display: display.String}
	if r.Joined = role != 0; r.Joined {
		r.Role, err = roomRoles.word(role)
	}
	return r, err
}

func scanRoomAnd(row scanner, more ...any) (r plausch.Room, err error) {
	var kind, created, write, retention int64
	var name sql.NullString
	if err := row.Scan(append([]any{
		&r.ID, &kind, &name, &created, &r.Head, &r.First, &r.Topic, &r.Description, &r.Picture, &write, &retention, &r.Archived,
	}, more...)...); err != nil {
		return plausch.Room{}, err
	}
	r.Name, r.Created, r.Retention = name.String, toTime(created), time.Duration(retention)*time.Millisecond
	if r.Writers, err = writers.word(write); err != nil {
		return plausch.Room{}, err
	}
	r.Kind, err = roomKinds.word(kind)
	return r, err
}

// Room implements [store.Rooms].
func (s *Store) Room(ctx context.Context, id plausch.RoomID) (plausch.Room, error) {
	r, err := scanRoom(s.r.room.QueryRowContext(ctx, id))
	return r, found("room", err)
}

// RoomByName implements [store.Rooms].
func (s *Store) RoomByName(ctx context.Context, name string) (plausch.Room, error) {
	r, err := scanRoom(s.r.roomByName.QueryRowContext(ctx, name))
	return r, found("room", err)
}

// DirectRoom implements [store.Rooms].
func (s *Store) DirectRoom(ctx context.Context, a, b plausch.AccountID) (plausch.Room, error) {
	r, err := scanRoom(s.r.directRoom.QueryRowContext(ctx, min(a, b), max(a, b)))
	return r, found("room", err)
}

// RoomFor implements [store.Rooms].
func (s *Store) RoomFor(ctx context.Context, id plausch.RoomID, account plausch.AccountID) (store.JoinedRoom, error) {
	r, err := scanJoinedRoom(s.r.roomFor.QueryRowContext(ctx, account, id))
	return r, found("room", err)
}

// ListRooms implements [store.Rooms].
func (s *Store) ListRooms(ctx context.Context, account plausch.AccountID, public bool, after plausch.RoomID, limit int) ([]store.JoinedRoom, error) {
	return list(ctx, "list rooms", s.r.listRooms, scanJoinedRoom, account, public, after, limit)
}

// MemberRooms implements [store.Rooms].
func (s *Store) MemberRooms(ctx context.Context, account plausch.AccountID) ([]plausch.RoomID, error) {
	return list(ctx, "list memberships", s.r.memberRooms, func(row scanner) (id plausch.RoomID, err error) {
		return id, row.Scan(&id)
	}, account)
}

// ListMembers implements [store.Rooms].
func (s *Store) ListMembers(ctx context.Context, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Member, error) {
	if limit == 0 {
		limit = -1 // SQLite's "all"
	}
	return list(ctx, "list members", s.r.members, func(row scanner) (m plausch.Member, err error) {
		var role, inRoom, until int64
		if err := row.Scan(&m.ID, &m.Name, &m.Display, &role, &m.Avatar, &m.Status.Text, &m.Status.Emoji, &until, &inRoom); err != nil {
			return plausch.Member{}, err
		}
		m.Status.Until = toTimeOrZero(until)
		if m.RoomRole, err = roomRoles.word(inRoom); err != nil {
			return plausch.Member{}, err
		}
		m.Role, err = roles.word(role)
		return m, err
	}, room, after, limit)
}

// CountedRoom is a room with the number of its members.
type CountedRoom struct {
	plausch.Room
	Members int // 0 in plausch.PublicRoom, which has everyone
}

// AllRooms returns every public and private room, by name: for whoever has the
// database, since no account sees all of them.
func (s *Store) AllRooms(ctx context.Context) ([]CountedRoom, error) {
	return list(ctx, "list all rooms", s.r.allRooms, func(row scanner) (c CountedRoom, err error) {
		c.Room, err = scanRoomAnd(row, &c.Members)
		return c, err
	})
}
