package ktn

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"plausch"
	"plausch/protocol"
)

// clientRequest is a request of the client, and how it writes bodies.
type clientRequest struct {
	protocol.Request
	codec protocol.Codec
	err   error // why it is none
}

// readNative reads the client's requests until the connection is closed.
func (s *session) readNative() {
	defer close(s.clientRequests)
	var codec protocol.Codec
	for first := true; ; first = false {
		var head [4]byte
		if _, err := io.ReadFull(s.clientConn, head[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(head[:])
		if n == 0 || n > protocol.MaxFrame {
			return // nothing of ours writes such
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(s.clientConn, body); err != nil {
			return
		}
		if first && body[0] == '{' {
			codec = protocol.JSON
		}
		r, err := codec.DecodeRequest(body)
		select {
		case s.clientRequests <- clientRequest{r, codec, err}:
		case <-s.over:
			return
		}
	}
}

func (s *session) format() protocol.Format {
	return protocol.Format{Codec: s.codec, Framing: protocol.LengthPrefix}
}

// reply answers a request. The client reads always, or has closed, so no write
// to it waits for long; that it has closed is noticed by reading.
func (s *session) reply(id int64, result protocol.Body, err error) {
	_, _ = s.clientConn.Write(s.format().AppendReply(nil, id, result, err))
}

// push tells of an event.
func (s *session) push(e *entry) {
	if !s.subscribed {
		return
	}
	w := protocol.NewEvent(&e.Event)
	_, _ = s.clientConn.Write(s.format().AppendFrame(nil, func(b []byte) []byte {
		return s.codec.AppendPush(b, &protocol.Frame{Event: &w})
	}))
}

// method carries out a request. It returns the result, or nil if the answer
// comes later.
type method func(s *session, r clientRequest) (protocol.Body, error)

// methods are those that work before the sign-in, and then all others.
var openMethods, methods map[string]method

func init() { // not literals, since the methods use them
	openMethods = map[string]method{
		protocol.MethodHello:  (*session).hello,
		protocol.MethodPing:   nothing,
		protocol.MethodSignIn: (*session).signIn,
	}
	methods = map[string]method{
		protocol.MethodSignOut:      (*session).signOut,
		protocol.MethodSubscribe:    (*session).subscribe,
		protocol.MethodRoomList:     (*session).listRooms,
		protocol.MethodRoomGet:      (*session).getRoom,
		protocol.MethodRoomJoin:     (*session).getRoom,
		protocol.MethodRoomCreate:   refuse(ErrOneRoom),
		protocol.MethodRoomLeave:    refuse(errMembers),
		protocol.MethodMemberList:   (*session).listMembers,
		protocol.MethodMemberAdd:    refuse(errMembers),
		protocol.MethodMemberRemove: refuse(errMembers),
		protocol.MethodMessageSend:  (*session).send,
		protocol.MethodHistory:      (*session).history,
		protocol.MethodPresenceSet:  refuse(ErrPresence),
		protocol.MethodTyping:       refuse(errTyping),
	}
}

func nothing(*session, clientRequest) (protocol.Body, error) { return &protocol.Empty{}, nil }

func refuse(err error) method {
	return func(*session, clientRequest) (protocol.Body, error) { return nil, err }
}

// handle carries out a request of the client.
func (s *session) handle(r clientRequest) {
	s.codec = r.codec
	if r.ID == 0 {
		return // nothing of ours sends such
	}
	do, open := openMethods[r.Method]
	known := open
	if !open {
		do, known = methods[r.Method]
	}
	var result protocol.Body
	err := r.err
	switch {
	case err != nil:
	case !known:
		err = plausch.Errorf(plausch.Unsupported, "a KTN server has nothing like %s", r.Method)
	case !open && !s.signedIn:
		err = plausch.Errorf(plausch.SignInNeeded, "sign in first")
	default:
		result, err = do(s, r)
	}
	if result != nil || err != nil {
		s.reply(r.ID, result, err)
	}
}

func (r clientRequest) params(v protocol.Body) error { return r.codec.Decode(r.Params, v) }

func (s *session) hello(r clientRequest) (protocol.Body, error) {
	var p protocol.Hello
	if err := r.params(&p); err != nil {
		return nil, err
	}
	if p.Version < protocol.Version {
		return nil, plausch.Errorf(plausch.Unsupported, "version %d of the protocol is not spoken here, but %d", p.Version, protocol.Version)
	}
	return &protocol.Welcome{
		Version: protocol.Version, Server: "ktn", Guests: true,
		Limits: protocol.Limits{Frame: protocol.MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: protocol.MaxPage},
	}, nil
}

func (s *session) subscribe(clientRequest) (protocol.Body, error) {
	s.subscribed = true
	return &protocol.Empty{}, nil
}

// room is the one room.
func (s *session) room() protocol.Room {
	return protocol.Room{
		ID: int64(plausch.PublicRoom), Kind: string(plausch.RoomPublic), Name: plausch.PublicRoomName,
		Seq: s.bridge.log.last, Joined: true,
	}
}

func (s *session) listRooms(r clientRequest) (protocol.Body, error) {
	var p protocol.RoomList
	if err := r.params(&p); err != nil {
		return nil, err
	}
	rooms := new(protocol.Rooms)
	if p.After < int64(plausch.PublicRoom) {
		rooms.Rooms = append(rooms.Rooms, s.room())
	}
	return rooms, nil
}

func (s *session) getRoom(r clientRequest) (protocol.Body, error) {
	var p protocol.RoomRef
	if err := r.params(&p); err != nil {
		return nil, err
	}
	if p.Room != int64(plausch.PublicRoom) && (p.Room != 0 || p.Name != plausch.PublicRoomName) {
		return nil, ErrOneRoom
	}
	room := s.room()
	return &room, nil
}

func (s *session) history(r clientRequest) (protocol.Body, error) {
	var p protocol.HistoryGet
	if err := r.params(&p); err != nil {
		return nil, err
	}
	if p.Room != int64(plausch.PublicRoom) {
		return nil, ErrOneRoom
	}
	if p.After == nil && p.Before == 0 && !s.bridge.toldOld && !s.bridge.askedOld { // it is a person who asks
		s.bridge.askedOld = true
		s.enqueue(&serverRequest{kind: requestHistory, id: r.ID, page: p, request: appendRequest(nil, requestHistory, nil)})
		return nil, nil
	}
	return s.bridge.log.page(&p), nil
}

// finishHistory ends a request for the history: what was told is in the log by now,
// if anything was.
func (s *session) finishHistory(a *serverRequest) {
	s.bridge.log.begin()
	s.reply(a.id, s.bridge.log.page(&a.page), nil)
}

// listMembers asks for names, or goes on in the list that they were.
func (s *session) listMembers(r clientRequest) (protocol.Body, error) {
	var p protocol.MemberList
	if err := r.params(&p); err != nil {
		return nil, err
	}
	switch {
	case p.Room != int64(plausch.PublicRoom):
		return nil, ErrOneRoom
	case p.After > 0:
		return s.memberPage(p.After, p.Limit), nil
	}
	s.enqueue(&serverRequest{kind: requestNames, id: r.ID, request: appendRequest(nil, requestNames, nil), limit: p.Limit})
	return nil, nil
}

// memberPage returns the members behind an id.
func (s *session) memberPage(after int64, limit int) *protocol.Members {
	if limit <= 0 {
		limit = protocol.DefaultPage
	}
	limit = min(limit, protocol.MaxPage)
	from, _ := slices.BinarySearchFunc(s.members, after+1, func(m protocol.Member, id int64) int { return cmp.Compare(m.ID, id) })
	page := s.members[from:]
	if len(page) > limit {
		return &protocol.Members{Members: page[:limit], More: true}
	}
	return &protocol.Members{Members: page}
}

// setMembers keeps the names that the server listed, at most as many as a
// response can have.
func (s *session) setMembers(names []string) {
	s.members = nil
	for _, name := range names {
		a := accountOf(name)
		s.members = append(s.members, protocol.Member{
			ID: int64(a.ID), Name: a.Name, Role: string(plausch.RoleGuest), Presence: string(plausch.Online),
		})
	}
	slices.SortFunc(s.members, func(a, b protocol.Member) int { return cmp.Compare(a.ID, b.ID) })
	s.members = slices.CompactFunc(s.members, func(a, b protocol.Member) bool { return a.ID == b.ID })
}

// bye tells the client why its connection ends.
func (s *session) bye(format string, args ...any) {
	err := plausch.Errorf(plausch.Unavailable, "%s", fmt.Sprintf(format, args...))
	_, _ = s.clientConn.Write(bytes.Clone(s.format().AppendBye(nil, err)))
}
