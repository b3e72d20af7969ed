package rest

import (
	"net/http"

	"plausch/protocol"
)

// room returns the id of the room that the path names. Whether the caller may see
// it is for the method to say that is called with it.
func (q *request) room() (int64, error) {
	id, err := q.server.api.RoomByAddress(q.Context(), &q.caller, q.PathValue("room"))
	return int64(id), err
}

func (q *request) roomRef() (protocol.RoomRef, error) {
	id, err := q.room()
	return protocol.RoomRef{Room: id}, err
}

func (q *request) listRooms() error {
	n, err := q.numbers("after", "limit")
	if err != nil {
		return err
	}
	public, err := q.flag("public")
	if err != nil {
		return err
	}
	rooms, err := ask[protocol.Rooms](q, protocol.MethodRoomList, protocol.RoomList{Public: public, After: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct { // without omitting what is empty, here and below
		Rooms []protocol.Room `json:"rooms"`
		More  bool            `json:"more"`
	}(rooms))
}

func (q *request) createRoom() error {
	var p protocol.RoomCreate
	if err := q.jsonBody(&p); err != nil {
		return err
	}
	room, err := ask[protocol.Room](q, protocol.MethodRoomCreate, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, room)
}

func (q *request) getRoom() error { return q.withRoom(protocol.MethodRoomGet) }

func (q *request) joinRoom() error { return q.withRoom(protocol.MethodRoomJoin) }

// withRoom answers with the result of a method about the room in the path.
func (q *request) withRoom(method string) error {
	ref, err := q.roomRef()
	if err != nil {
		return err
	}
	room, err := ask[protocol.Room](q, method, ref)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, room)
}

func (q *request) leaveRoom() error {
	ref, err := q.roomRef()
	if err != nil {
		return err
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodRoomLeave, ref); err != nil {
		return err
	}
	return q.none()
}
