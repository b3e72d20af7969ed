// Package protocol is Plausch's native protocol: its frames, requests, replies
// and pushes, in msgpack and in JSON. docs/protocol.md specifies it for the
// writers of clients; this package follows that page, and the golden vectors in
// testdata hold both to it.
//
// # Protocol flow
//
//	client                              server
//	  | hello {version, capabilities}      |
//	  |----------------------------------->|
//	  |          {version, limits, ...}    |
//	  |<-----------------------------------|
//	  | sign_in {name, password | token}   |
//	  |----------------------------------->|
//	  |          {account, token}          |
//	  |<-----------------------------------|
//	  | subscribe                          |  events flow from here on
//	  |----------------------------------->|
//	  | room.list, history {after: seq}    |  what was missed is loaded
//	  |----------------------------------->|
//	  |                event, event, ...   |
//	  |<-----------------------------------|
//
// A frame's body is one map. Over TCP a 4-byte big-endian length stands before
// it; over WebSocket it is one message. A client sends requests:
//
//	{"id": 7, "method": "message.send", "params": {"room": 1, "text": "hi"}}
//
// A server answers each with a reply that has the same id, in any order:
//
//	{"id": 7, "result": {"room": 1, "seq": 42, "time": 1790000000000}}
//	{"id": 7, "error": {"code": "forbidden", "message": "..."}}
//
// and sends pushes, which have no id but one of the keys event, presence,
// typing, marker, draft, personal, report, block, seen,
// scheduled_message, reminder, preferences, room_preference, first and bye.
//
// Everything that is decoded is first checked as a whole document (see
// [Codec.Check]), so that both codecs accept the same documents and a generated
// decoder never meets a hostile one.
package protocol

// Version is the version of the protocol that this package speaks.
const Version = 1

// ALPN is the name of this version in TLS handshakes (RFC 7301), of frames over
// TLS without WebSocket.
const ALPN = "plausch/1"

const (
	// MaxFrame is the largest body of a frame in bytes, in both directions.
	MaxFrame = 64 << 10
	// MaxFrameBeforeSignIn is the largest body that a server reads from
	// somebody who has not signed in.
	MaxFrameBeforeSignIn = 4 << 10
	// MaxNesting is how deep maps and arrays may stand in one another; the
	// body itself is the first level.
	MaxNesting = 32
	// MaxPage is the most entries in the result of a list or of history.
	MaxPage = 200
	// MaxLongPage is the most entries in the results of account.list, invite.list
	// and audit.list, whose entries are long.
	MaxLongPage = 50
	// MaxPageBytes is what the events of a page may add up to by [EventSize]; the
	// rest of the frame is for what stands around them.
	MaxPageBytes = MaxFrame - 1<<10
	// DefaultPage is the number of entries if a request does not say.
	DefaultPage = 50
)

