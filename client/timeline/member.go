package timeline

import (
	"slices"

	"plausch"
)

// maxNotices bounds [Room].Notices.
const maxNotices = 100

// changeRoom takes in an event that changes the room or its members.
func (r *Room) changeRoom(e *plausch.Event) {
	switch e.Kind {
	case plausch.EventJoin, plausch.EventLeave, plausch.EventRole, plausch.EventRoom:
	default:
		return // of a later version
	}
	r.Notices = append(r.Notices, *e)
	r.Notices = r.Notices[max(0, len(r.Notices)-maxNotices):]
	r.changeMembers(e)
	if e.Seq <= r.described || e.Details == nil {
		return
	}
	r.described = e.Seq
	if e.Kind == plausch.EventRole && e.Member.ID == r.server.account.ID {
		r.Role = e.Details.Role
	}
	if c := e.Details.Room; e.Kind == plausch.EventRoom && c != nil {
		set(&r.Topic, c.Topic)
		set(&r.Description, c.Description)
		set(&r.Picture, c.Picture)
		set(&r.Writers, c.Writers)
		set(&r.Retention, c.Retention)
		set(&r.Archived, c.Archived)
	}
}

// set gives v the value of p, if there is one.
func set[T any](v, p *T) {
	if p != nil {
		*v = *p
	}
}

// changeMembers keeps the list of members up to date, if it is there.
func (r *Room) changeMembers(e *plausch.Event) {
	if r.Members == nil || e.Member.ID == 0 {
		return
	}
	i := slices.IndexFunc(r.Members, func(m plausch.Member) bool { return m.ID == e.Member.ID })
	switch {
	case e.Kind == plausch.EventLeave && i >= 0:
		r.Members = slices.Delete(r.Members, i, i+1)
	case e.Kind == plausch.EventJoin && i < 0:
		r.Members = append(r.Members, plausch.Member{AccountRef: e.Member})
		r.sortMembers()
	case e.Kind == plausch.EventRole && i >= 0 && e.Details != nil:
		r.Members[i].RoomRole = e.Details.Role
	}
}

func (r *Room) sortMembers() {
	slices.SortFunc(r.Members, func(a, b plausch.Member) int { return byName(a.AccountRef, b.AccountRef) })
}
