package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) listMembers() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	n, err := q.numbers("after", "limit")
	if err != nil {
		return err
	}
	members, err := ask[protocol.Members](q, protocol.MethodMemberList, protocol.MemberList{Room: room, After: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Members []protocol.Member `json:"members"`
		More    bool              `json:"more"`
	}(members))
}

func (q *request) addMember() error {
	var in struct {
		Name string `json:"name"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	return q.changeMember(protocol.MethodMemberAdd, in.Name)
}

func (q *request) removeMember() error {
	return q.changeMember(protocol.MethodMemberRemove, q.PathValue("name"))
}

func (q *request) changeMember(method, name string) error {
	room, err := q.room()
	if err != nil {
		return err
	}
	if _, err := ask[protocol.Empty](q, method, protocol.MemberChange{Room: room, Name: name}); err != nil {
		return err
	}
	return q.none()
}

func (q *request) presence() error {
	limit, err := q.number("limit")
	if err != nil {
		return err
	}
	p := protocol.PresenceList{After: q.URL.Query().Get("after"), Limit: int(limit)}
	here, err := ask[protocol.Presences](q, protocol.MethodPresenceList, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Presence []protocol.PresenceChange `json:"presence"`
		More     bool                      `json:"more"`
	}(here))
}
