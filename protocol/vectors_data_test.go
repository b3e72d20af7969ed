package protocol

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"plausch"
)

var methodsInOrder = slices.Sorted(maps.Keys(bodies))

// What the golden vectors say.

var requests = []struct {
	name   string
	id     int64
	method string
	params Body
}{
	{"hello", 1, MethodHello, &Hello{Version: 1, Client: "example 1.0", Capabilities: []string{CapPresence, CapTyping}}},
	{"hello of a client that remembers seqs", 1, MethodHello, &Hello{Version: 1, Epoch: "5f0c9a7e31b2d468"}},
	{"hello, only what is needed", 1, MethodHello, &Hello{Version: 1}},
	{"ping", 2, MethodPing, &Empty{}},
	{"sign_in as a guest", 3, MethodSignIn, &SignIn{Name: "alice"}},
	{"sign_in as a transient guest", 3, MethodSignIn, &SignIn{Name: "alice", Transient: true}},
	{"sign_in with a password", 3, MethodSignIn, &SignIn{Name: "alice", Password: "correct horse \"battery\" stäple"}},
	{"sign_in with a token", 3, MethodSignIn, &SignIn{Token: "plausch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},
	{"sign_in as a guest, repeatable", 3, MethodSignIn, &SignIn{Name: "alice", NewToken: aToken}},
	{"claim", 3, MethodClaim, &Claim{Code: aCode, ServerName: "Garten", Name: "alice", Password: "correct horse", NewToken: aToken}},
	{"code.check", 3, MethodCodeCheck, &CodeCheck{Code: aCode, Purpose: "invite"}},
	{"invite.redeem", 3, MethodInviteRedeem, &InviteRedeem{Code: aCode, Name: "alice", Password: "correct horse", NewToken: aToken}},
	{"invite.redeem as a guest", 3, MethodInviteRedeem, &InviteRedeem{Code: aCode, Name: "alice"}},
	{"reset.redeem", 3, MethodResetRedeem, &ResetRedeem{Code: aCode, Password: "correct horse", NewToken: aToken}},
	{"passkey.sign_in_begin", 3, MethodPasskeySignInBegin, &Empty{}},
	{"passkey.sign_in", 3, MethodPasskeySignIn, &PasskeySignIn{ID: aCode, Response: `{"id":"AQ"}`, NewToken: aToken}},
	{"passkey.begin", 3, MethodPasskeyBegin, &Empty{}},
	{"passkey.add", 3, MethodPasskeyAdd, &PasskeyAdd{ID: aCode, Name: "phone", Response: `{"id":"AQ"}`}},
	{"passkey.list", 3, MethodPasskeyList, &Empty{}},
	{"passkey.delete", 3, MethodPasskeyDelete, &PasskeyDelete{ID: "AQ"}},
	{"sign_out", 4, MethodSignOut, &Empty{}},
	{"subscribe", 5, MethodSubscribe, &Empty{}},
	{"account.update", 6, MethodAccountUpdate, &AccountUpdate{Display: "Alice Ä."}},
	{"avatar.set", 6, MethodAvatarSet, &AvatarSet{Attachment: "YZQJJ4WM5UJ3NVQTP2ZVPBRHLA"}},
	{"avatar.set, none", 6, MethodAvatarSet, &AvatarSet{}},
	{"account.update, no display", 6, MethodAccountUpdate, &AccountUpdate{}},
	{"account.list", 6, MethodAccountList, &AccountList{After: 7, Limit: 50}},
	{"account.role", 6, MethodAccountRole, &AccountRole{Name: "bob", Role: "admin"}},
	{"account.deactivate", 6, MethodAccountDeactivate, &AccountName{Name: "bob"}},
	{"account.activate", 6, MethodAccountActivate, &AccountName{Name: "bob"}},
	{"account.delete, one's own", 6, MethodAccountDelete, &AccountDelete{Password: "correct horse", Erase: true}},
	{"account.delete", 6, MethodAccountDelete, &AccountDelete{Name: "bob"}},
	{"password.change", 6, MethodPasswordChange, &PasswordChange{Old: "correct horse", Password: "battery staple"}},
	{"reset.create", 6, MethodResetCreate, &ResetCreate{Name: "bob"}},
	{"device.list", 6, MethodDeviceList, &Empty{}},
	{"device.revoke", 6, MethodDeviceRevoke, &DeviceRevoke{ID: 12}},
	{"device.link_begin", 3, MethodDeviceLinkBegin, &DeviceLinkBegin{NewToken: aToken}},
	{"device.link_state", 3, MethodDeviceLinkState, &DeviceLinkBegin{NewToken: aToken}},
	{"device.link_check", 6, MethodDeviceLinkCheck, &DeviceLinkCode{Code: "QX7K-2MPA"}},
	{"device.link", 6, MethodDeviceLink, &DeviceLinkCode{Code: "QX7K-2MPA"}},
	{"invite.create", 6, MethodInviteCreate, &InviteCreate{}},
	{"invite.create, all params", 6, MethodInviteCreate, &InviteCreate{Uses: -1, For: 86400000, Role: "guest", Rooms: []string{"attic"}}},
	{"invite.list", 6, MethodInviteList, &InviteList{After: 3, Limit: 50}},
	{"invite.revoke", 6, MethodInviteRevoke, &InviteRevoke{ID: 4}},
	{"server.update", 6, MethodServerUpdate, &ServerUpdate{Name: "Gärten"}},
	{"bot.create", 6, MethodBotCreate, &BotCreate{Name: "weather"}},
	{"audit.list", 6, MethodAuditList, &AuditList{Before: 100, Limit: 50}},
	{"room.list", 6, MethodRoomList, &RoomList{}},
	{"room.list, all params", 6, MethodRoomList, &RoomList{Public: true, After: 200, Limit: 200}},
	{"room.get by id", 7, MethodRoomGet, &RoomRef{Room: 17}},
	{"room.get by name", 7, MethodRoomGet, &RoomRef{Name: "attic"}},
	{"room.create", 8, MethodRoomCreate, &RoomCreate{Name: "attic"}},
	{"room.create, private", 8, MethodRoomCreate, &RoomCreate{Name: "attic", Kind: "private"}},
	{"room.update", 8, MethodRoomUpdate, &RoomUpdate{Room: 17, Topic: new("Boxes & birds")}},
	{"room.update, all params", 8, MethodRoomUpdate, &RoomUpdate{
		Room: 17, Topic: new(""), Description: new("Who needs what\nfrom up there"), Picture: new("OBD2NRWUZ6R24PHF5YQ5Z3TLOM"), Writers: new("admins"), Archived: new(false),
	}},
	{"room.join", 9, MethodRoomJoin, &RoomRef{Name: "attic"}},
	{"room.leave", 10, MethodRoomLeave, &RoomRef{Room: 17}},
	{"member.list", 11, MethodMemberList, &MemberList{Room: 17, After: 127, Limit: 128}},
	{"member.add", 12, MethodMemberAdd, &MemberChange{Room: 17, Name: "bob"}},
	{"member.remove", 13, MethodMemberRemove, &MemberChange{Room: 17, Name: "bob"}},
	{"member.role", 13, MethodMemberRole, &MemberRole{Room: 17, Name: "bob", Role: "admin"}},
	{"message.send to a room", 127, MethodMessageSend, &MessageSend{Room: 17, Text: "Hi all!", ClientID: "01K6B3X5T9Z2QW7RJ4M8N0PVCD"}},
	{"message.send to somebody", 128, MethodMessageSend, &MessageSend{To: "bob", Text: "Hi Bob", ClientID: "1"}},
	{"message.send, characters that JSON escapes", 255, MethodMessageSend, &MessageSend{Room: 1, Text: "\"quoted\" \\ back\n\tnext </script>&'"}},
	{"message.send, characters beyond ASCII", 256, MethodMessageSend, &MessageSend{Room: 1, Text: "Grüße, 你好, 👩‍👩‍👧 \u2028\u2029\ufeff\ufffd"}},
	{"message.send, 32 bytes of text", 65535, MethodMessageSend, &MessageSend{Room: 1, Text: strings.Repeat("x", 32)}},
	{"message.send, 256 bytes of text", 65536, MethodMessageSend, &MessageSend{Room: 1, Text: strings.Repeat("x", 256)}},
	{"message.send with attachments", 65537, MethodMessageSend, &MessageSend{Room: 17, Text: "Look!", ClientID: "2", Attachments: []string{"OBD2NRWUZ6R24PHF5YQ5Z3TLOM", "WKGSYHSYZV2OBZ5W5SZZ5VHN7Q"}}},
	{"message.send of a file alone", 65537, MethodMessageSend, &MessageSend{To: "bob", Attachments: []string{"OBD2NRWUZ6R24PHF5YQ5Z3TLOM"}}},
	{"message.send, an answer that names people", 65537, MethodMessageSend, &MessageSend{Room: 17, Text: "@bob yes", ClientID: "3", Target: 41, Details: &Details{Mentions: []int64{8, 9}, MentionsRoom: true}}},
	{"message.send, sealed", 65537, MethodMessageSend, &MessageSend{Room: 17, Details: &Details{Scheme: "openpgp", Sealed: "wV4DAAAA"}}},
	{"message.edit", 65538, MethodMessageEdit, &MessageEdit{Room: 17, Seq: 41, Text: "Hi both!", ClientID: "4", Details: &Details{Mentions: []int64{8}}}},
	{"message.delete", 65538, MethodMessageDelete, &MessageRef{Room: 17, Seq: 41}},
	{"message.react", 65538, MethodMessageReact, &MessageReact{Room: 17, Seq: 41, Emoji: "👍🏽"}},
	{"message.unreact", 65538, MethodMessageUnreact, &MessageReact{Room: 17, Seq: 41, Emoji: "👍🏽"}},
	{"message.pin", 65538, MethodMessagePin, &MessageRef{Room: 17, Seq: 41}},
	{"message.unpin", 65538, MethodMessageUnpin, &MessageRef{Room: 17, Seq: 41}},
	{"messages, the newest", 65539, MethodMessages, &MessagesGet{Room: 17}},
	{"messages before", 65539, MethodMessages, &MessagesGet{Room: 17, Before: 41, Limit: 100}},
	{"messages from the first on", 65539, MethodMessages, &MessagesGet{Room: 17, After: new(int64(0))}},
	{"messages around", 65539, MethodMessages, &MessagesGet{Room: 17, Around: 41}},
	{"messages of a date", 65539, MethodMessages, &MessagesGet{Room: 17, Date: 1790000000000}},
	{"history", 1<<32 - 1, MethodHistory, &HistoryGet{Room: 17, After: new(int64(40)), Limit: 100}},
	{"history from the beginning", 1<<32 - 1, MethodHistory, &HistoryGet{Room: 17, After: new(int64(0))}},
	{"history before", 1 << 32, MethodHistory, &HistoryGet{Room: 17, Before: 41}},
	{"history between", 1<<53 - 1, MethodHistory, &HistoryGet{Room: 17, After: new(int64(32767)), Before: 32768}},
	{"webhook.create", 13, MethodWebhookCreate, &WebhookCreate{Room: 17, Name: "Grafana"}},
	{"webhook.create, signed", 13, MethodWebhookCreate, &WebhookCreate{Room: 17, Name: "github", Signed: true}},
	{"webhook.list", 13, MethodWebhookList, &WebhookList{Room: 17}},
	{"webhook.delete", 13, MethodWebhookDelete, &WebhookRef{ID: 3}},
	{"outgoing_webhook.create", 13, MethodOutgoingWebhookCreate, &OutgoingWebhookCreate{Room: 17, URL: "https://ci.example.org/in?key=1"}},
	{"outgoing_webhook.list", 13, MethodOutgoingWebhookList, &OutgoingWebhookList{Room: 17}},
	{"outgoing_webhook.delete", 13, MethodOutgoingWebhookDelete, &OutgoingWebhookRef{ID: 3}},
	{"push.key", 13, MethodPushKey, &Empty{}},
	{"push.subscribe, a browser", 13, MethodPushSubscribe, &PushSubscribe{
		Kind: "webpush", Endpoint: "https://push.example.org/x", P256dh: aPublicKey, Auth: "BTBZMqHH6r4Tts7J_aSIgg", Text: true,
	}},
	{"push.subscribe, a topic", 13, MethodPushSubscribe, &PushSubscribe{Kind: "ntfy", Endpoint: "https://ntfy.sh/topic"}},
	{"push.list", 13, MethodPushList, &Empty{}},
	{"push.unsubscribe", 13, MethodPushUnsubscribe, &PushRef{ID: 5}},
	{"presence.list", 13, MethodPresenceList, &PresenceList{After: "alice", Limit: 128}},
	{"presence.set", math.MaxInt64, MethodPresenceSet, &PresenceSet{Presence: "away"}},
	{"typing", 14, MethodTyping, &TypingSet{Room: 17}},
	{"marker.set", 14, MethodMarkerSet, &MarkerSet{Room: 17, Seq: 70000}},
	{"inbox", 14, MethodInbox, &InboxGet{}},
	{"draft.set", 14, MethodDraftSet, &DraftSet{Room: 17, Text: "Dear all,", Target: 42, Source: "phone-1"}},
	{"draft.set, no draft any more", 14, MethodDraftSet, &DraftSet{Room: 17}},
	{"draft.list", 14, MethodDraftList, &DraftList{After: 17, Limit: 200}},
	{"preference.get", 14, MethodPreferenceGet, &Empty{}},
	{"preference.set", 14, MethodPreferenceSet, &PreferenceSet{Level: new("mentions"), Keywords: &[]string{"pizza", "Übung"},
		Quiet: &QuietHours{From: 1320, To: 420, Zone: "Europe/Berlin"}, HideText: new(true)}},
	{"preference.set, back to nothing", 14, MethodPreferenceSet, &PreferenceSet{Level: new(""), Keywords: &[]string{}, Quiet: &QuietHours{}, HideText: new(false)}},
	{"room_preference.set", 14, MethodRoomPreferenceSet, &RoomPreferenceSet{Room: 17, Level: new("nothing"), MuteUntil: new(int64(1790000000000)), Favourite: new(true), Order: new(int64(-1000))}},
	{"room_preference.set, back to nothing", 14, MethodRoomPreferenceSet, &RoomPreferenceSet{Room: 17, Level: new(""), MuteUntil: new(int64(0)), Favourite: new(false), Order: new(int64(0))}},
	{"inbox, all params", 14, MethodInbox, &InboxGet{Before: 1790000000000, Room: 17, Limit: 50}},
	{"marker.set, back", 14, MethodMarkerSet, &MarkerSet{Room: 17, Seq: 0, Back: true}},
	{"message.versions", 15, MethodMessageVersions, &MessageVersionsGet{Room: 17, Seq: 41, Before: 44, Limit: 10}},
	{"message.hide", 15, MethodMessageHide, &MessageRef{Room: 17, Seq: 41}},
	{"message.unhide", 15, MethodMessageUnhide, &MessageRef{Room: 17, Seq: 41}},
	{"message.save", 15, MethodMessageSave, &MessageRef{Room: 17, Seq: 41}},
	{"message.unsave", 15, MethodMessageUnsave, &MessageRef{Room: 17, Seq: 41}},
	{"saved.list", 15, MethodSavedList, &SavedList{Before: 3, Limit: 50}},
	{"hidden.list", 15, MethodHiddenList, &HiddenList{Room: 17, Seq: 41, Limit: 200}},
	{"scheduled_message.create", 15, MethodScheduledMessageCreate, &ScheduledMessageCreate{At: 1790000000000, Room: 17, Text: "Good morning", Target: 41, Details: &Details{MentionsRoom: true}, ClientID: "01K6B3X5TA11"}},
	{"scheduled_message.create to somebody", 15, MethodScheduledMessageCreate, &ScheduledMessageCreate{At: 1790000000000, To: "bob", Text: "Good morning"}},
	{"scheduled_message.list", 15, MethodScheduledMessageList, &ScheduledMessageList{Before: 3, Limit: 50}},
	{"scheduled_message.update", 15, MethodScheduledMessageUpdate, &ScheduledMessageUpdate{ID: 3, At: 1790000000000, Text: new("Good evening"), Details: &Details{Mentions: []int64{8}}}},
	{"scheduled_message.delete", 15, MethodScheduledMessageDelete, &ScheduledMessageRef{ID: 3}},
	{"reminder.set", 15, MethodReminderSet, &ReminderSet{Room: 17, Seq: 41, At: 1790000000000}},
	{"reminder.list", 15, MethodReminderList, &ReminderList{Before: 3, Limit: 50}},
	{"reminder.delete", 15, MethodReminderDelete, &ReminderRef{ID: 3}},
	{"status.set", 15, MethodStatusSet, &Status{Text: "on holiday", Emoji: "🏖️", Until: 1790000000000}},
	{"status.set, none", 15, MethodStatusSet, &Status{}},
	{"seen.set", 15, MethodSeenSet, &SeenSet{On: true}},
	{"ban.add", 15, MethodBanAdd, &MemberChange{Room: 17, Name: "bob"}},
	{"ban.remove", 15, MethodBanRemove, &MemberChange{Room: 17, Name: "bob"}},
	{"ban.list", 15, MethodBanList, &BanList{Room: 17, After: 8, Limit: 200}},
	{"block.add", 15, MethodBlockAdd, &BlockName{Name: "bob"}},
	{"block.remove", 15, MethodBlockRemove, &BlockName{Name: "bob"}},
	{"block.list", 15, MethodBlockList, &BlockList{After: 8, Limit: 200}},
	{"report.add", 15, MethodReportAdd, &ReportAdd{Room: 17, Seq: 41, Reason: "It insults Bob."}},
	{"report.list", 15, MethodReportList, &ReportList{}},
	{"report.list, closed", 15, MethodReportList, &ReportList{Closed: true, Before: 3, Limit: 50}},
	{"report.close", 15, MethodReportClose, &ReportRef{ID: 3}},
	{"search", 14, MethodSearch, &SearchGet{Query: "strasse"}},
	{"search, all params", 14, MethodSearch, &SearchGet{Query: "\"rotes haus\" from:alice has:picture", Room: 17, Zone: -210, Next: "70001", Limit: 50}},
}

// What a token and a code look like.
const (
	aToken = "plausch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	aCode  = "AAAAAAAAAAAAAAAAAAAAAA"

	aPublicKey = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	aSecret    = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

var (
	alice = Account{ID: 7, Name: "alice"}
	bob   = Account{ID: 8, Name: "bob"}
	zoe   = Account{ID: 9, Name: "zoe", Display: "Zoë"}
	hi    = Event{
		Room: 1, Seq: 42, Time: 1790000000000, Kind: "message", From: alice, Text: "Hi all!",
		ClientID: "01K6B3X5T9Z2QW7RJ4M8N0PVCD",
	}
	files = []Attachment{
		{ID: "OBD2NRWUZ6R24PHF5YQ5Z3TLOM", Name: "Grüße aus \"Köln\".jpg", Type: "image/jpeg", Size: 12345, Media: &Media{
			Width: 3024, Height: 4032, Orientation: 6, Thumbnail: true, Thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI",
		}},
		{ID: "WKGSYHSYZV2OBZ5W5SZZ5VHN7Q", Name: "notes.pdf", Type: "application/pdf", Size: 26214400},
	}
	voice = Event{Room: 17, Seq: 4, Time: 1790000000000, Kind: "message", From: alice, Attachments: []Attachment{{
		ID: "A5QZ4T3K2F5UGV7YB3JH6NRMXC", Name: "voice.ogg", Type: "audio/ogg", Size: 9000,
		Media: &Media{Duration: 3200, Waveform: strings.Repeat("AZaz09-_", 8)},
	}}}
	look   = Event{Room: 17, Seq: 2, Time: 1790000000000, Kind: "message", From: alice, Text: "Look!", ClientID: "2", Attachments: files}
	photo  = Event{Room: 17, Seq: 3, Time: 1790000000000, Kind: "message", From: alice, Attachments: files[:1]}
	answer = Event{
		Room: 17, Seq: 42, Time: 1790000000000, Kind: "message", From: bob, Target: 41, Text: "@alice yes",
		Details: &Details{Mentions: []int64{7}},
	}
	sealed   = Event{Room: 17, Seq: 43, Time: 1790000000000, Kind: "message", From: bob, Details: &Details{Scheme: "openpgp", Sealed: "wV4DAAAA"}}
	edited   = Event{Room: 17, Seq: 44, Time: 1790000000000, Kind: "edit", From: alice, Target: 41, Text: "Hi both!", Details: &Details{MentionsRoom: true}}
	reacted  = Event{Room: 17, Seq: 45, Time: 1790000000000, Kind: "react", From: bob, Target: 41, Text: "👍🏽"}
	deleted  = Event{Room: 17, Seq: 46, Time: 1790000000000, Kind: "delete", From: alice, Target: 2}
	promoted = Event{Room: 17, Seq: 47, Time: 1790000000000, Kind: "role", From: alice, Member: &bob, Details: &Details{Role: "admin"}}
	altered  = Event{
		Room: 17, Seq: 48, Time: 1790000000000, Kind: "room", From: bob,
		Details: &Details{Room: &RoomChange{Topic: new("birds"), Description: new(""), Writers: new("admins"), Retention: new(int64(86400000)), Archived: new(false)}},
	}
	current = Message{
		Seq: 41, Time: 1790000000000, From: alice, Text: "Hi both!", ClientID: "3", Details: &Details{MentionsRoom: true},
		Edited: 44, Pinned: 49, Reactions: []Reaction{{Emoji: "👍🏽", Count: 2, Mine: true, First: []Account{bob, zoe}, Seqs: []int64{45, 47}}, {Emoji: "❤️", Count: 1, First: []Account{bob}, Seqs: []int64{46}}},
	}
	currentAnswer = Message{
		Seq: 42, Time: 1790000000000, From: bob, Target: 41, Text: "@alice yes", Attachments: files[1:],
		Quote: &Quote{Seq: 41, From: alice, Text: "Hi both!", Files: 1, Sealed: true, Deleted: true},
	}
	mine     = Message{Seq: 42, Time: 1790000000000, From: bob, Text: "yes", Hidden: true, Saved: true}
	later    = ScheduledMessage{ID: 3, At: 1790000000000, Room: 17, Text: "Good morning", Target: 41, Details: &Details{MentionsRoom: true}, ClientID: "01K6B3X5TA11"}
	refused  = ScheduledMessage{ID: 2, At: 1790000000000, To: &bob, Text: "Good morning", Failed: 1790000000005, Error: "this person cannot be reached that way"}
	reported = Report{ID: 3, Room: 17, Kind: "private", Name: "attic", Message: &mine, Reporter: alice, Reason: "It insults Bob.", Time: 1790000000000}
	settled  = Report{ID: 2, Room: 9, Kind: "direct", Message: &Message{Seq: 3, Time: 1790000000000, From: bob, Deleted: 4}, Reporter: alice, Reason: "ads",
		Time: 1790000000000, Closed: 1790000001000, Closer: &zoe}
	joined = Event{Room: 17, Seq: 1, Time: 1790000000000, Kind: "join", From: alice, Member: &bob}
)

var replies = []struct {
	name   string
	id     int64
	method string
	result Body
	err    error
}{
	{"hello", 1, MethodHello, &Welcome{
		Version: 1, Server: "plausch/0.1.0", Capabilities: []string{CapPresence, CapTyping}, Guests: true, Access: "open", Epoch: "5f0c9a7e31b2d468",
		Limits: Limits{Frame: MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: MaxPage},
	}, nil},
	{"hello of a server that has a name", 1, MethodHello, &Welcome{
		Version: 1, Server: "plausch/0.1.0", Name: "Garten", Access: "invite",
		Limits: Limits{Frame: MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: MaxPage},
	}, nil},
	{"hello of a new server", 1, MethodHello, &Welcome{
		Version: 1, Server: "plausch/0.1.0", Access: "invite", Unclaimed: true,
		Limits: Limits{Frame: MaxFrame, Text: plausch.MaxText, ClientID: plausch.MaxClientID, Page: MaxPage},
	}, nil},
	{"ping", 2, MethodPing, &Empty{}, nil},
	{"sign_in, a new guest", 3, MethodSignIn, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "guest"}, Token: "plausch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, nil},
	{"sign_in with a token", 3, MethodSignIn, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "owner"}}, nil},
	{"claim", 3, MethodClaim, &SignedIn{Account: OwnAccount{ID: 1, Name: "alice", Role: "owner"}, Token: aToken}, nil},
	{"code.check of an invite", 3, MethodCodeCheck, &CodeChecked{Role: "guest"}, nil},
	{"code.check of a reset", 3, MethodCodeCheck, &CodeChecked{Name: "alice"}, nil},
	{"code.check of a claim", 3, MethodCodeCheck, &CodeChecked{}, nil},
	{"invite.redeem", 3, MethodInviteRedeem, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "member"}, Token: aToken}, nil},
	{"reset.redeem", 3, MethodResetRedeem, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "member"}, Token: aToken}, nil},
	{"passkey.sign_in_begin", 3, MethodPasskeySignInBegin, &PasskeyBegun{ID: aCode, Options: `{"challenge":"AA"}`}, nil},
	{"passkey.sign_in", 3, MethodPasskeySignIn, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "member"}, Token: aToken}, nil},
	{"passkey.begin", 3, MethodPasskeyBegin, &PasskeyBegun{ID: aCode, Options: `{"challenge":"AA"}`}, nil},
	{"passkey.add", 3, MethodPasskeyAdd, &Empty{}, nil},
	{"passkey.list", 3, MethodPasskeyList, &Passkeys{Passkeys: []Passkey{{ID: "AQ", Name: "phone", Created: 1790000000000, Used: 1790000060000}}}, nil},
	{"passkey.delete", 3, MethodPasskeyDelete, &Empty{}, nil},
	{"sign_out", 4, MethodSignOut, &Empty{}, nil},
	{"subscribe", 5, MethodSubscribe, &Empty{}, nil},
	{"avatar.set", 6, MethodAvatarSet, &Avatar{Avatar: "2cf24dba5fb0a30e"}, nil},
	{"account.update", 6, MethodAccountUpdate, &OwnAccount{ID: 7, Name: "alice", Display: "Alice Ä.", Role: "member"}, nil},
	{"account.list", 6, MethodAccountList, &Accounts{More: true, Accounts: []AccountInfo{
		{ID: 7, Name: "alice", Display: "Alice", Role: "owner", State: "active", Created: 1790000000000, Seen: 1790000060000},
		{ID: 8, Name: "weather", Role: "member", State: "deactivated", Bot: true, Created: 1790000000000, Seen: 1790000000000},
	}}, nil},
	{"account.role", 6, MethodAccountRole, &Empty{}, nil},
	{"account.deactivate", 6, MethodAccountDeactivate, &Empty{}, nil},
	{"account.activate", 6, MethodAccountActivate, &Empty{}, nil},
	{"account.delete", 6, MethodAccountDelete, &Empty{}, nil},
	{"password.change", 6, MethodPasswordChange, &Empty{}, nil},
	{"reset.create", 6, MethodResetCreate, &ResetCreated{Code: aCode, Expires: 1790086400000}, nil},
	{"device.list", 6, MethodDeviceList, &Devices{Devices: []Device{
		{ID: 11, Program: "plausch-chat 0.1.0", Created: 1790000000000, Used: 1790000060000, Here: true},
		{ID: 12, Created: 1790000000000, Used: 1790000000000},
	}}, nil},
	{"device.revoke", 6, MethodDeviceRevoke, &Empty{}, nil},
	{"invite.create", 6, MethodInviteCreate, &InviteCreated{Code: aCode, Invite: Invite{
		ID: 4, Maker: &alice, Role: "guest", Uses: 1, Rooms: []string{"attic"}, Created: 1790000000000, Expires: 1790604800000,
	}}, nil},
	{"invite.list", 6, MethodInviteList, &Invites{Invites: []Invite{
		{ID: 5, Role: "member", Used: 3, Created: 1790000000000, Expires: 1790604800000},
	}}, nil},
	{"invite.revoke", 6, MethodInviteRevoke, &Empty{}, nil},
	{"server.update", 6, MethodServerUpdate, &ServerInfo{Name: "Gärten"}, nil},
	{"bot.create", 6, MethodBotCreate, &BotCreated{Account: OwnAccount{ID: 9, Name: "weather", Role: "member"}, Token: aToken}, nil},
	{"audit.list", 6, MethodAuditList, &Audit{Entries: []AuditEntry{
		{ID: 2, Time: 1790000060000, Actor: &alice, Action: "role", Account: &bob, Detail: "admin"},
		{ID: 1, Time: 1790000000000, Action: "claim", Account: &alice},
	}}, nil},
	{"room.list", 6, MethodRoomList, &Rooms{More: true, Rooms: []Room{
		{ID: 1, Kind: "public", Name: "public", Seq: 42, Joined: true, Marker: 30, Unread: 12, Mentions: 1},
		{ID: 9, Kind: "direct", Peer: &bob, Seq: 3, Joined: true, Unread: 1},
		{ID: 17, Kind: "public", Name: "attic", Seq: 70000},
	}}, nil},
	{"room.list of a client that remembers another epoch", 6, MethodRoomList, &Rooms{Rooms: []Room{
		{ID: 1, Kind: "public", Name: "public", Seq: 42, Joined: true, Common: new(int64(40))},
		{ID: 17, Kind: "public", Name: "attic", Seq: 3, Joined: true, Common: new(int64(0))},
	}}, nil},
	{"room.list, nothing", 6, MethodRoomList, &Rooms{}, nil},
	{"room.get", 7, MethodRoomGet, &Room{ID: 9, Kind: "direct", Peer: &bob, Seq: 3, Joined: true}, nil},
	{"room.create", 8, MethodRoomCreate, &Room{ID: 17, Kind: "private", Name: "attic", Seq: 1, Joined: true, RoomState: &RoomState{Role: "owner"}}, nil},
	{"room.get, a room with all settings", 7, MethodRoomGet, &Room{
		ID: 17, Kind: "private", Name: "attic", Seq: 70, Joined: true, RoomState: &RoomState{Role: "reader", Topic: "Boxes & birds", Description: "Who needs what\nfrom up there",
			Picture: "5f2c9a1be07d4c38", Writers: "admins", Archived: true, First: 12},
	}, nil},
	{"room.update", 8, MethodRoomUpdate, &RoomChanged{Seq: 71}, nil},
	{"room.update, nothing", 8, MethodRoomUpdate, &RoomChanged{}, nil},
	{"member.role", 13, MethodMemberRole, &RoomChanged{Seq: 72}, nil},
	{"room.join", 9, MethodRoomJoin, &Room{ID: 17, Kind: "public", Name: "attic", Seq: 5, Joined: true}, nil},
	{"room.leave", 10, MethodRoomLeave, &Empty{}, nil},
	{"member.list", 11, MethodMemberList, &Members{Members: []Member{
		{ID: 7, Name: "alice", Role: "owner", Presence: "online", MemberState: &MemberState{RoomRole: "admin"}},
		{ID: 8, Name: "bob", Role: "guest", Presence: "offline"},
		{ID: 9, Name: "zoe", Display: "Zoë", Role: "member", Presence: "away"},
	}}, nil},
	{"member.add", 12, MethodMemberAdd, &Empty{}, nil},
	{"member.remove", 13, MethodMemberRemove, &Empty{}, nil},
	{"message.send", 14, MethodMessageSend, &MessageSent{Room: 1, Seq: 42, Time: 1790000000000}, nil},
	{"history", 15, MethodHistory, &History{Events: []Event{joined, hi}, More: true}, nil},
	{"history with attachments", 15, MethodHistory, &History{Events: []Event{look, photo}}, nil},
	{"history, nothing", 15, MethodHistory, &History{}, nil},
	{"message.edit", 15, MethodMessageEdit, &MessageSent{Room: 17, Seq: 44, Time: 1790000000000}, nil},
	{"message.delete", 15, MethodMessageDelete, &MessageSent{Room: 17, Seq: 46, Time: 1790000000000}, nil},
	{"message.react, again", 15, MethodMessageReact, &MessageSent{Room: 17}, nil},
	{"message.unreact", 15, MethodMessageUnreact, &MessageSent{Room: 17, Seq: 50, Time: 1790000000000}, nil},
	{"message.pin", 15, MethodMessagePin, &MessageSent{Room: 17, Seq: 49, Time: 1790000000000}, nil},
	{"message.unpin", 15, MethodMessageUnpin, &MessageSent{Room: 17, Seq: 51, Time: 1790000000000}, nil},
	{"messages", 15, MethodMessages, &Messages{Messages: []Message{current, currentAnswer}, AsOf: 51, First: 1, Older: true, Newer: true}, nil},
	{"messages, a deleted one", 15, MethodMessages, &Messages{Messages: []Message{{Seq: 2, Time: 1790000000000, From: alice, Deleted: 46}}, AsOf: 51, First: 2}, nil},
	{"messages, none", 15, MethodMessages, &Messages{First: 1}, nil},
	{"webhook.create", 16, MethodWebhookCreate, &WebhookCreated{
		Webhook: Webhook{ID: 3, Room: 17, Account: zoe, Time: 1790000000000}, Token: "plausch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	}, nil},
	{"webhook.create, signed", 16, MethodWebhookCreate, &WebhookCreated{
		Webhook: Webhook{ID: 3, Room: 17, Account: bob, Time: 1790000000000, Signed: true},
		Token:   "plausch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Secret: "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
	}, nil},
	{"webhook.list", 16, MethodWebhookList, &Webhooks{Webhooks: []Webhook{{ID: 3, Room: 17, Account: bob, Time: 1790000000000, Signed: true, Maker: &zoe, Paused: true}}}, nil},
	{"webhook.list, nothing", 16, MethodWebhookList, &Webhooks{}, nil},
	{"webhook.delete", 16, MethodWebhookDelete, &Empty{}, nil},
	{"outgoing_webhook.create", 16, MethodOutgoingWebhookCreate, &OutgoingWebhookCreated{
		Webhook: OutgoingWebhook{ID: 3, Room: 17, URL: "https://ci.example.org/in?key=1", Time: 1790000000000, Seq: 42, Maker: &bob}, Secret: aSecret,
	}, nil},
	{"outgoing_webhook.list", 16, MethodOutgoingWebhookList, &OutgoingWebhooks{Webhooks: []OutgoingWebhook{
		{ID: 3, Room: 17, URL: "https://ci.example.org", Time: 1790000000000, Seq: 42, Maker: &bob, Paused: true},
		{ID: 4, Room: 17, URL: "https://ci.example.org", Time: 1790000000000, Error: "refused", FailingSince: 1790000001000, NextTry: 1790000011000},
	}}, nil},
	{"outgoing_webhook.list, nothing", 16, MethodOutgoingWebhookList, &OutgoingWebhooks{}, nil},
	{"outgoing_webhook.delete", 16, MethodOutgoingWebhookDelete, &Empty{}, nil},
	{"push.key", 16, MethodPushKey, &PushKey{Key: aPublicKey}, nil},
	{"push.key, off", 16, MethodPushKey, &PushKey{Key: aPublicKey, Off: "the server has no TLS"}, nil},
	{"push.subscribe, a browser", 16, MethodPushSubscribe, &PushSubscribed{Subscription: PushSubscription{
		ID: 5, Kind: "webpush", Endpoint: "https://push.example.org/x", Text: true, Time: 1790000000000, Device: 12, Here: true,
	}}, nil},
	{"push.subscribe, a webhook", 16, MethodPushSubscribe, &PushSubscribed{Subscription: PushSubscription{
		ID: 6, Kind: "webhook", Endpoint: "https://home.example.org/in", Time: 1790000000000,
	}, Secret: aSecret}, nil},
	{"push.list", 16, MethodPushList, &PushSubscriptions{Subscriptions: []PushSubscription{
		{ID: 7, Kind: "ntfy", Endpoint: "https://ntfy.sh/topic", Time: 1790000000000, Error: "refused", FailingSince: 1790000001000},
	}}, nil},
	{"push.list, nothing", 16, MethodPushList, &PushSubscriptions{}, nil},
	{"push.unsubscribe", 16, MethodPushUnsubscribe, &Empty{}, nil},
	{"presence.list", 16, MethodPresenceList, &Presences{Presence: []PresenceChange{
		{Account: alice, Presence: "online"}, {Account: bob, Presence: "away"},
	}, More: true}, nil},
	{"presence.set", 16, MethodPresenceSet, &Empty{}, nil},
	{"typing", 17, MethodTyping, &Empty{}, nil},
	{"marker.set", 14, MethodMarkerSet, &Marker{Room: 17, Marker: 70000, AsOf: 70000}, nil},
	{"inbox", 14, MethodInbox, &Inbox{More: true, Entries: []InboxEntry{{
		Room: &Room{ID: 9, Kind: "direct", Peer: &bob, Seq: 3, Joined: true, Unread: 1},
		Time: 1790000000000, Last: &Quote{Seq: 3, From: bob, Text: "psst"},
	}}}, nil},
	{"draft.set", 14, MethodDraftSet, &DraftKept{Room: 17, Edit: 3}, nil},
	{"preference.get", 14, MethodPreferenceGet, &Preferences{}, nil},
	{"preference.set", 14, MethodPreferenceSet, &Preferences{Level: "mentions", Keywords: []string{"pizza", "Übung"}, Quiet: &QuietHours{From: 1320, To: 420, Zone: "Europe/Berlin"}, HideText: true}, nil},
	{"room_preference.set", 14, MethodRoomPreferenceSet, &RoomPreference{Room: 17, Level: "nothing", MuteUntil: 1790000000000, Favourite: true, Order: -1000}, nil},
	{"room.get, of what is kept for 30 days", 14, MethodRoomGet, &Room{ID: 17, Kind: "private", Name: "attic", Seq: 70, Joined: true,
		RoomState: &RoomState{Role: "member", Retention: 2592000000, First: 71}}, nil},
	{"history, of what is not kept any more", 14, MethodHistory, nil, plausch.Errorf(plausch.Gone, "the events below seq 71 of this room are not kept any more; go on after 70")},
	{"room.get, with what was chosen", 14, MethodRoomGet, &Room{ID: 17, Kind: "private", Name: "attic", Seq: 70, Joined: true,
		RoomState: &RoomState{Role: "member", Level: "everything", MuteUntil: 1790000000000, Favourite: true, Order: 2000}}, nil},
	{"draft.list", 14, MethodDraftList, &Drafts{More: true, Drafts: []Draft{{Room: 18, Edit: 3, Text: "Dear all,", Target: 42}}}, nil},
	{"inbox, nothing", 14, MethodInbox, &Inbox{}, nil},
	{"search", 14, MethodSearch, &Hits{Next: "70001", Partial: true, Since: 1700000000000, Hits: []Hit{
		{
			Room: 17, Seq: 42, Time: 1790000000000, From: alice, Text: "Straße 5, 部屋 3", Attachments: files[:1], Edited: 44,
			Ranges: [][2]int{{0, 6}, {10, 12}}, Before: &Quote{Seq: 40, From: bob, Text: "where?"}, After: &Quote{Seq: 43, From: bob, Files: 1},
		},
		{Room: 1, Seq: 2, Time: 1790000000000, From: bob, Attachments: files[1:]},
	}}, nil},
	{"search, nothing", 14, MethodSearch, &Hits{}, nil},
	{"marker.set, back", 14, MethodMarkerSet, &Marker{Room: 17, Unread: 100, Mentions: 2, AsOf: 70000}, nil},
	{"message.versions", 15, MethodMessageVersions, &MessageVersions{More: true, Versions: []MessageVersion{
		{Seq: 44, Time: 1790000001000, Text: "Hi both!", Details: &Details{MentionsRoom: true}}, {Seq: 41, Time: 1790000000000, Text: "Hi bth!"},
	}}, nil},
	{"message.hide", 15, MethodMessageHide, &Personal{Room: 17, Seq: 41, Hidden: true}, nil},
	{"message.unhide", 15, MethodMessageUnhide, &Personal{Room: 17, Seq: 41}, nil},
	{"message.save", 15, MethodMessageSave, &Personal{Room: 17, Seq: 41, Hidden: true, Saved: true}, nil},
	{"message.unsave", 15, MethodMessageUnsave, &Personal{Room: 17, Seq: 41}, nil},
	{"saved.list", 15, MethodSavedList, &SavedMessages{Messages: []SavedMessage{{ID: 3, Room: 17, Message: &mine}}, More: true}, nil},
	{"saved.list, nothing", 15, MethodSavedList, &SavedMessages{}, nil},
	{"hidden.list", 15, MethodHiddenList, &HiddenMessages{Messages: []Personal{{Room: 17, Seq: 41, Hidden: true}}}, nil},
	{"scheduled_message.create", 15, MethodScheduledMessageCreate, &ScheduledMessage{ID: 3, At: 1790000000000, Room: 17, Text: "Good morning", ClientID: "01K6B3X5TA11"}, nil},
	{"scheduled_message.list", 15, MethodScheduledMessageList, &ScheduledMessages{Messages: []ScheduledMessage{later, refused}, More: true}, nil},
	{"scheduled_message.list, nothing", 15, MethodScheduledMessageList, &ScheduledMessages{}, nil},
	{"scheduled_message.update", 15, MethodScheduledMessageUpdate, &ScheduledMessage{ID: 3, At: 1790000000000, To: &bob, Text: "Good evening"}, nil},
	{"scheduled_message.delete", 15, MethodScheduledMessageDelete, &Empty{}, nil},
	{"reminder.set", 15, MethodReminderSet, &Reminder{ID: 3, Room: 17, At: 1790000000000, Message: &mine}, nil},
	{"reminder.list", 15, MethodReminderList, &Reminders{Reminders: []Reminder{{ID: 3, Room: 17, At: 1790000000000, Due: true, Message: &mine}}, More: true}, nil},
	{"reminder.list, nothing", 15, MethodReminderList, &Reminders{}, nil},
	{"reminder.delete", 15, MethodReminderDelete, &Empty{}, nil},
	{"device.link_begin", 3, MethodDeviceLinkBegin, &DeviceLinkBegun{Code: "QX7K-2MPA", Expires: 1790000300000}, nil},
	{"device.link_state", 3, MethodDeviceLinkState, &DeviceLinkState{Linked: true}, nil},
	{"device.link_state, not yet", 3, MethodDeviceLinkState, &DeviceLinkState{}, nil},
	{"device.link_check", 6, MethodDeviceLinkCheck, &DeviceLink{Program: "example 1.0", Address: "192.0.2.7", Began: 1790000000000, Expires: 1790000300000}, nil},
	{"device.link", 6, MethodDeviceLink, &DeviceLinked{ID: 13}, nil},
	{"status.set", 15, MethodStatusSet, &Status{Text: "on holiday", Emoji: "🏖️", Until: 1790000000000}, nil},
	{"status.set, none", 15, MethodStatusSet, &Status{}, nil},
	{"seen.set", 15, MethodSeenSet, &Empty{}, nil},
	{"room.get, a direct room whose other one has read", 7, MethodRoomGet, &Room{ID: 9, Kind: "direct", Peer: &bob, Seq: 3, Joined: true, RoomState: &RoomState{Role: "member", Seen: 3}}, nil},
	{"sign_in of who has a status", 3, MethodSignIn, &SignedIn{Account: OwnAccount{ID: 7, Name: "alice", Role: "member", Status: &Status{Text: "on holiday"}, Seen: true}}, nil},
	{"ban.add", 15, MethodBanAdd, &Empty{}, nil},
	{"ban.remove", 15, MethodBanRemove, &Empty{}, nil},
	{"ban.list", 15, MethodBanList, &Bans{Bans: []Ban{{Account: bob, By: zoe, Time: 1790000000000}}, More: true}, nil},
	{"block.add", 15, MethodBlockAdd, &Block{Account: bob, Blocked: true}, nil},
	{"block.remove", 15, MethodBlockRemove, &Block{Account: bob}, nil},
	{"block.list", 15, MethodBlockList, &Blocks{Accounts: []Account{bob, zoe}, More: true}, nil},
	{"block.list, nothing", 15, MethodBlockList, &Blocks{}, nil},
	{"report.add", 15, MethodReportAdd, &ReportAdded{ID: 3}, nil},
	{"report.list", 15, MethodReportList, &Reports{Reports: []Report{reported}, More: true}, nil},
	{"report.list, closed", 15, MethodReportList, &Reports{Reports: []Report{settled}}, nil},
	{"report.close", 15, MethodReportClose, &Empty{}, nil},
	{"error", 18, MethodMessageSend, nil, plausch.Errorf(plausch.Forbidden, "you are not in the room \"attic\"; join it first")},
	{"error that asks to wait", 19, MethodMessageSend, nil, &plausch.Error{
		Code: plausch.RateLimited, Message: "you are sending too fast; wait a little", RetryAfter: 12345 * time.Millisecond,
	}},
}

var pushes = []struct {
	name  string
	frame Frame
}{
	{"event, a message", Frame{Event: &hi}},
	{"event, from somebody with a display name", Frame{Event: &Event{Room: 1, Seq: 43, Time: 1790000000002, Kind: "message", From: zoe, Text: "Hi"}}},
	{"event, a message with attachments", Frame{Event: &look}},
	{"event, a file alone", Frame{Event: &photo}},
	{"event, a voice message", Frame{Event: &voice}},
	{"event, a join", Frame{Event: &joined}},
	{"event, a leave", Frame{Event: &Event{Room: 17, Seq: 70000, Time: 1790000000001, Kind: "leave", From: bob, Member: &bob}}},
	{"event, an answer", Frame{Event: &answer}},
	{"event, a sealed message", Frame{Event: &sealed}},
	{"event, an edit", Frame{Event: &edited}},
	{"event, a deletion", Frame{Event: &deleted}},
	{"event, a reaction", Frame{Event: &reacted}},
	{"event, a role", Frame{Event: &promoted}},
	{"event, a change of a room", Frame{Event: &altered}},
	{"presence", Frame{Presence: []PresenceChange{{Account: alice, Presence: "online"}, {Account: bob, Presence: "away"}}}},
	{"typing", Frame{Typing: &Typing{Room: 17, Account: bob}}},
	{"preferences", Frame{Preferences: &Preferences{Level: "mentions", Keywords: []string{"pizza"}, Quiet: &QuietHours{From: 1320, To: 420}, HideText: true}}},
	{"preferences, of who has chosen nothing", Frame{Preferences: &Preferences{}}},
	{"first", Frame{First: &First{Room: 17, First: 71}}},
	{"room_preference", Frame{RoomPreference: &RoomPreference{Room: 17, Level: "nothing", MuteUntil: 1790000000000, Favourite: true, Order: -1000}}},
	{"draft", Frame{Draft: &Draft{Room: 17, Edit: 3, Text: "Dear all,", Target: 42, Source: "phone-1"}}},
	{"personal", Frame{Personal: &Personal{Room: 17, Seq: 41, Saved: true}}},
	{"presence with a status", Frame{Presence: []PresenceChange{{Account: alice, Presence: "away", Status: &Status{Text: "on holiday", Until: 1790000000000}}}}},
	{"scheduled_message", Frame{Scheduled: &refused}},
	{"scheduled_message, sent", Frame{Scheduled: &ScheduledMessage{ID: 3, Room: 17, Gone: true, Seq: 52}}},
	{"reminder", Frame{Reminder: &Reminder{ID: 3, Room: 17, At: 1790000000000, Due: true, Message: &mine}}},
	{"reminder, deleted", Frame{Reminder: &Reminder{ID: 3, Gone: true}}},
	{"seen", Frame{Seen: &Seen{Room: 9, Seq: 3}}},
	{"block", Frame{Block: &Block{Account: bob, Blocked: true}}},
	{"report", Frame{Report: &reported}},
	{"marker", Frame{Marker: &Marker{Room: 17, Marker: 69990, Unread: 9, Mentions: 1, AsOf: 70000}}},
	{"bye", Frame{Bye: &Error{Code: "slow_reader", Message: "this connection did not read what was sent to it; connect again and resume"}}},
	{"bye that asks to wait", Frame{Bye: &Error{Code: "unavailable", Message: "the server is stopping; connect again in a moment", RetryAfter: 2000}}},
}
