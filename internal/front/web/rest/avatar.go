package rest

import (
	"io"
	"net/http"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// setAvatar makes the body the picture of the account.
func (q *request) setAvatar() error {
	file, err := q.keepFile(core.File{Name: "avatar"})
	if err != nil {
		return err
	}
	return q.avatar(file.ID)
}

func (q *request) removeAvatar() error { return q.avatar("") }

func (q *request) avatar(attachment string) error {
	now, err := ask[protocol.Avatar](q, protocol.MethodAvatarSet, protocol.AvatarSet{Attachment: attachment})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, now)
}

// getAvatar gives out the picture of an account.
func (q *request) getAvatar() error {
	picture, r, err := q.server.api.OpenAvatar(q.Context(), &q.caller, q.PathValue("name"))
	if err != nil {
		return err
	}
	return q.picture(picture, r)
}

// getRoomPicture gives out the picture of a room.
func (q *request) getRoomPicture() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	picture, r, err := q.server.api.OpenRoomPicture(q.Context(), &q.caller, plausch.RoomID(room))
	if err != nil {
		return err
	}
	return q.picture(picture, r)
}

// picture gives out a picture, and closes it.
func (q *request) picture(picture core.Avatar, r io.ReadSeekCloser) error {
	defer r.Close()
	q.serveContent(picture.Type, picture.Hash, r)
	return nil
}