// Methods that a client may call.
const (
	MethodHello              = "hello"
	MethodPing               = "ping"
	MethodSignIn             = "sign_in"
	MethodSignOut            = "sign_out"
	MethodSubscribe          = "subscribe"
	MethodAccountUpdate      = "account.update"
	MethodAvatarSet          = "avatar.set"
	MethodAccountList        = "account.list"
	MethodAccountRole        = "account.role"
	MethodAccountDeactivate  = "account.deactivate"
	MethodAccountActivate    = "account.activate"
	MethodAccountDelete      = "account.delete"
	MethodPasswordChange     = "password.change"
	MethodResetCreate        = "reset.create"
	MethodResetRedeem        = "reset.redeem"
	MethodDeviceList         = "device.list"
	MethodDeviceRevoke       = "device.revoke"
	MethodDeviceLinkBegin    = "device.link_begin"
	MethodDeviceLinkState    = "device.link_state"
	MethodDeviceLinkCheck    = "device.link_check"
	MethodDeviceLink         = "device.link"
	MethodInviteCreate       = "invite.create"
	MethodInviteList         = "invite.list"
	MethodInviteRevoke       = "invite.revoke"
	MethodInviteRedeem       = "invite.redeem"
	MethodClaim              = "claim"
	MethodCodeCheck          = "code.check"
	MethodServerUpdate       = "server.update"
	MethodBotCreate          = "bot.create"
	MethodAuditList          = "audit.list"
	MethodPasskeyBegin       = "passkey.begin"
	MethodPasskeyAdd         = "passkey.add"
	MethodPasskeyList        = "passkey.list"
	MethodPasskeyDelete      = "passkey.delete"
	MethodPasskeySignInBegin = "passkey.sign_in_begin"
	MethodPasskeySignIn      = "passkey.sign_in"
	MethodRoomList           = "room.list"
	MethodRoomGet            = "room.get"
	MethodRoomCreate         = "room.create"
	MethodRoomUpdate         = "room.update"
	MethodRoomJoin           = "room.join"
	MethodRoomLeave          = "room.leave"
	MethodMemberList         = "member.list"
	MethodMemberAdd          = "member.add"
	MethodMemberRemove       = "member.remove"
	MethodMemberRole         = "member.role"
	MethodBanAdd             = "ban.add"
	MethodBanRemove          = "ban.remove"
	MethodBanList            = "ban.list"
	MethodMessageSend        = "message.send"
	MethodMessageEdit        = "message.edit"
	MethodMessageDelete      = "message.delete"
	MethodMessageReact       = "message.react"
	MethodMessageUnreact     = "message.unreact"
	MethodMessagePin         = "message.pin"
	MethodMessageUnpin       = "message.unpin"
	MethodMessageVersions    = "message.versions"
	MethodMessageHide        = "message.hide"
	MethodMessageUnhide      = "message.unhide"
	MethodMessageSave        = "message.save"
	MethodMessageUnsave      = "message.unsave"
	MethodMessages           = "messages"
	MethodSavedList          = "saved.list"
	MethodHiddenList         = "hidden.list"
	MethodReminderSet        = "reminder.set"
	MethodReminderList       = "reminder.list"
	MethodReminderDelete     = "reminder.delete"
	MethodStatusSet          = "status.set"
	MethodSeenSet            = "seen.set"
	MethodBlockAdd           = "block.add"
	MethodBlockRemove        = "block.remove"
	MethodBlockList          = "block.list"
	MethodReportAdd          = "report.add"
	MethodReportList         = "report.list"
	MethodReportClose        = "report.close"
	MethodHistory            = "history"
	MethodMarkerSet          = "marker.set"
	MethodInbox              = "inbox"
	MethodSearch             = "search"
	MethodDraftSet           = "draft.set"
	MethodDraftList          = "draft.list"
	MethodPreferenceGet      = "preference.get"
	MethodPreferenceSet      = "preference.set"
	MethodRoomPreferenceSet  = "room_preference.set"
	MethodPresenceSet        = "presence.set"
	MethodTyping             = "typing"
	MethodWebhookCreate      = "webhook.create"
	MethodWebhookList        = "webhook.list"
	MethodWebhookDelete      = "webhook.delete"
	MethodPresenceList       = "presence.list"
	MethodPushKey            = "push.key"
	MethodPushSubscribe      = "push.subscribe"
	MethodPushList           = "push.list"
	MethodPushUnsubscribe    = "push.unsubscribe"

	MethodScheduledMessageCreate = "scheduled_message.create"
	MethodScheduledMessageList   = "scheduled_message.list"
	MethodScheduledMessageUpdate = "scheduled_message.update"
	MethodScheduledMessageDelete = "scheduled_message.delete"

	MethodOutgoingWebhookCreate = "outgoing_webhook.create"
	MethodOutgoingWebhookList   = "outgoing_webhook.list"
	MethodOutgoingWebhookDelete = "outgoing_webhook.delete"
)

// Capabilities that a client may name in its hello.
const (
	// CapPresence asks for presence pushes.
	CapPresence = "presence"
	// CapTyping asks for typing pushes.
	CapTyping = "typing"
)

//go:generate go tool msgp -tests=false -io=false -file account.go
//go:generate go tool msgp -tests=false -io=false -file message.go
//go:generate go tool msgp -tests=false -io=false -file attachment.go
//go:generate go tool msgp -tests=false -io=false -file event.go
//go:generate go tool msgp -tests=false -io=false -file presence.go
//go:generate go tool msgp -tests=false -io=false -file status.go
//go:generate go tool msgp -tests=false -io=false -file error.go
