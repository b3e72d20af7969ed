package sqlite

import (
	"fmt"
	"slices"
	"time"

	"plausch"
	"plausch/internal/store"
)

// codes gives words the small integers that stand for them in the database: a
// word's place in the list. Lists only ever grow at their end; 0 is no word.
type codes[T ~string] []T

var (
	roles         = codes[plausch.Role]{"", plausch.RoleOwner, plausch.RoleAdmin, plausch.RoleMember, plausch.RoleGuest}
	accountStates = codes[plausch.AccountState]{"", plausch.AccountActive, plausch.AccountDeactivated, plausch.AccountDeleted}
	purposes      = codes[store.Purpose]{"", store.PurposeClaim, store.PurposeReset}
	roomKinds     = codes[plausch.RoomKind]{"", plausch.RoomPublic, plausch.RoomPrivate, plausch.RoomDirect}
	pushKinds     = codes[plausch.PushKind]{"", plausch.PushWeb, plausch.PushNtfy, plausch.PushWebhook}
	roomRoles     = codes[plausch.RoomRole]{"", plausch.RoomOwner, plausch.RoomAdmin, plausch.RoomMember, plausch.RoomReader}
	levels        = codes[plausch.NotifyLevel]{"", plausch.NotifyEverything, plausch.NotifyMentions, plausch.NotifyNothing}
	writers       = codes[plausch.Writers]{"", plausch.WritersMembers, plausch.WritersAdmins}
	eventKinds    = codes[plausch.EventKind]{
		"", plausch.EventMessage, plausch.EventJoin, plausch.EventLeave,
		plausch.EventEdit, plausch.EventDelete, plausch.EventReact, plausch.EventUnreact,
		plausch.EventPin, plausch.EventUnpin, plausch.EventRole, plausch.EventRoom,
	}
)

// These are set in the kind of an event of which more is to be read elsewhere. A
// column of its own for it, read or not, made a page of 50 take a fifth longer.
const (
	kindMask = 1<<8 - 1

	attachedBit = 1 << 8  // attachments
	detailedBit = 1 << 9  // details
	changedBit  = 1 << 10 // changed, reactions
	deletedBit  = 1 << 11 // nowhere: the message is deleted
)

// The migrations and some queries spell these out.
const (
	codeMessage = 1

	codePublic = 1
	codeDirect = 3

	codeOwner = 1
	codeAdmin = 2
	codeGuest = 4

	codePushWeb    = 1
	codeRoomOwner  = 1
	codeRoomAdmin  = 2
	codeRoomMember = 3
	codeRoomReader = 4
)

func (c codes[T]) of(word T) (int64, error) {
	if i := slices.Index(c, word); i > 0 {
		return int64(i), nil
	}
	return 0, fmt.Errorf("%T %q has no code", word, word)
}

func (c codes[T]) word(code int64) (T, error) {
	if code > 0 && code < int64(len(c)) {
		return c[code], nil
	}
	var none T
	return none, fmt.Errorf("%T code %d is not known", none, code)
}

func toTime(milli int64) time.Time { return time.UnixMilli(milli).UTC() }
