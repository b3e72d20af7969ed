package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/core"
	"plausch/protocol"
)

// The kinds of people that the matrix asks for, all guests but the admin.
var people = []string{"nobody", "stranger", "exmember", "member", "maker", "admin"}

const (
	ok        = plausch.Code("")
	signIn    = plausch.SignInNeeded
	forbidden = plausch.Forbidden
	notFound  = plausch.NotFound
	overHTTP  = plausch.Unsupported
	invalid   = plausch.Invalid
)

// matrix says for each call who gets which code, in the order of people. Each
// call of each person happens in a world of its own. Every method of the table
// is in here.
var matrix = []struct {
	method string
	what   string
	params func(w *world) protocol.Body
	want   [6]plausch.Code // nobody, stranger, exmember, member, maker, admin
}{
	{"hello", "", func(*world) protocol.Body { return &protocol.Hello{Version: 1} }, [6]plausch.Code{ok, ok, ok, ok, ok, ok}},
	{"ping", "", empty, [6]plausch.Code{ok, ok, ok, ok, ok, ok}},
	{"sign_in", "twice", func(*world) protocol.Body { return &protocol.SignIn{Name: "other"} },
		[6]plausch.Code{ok, invalid, invalid, invalid, invalid, invalid}},
	{"sign_out", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"subscribe", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"account.update", "", func(*world) protocol.Body { return &protocol.AccountUpdate{Display: "Somebody"} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.list", "", func(*world) protocol.Body { return &protocol.RoomList{Public: true} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.get", "a private room by id", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.get", "a private room by name", func(*world) protocol.Body { return &protocol.RoomRef{Name: "den"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.get", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"room.get", "a public room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.hall} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.create", "", func(*world) protocol.Body { return &protocol.RoomCreate{Name: "new"} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room.update", "a private room", func(w *world) protocol.Body { return &protocol.RoomUpdate{Room: w.den, Topic: new("birds")} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"room.update", "a public room", func(w *world) protocol.Body { return &protocol.RoomUpdate{Room: w.hall, Archived: new(true)} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, ok, forbidden}},
	{"room.update", "a direct room", func(w *world) protocol.Body { return &protocol.RoomUpdate{Room: w.direct, Topic: new("birds")} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"room.update", "the room that everyone is in", func(*world) protocol.Body { return &protocol.RoomUpdate{Room: 1, Topic: new("birds")} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"room.update", "with somebody's file", func(w *world) protocol.Body {
		return &protocol.RoomUpdate{Room: w.den, Picture: new(w.files["direct"])}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, invalid, notFound}},
	{"room.picture", "by a frame", empty, [6]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"room.join", "a private room by id", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.join", "a private room by name", func(*world) protocol.Body { return &protocol.RoomRef{Name: "den"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.join", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"room.leave", "a private room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room.leave", "a direct room", func(w *world) protocol.Body { return &protocol.RoomRef{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"room.leave", "the room that everyone is in", func(*world) protocol.Body { return &protocol.RoomRef{Room: 1} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, forbidden}},
	{"member.list", "of a private room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"member.list", "of a public room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"member.list", "of a direct room", func(w *world) protocol.Body { return &protocol.MemberList{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"member.add", "to a private room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "stranger"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"member.add", "to a direct room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.direct, Name: "stranger"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"member.remove", "another from a private room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "maker"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"member.remove", "another from a direct room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.direct, Name: "member"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"member.role", "an admin's, of a private room", func(w *world) protocol.Body {
		return &protocol.MemberRole{Room: w.den, Name: "member", Role: "admin"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"member.role", "a reader's, of the owner", func(w *world) protocol.Body {
		return &protocol.MemberRole{Room: w.den, Name: "maker", Role: "reader"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, forbidden}},
	{"member.role", "of a direct room", func(w *world) protocol.Body {
		return &protocol.MemberRole{Room: w.direct, Name: "member", Role: "admin"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"message.send", "to a private room", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.den, Text: "hi"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.send", "to a public room", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.hall, Text: "hi"} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"message.send", "to a direct room of others", func(w *world) protocol.Body { return &protocol.MessageSend{Room: w.direct, Text: "hi"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.send", "to somebody", func(*world) protocol.Body { return &protocol.MessageSend{To: "stranger", Text: "hi"} },
		[6]plausch.Code{signIn, invalid, ok, ok, ok, ok}},
	{"message.edit", "somebody's", func(w *world) protocol.Body {
		return &protocol.MessageEdit{Room: w.den, Seq: w.said[w.den], Text: "ho"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, ok, forbidden}},
	{"message.delete", "in a private room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.den, Seq: w.said[w.den]} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"message.delete", "in a direct room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.direct, Seq: w.said[w.direct]} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, notFound}},
	{"message.react", "in a private room", func(w *world) protocol.Body {
		return &protocol.MessageReact{Room: w.den, Seq: w.said[w.den], Emoji: "👍"}
	}, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.react", "in a public room", func(w *world) protocol.Body {
		return &protocol.MessageReact{Room: w.hall, Seq: w.said[w.hall], Emoji: "👍"}
	}, [6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"message.unreact", "in a direct room", func(w *world) protocol.Body {
		return &protocol.MessageReact{Room: w.direct, Seq: w.said[w.direct], Emoji: "👍"}
	}, [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.pin", "in a private room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.den, Seq: w.said[w.den]} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"message.pin", "in a direct room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.direct, Seq: w.said[w.direct]} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.unpin", "in a private room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.den, Seq: w.said[w.den]} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"messages", "of a private room", func(w *world) protocol.Body { return &protocol.MessagesGet{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"messages", "of a public room", func(w *world) protocol.Body { return &protocol.MessagesGet{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"messages", "of a direct room", func(w *world) protocol.Body { return &protocol.MessagesGet{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"marker.set", "in a private room", func(w *world) protocol.Body { return &protocol.MarkerSet{Room: w.den, Seq: 1} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"marker.set", "in a public room", func(w *world) protocol.Body { return &protocol.MarkerSet{Room: w.hall, Seq: 1} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"marker.set", "in a direct room", func(w *world) protocol.Body { return &protocol.MarkerSet{Room: w.direct, Seq: 1} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"draft.set", "in a private room", func(w *world) protocol.Body { return &protocol.DraftSet{Room: w.den, Text: "x"} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"draft.set", "in a public room", func(w *world) protocol.Body { return &protocol.DraftSet{Room: w.hall, Text: "x"} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"message.versions", "of maker's in a private room", func(w *world) protocol.Body { return &protocol.MessageVersionsGet{Room: w.den, Seq: w.said[w.den]} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"message.versions", "of maker's in a public room", func(w *world) protocol.Body { return &protocol.MessageVersionsGet{Room: w.hall, Seq: w.said[w.hall]} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, ok, forbidden}},
	{"message.versions", "of maker's in a direct room", func(w *world) protocol.Body {
		return &protocol.MessageVersionsGet{Room: w.direct, Seq: w.said[w.direct]}
	},
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, notFound}},
	{"message.hide", "in a private room", ofDen, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.hide", "in a public room", func(w *world) protocol.Body { return &protocol.MessageRef{Room: w.hall, Seq: w.said[w.hall]} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"message.unhide", "in a private room", ofDen, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.save", "in a private room", ofDen, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"message.unsave", "in a private room", ofDen, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"saved.list", "", func(*world) protocol.Body { return &protocol.SavedList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"hidden.list", "", func(*world) protocol.Body { return &protocol.HiddenList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"report.add", "maker's in a private room", func(w *world) protocol.Body {
		return &protocol.ReportAdd{Room: w.den, Seq: w.said[w.den], Reason: "rude"}
	},
		[6]plausch.Code{signIn, notFound, notFound, ok, invalid, ok}},
	{"report.add", "maker's in a direct room", func(w *world) protocol.Body {
		return &protocol.ReportAdd{Room: w.direct, Seq: w.said[w.direct], Reason: "rude"}
	},
		[6]plausch.Code{signIn, notFound, notFound, ok, invalid, notFound}},
	{"ban.add", "another from a private room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "member"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"ban.add", "a stranger from a public room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.hall, Name: "stranger"} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, ok, forbidden}},
	{"ban.add", "another from a direct room", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.direct, Name: "member"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"ban.add", "from the room that everyone is in", func(*world) protocol.Body { return &protocol.MemberChange{Room: 1, Name: "member"} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, forbidden}},
	{"ban.remove", "who is not banned", func(w *world) protocol.Body { return &protocol.MemberChange{Room: w.den, Name: "member"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, notFound, notFound}},
	{"ban.list", "of a private room", func(w *world) protocol.Body { return &protocol.BanList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, ok, ok}},
	{"block.add", "the maker", func(*world) protocol.Body { return &protocol.BlockName{Name: "maker"} },
		[6]plausch.Code{signIn, ok, ok, ok, invalid, ok}},
	{"block.remove", "the maker", func(*world) protocol.Body { return &protocol.BlockName{Name: "maker"} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"device.link_begin", "", func(*world) protocol.Body { return &protocol.DeviceLinkBegin{NewToken: auth.NewToken().Text()} },
		[6]plausch.Code{ok, ok, ok, ok, ok, ok}},
	{"device.link_state", "of what has not begun", func(*world) protocol.Body { return &protocol.DeviceLinkBegin{NewToken: auth.NewToken().Text()} },
		[6]plausch.Code{notFound, notFound, notFound, notFound, notFound, notFound}},
	{"device.link_check", "", func(w *world) protocol.Body { return &protocol.DeviceLinkCode{Code: w.link()} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"device.link", "", func(w *world) protocol.Body { return &protocol.DeviceLinkCode{Code: w.link()} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"scheduled_message.create", "in a private room", func(w *world) protocol.Body {
		return &protocol.ScheduledMessageCreate{At: soon(), Room: w.den, Text: "x"}
	}, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"scheduled_message.create", "in a public room", func(w *world) protocol.Body {
		return &protocol.ScheduledMessageCreate{At: soon(), Room: w.hall, Text: "x"}
	}, [6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"scheduled_message.create", "to the maker", func(w *world) protocol.Body {
		return &protocol.ScheduledMessageCreate{At: soon(), To: "maker", Text: "x"}
	}, [6]plausch.Code{signIn, ok, ok, ok, invalid, ok}},
	{"scheduled_message.list", "", func(*world) protocol.Body { return &protocol.ScheduledMessageList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"scheduled_message.update", "one of the maker", func(w *world) protocol.Body {
		return &protocol.ScheduledMessageUpdate{ID: w.later(), Text: new("y")}
	}, [6]plausch.Code{signIn, notFound, notFound, notFound, ok, notFound}},
	{"scheduled_message.delete", "one of the maker", func(w *world) protocol.Body { return &protocol.ScheduledMessageRef{ID: w.later()} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, ok, notFound}},
	{"reminder.set", "in a private room", func(w *world) protocol.Body {
		return &protocol.ReminderSet{At: soon(), Room: w.den, Seq: w.said[w.den]}
	},
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"reminder.list", "", func(*world) protocol.Body { return &protocol.ReminderList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"reminder.delete", "one of the maker", func(w *world) protocol.Body {
		return &protocol.ReminderRef{ID: w.must("maker", protocol.MethodReminderSet, &protocol.ReminderSet{At: soon(), Room: w.den, Seq: w.said[w.den]}).(*protocol.Reminder).ID}
	}, [6]plausch.Code{signIn, notFound, notFound, notFound, ok, notFound}},
	{"status.set", "", func(*world) protocol.Body { return &protocol.Status{Text: "busy"} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"seen.set", "", func(*world) protocol.Body { return &protocol.SeenSet{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"block.list", "", func(*world) protocol.Body { return &protocol.BlockList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"report.list", "", func(*world) protocol.Body { return &protocol.ReportList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"report.close", "one of the den", func(w *world) protocol.Body { return &protocol.ReportRef{ID: w.report(w.den)} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, ok, ok}},
	{"report.close", "one of a direct room", func(w *world) protocol.Body { return &protocol.ReportRef{ID: w.report(w.direct)} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, notFound, ok}},
	{"draft.list", "", func(*world) protocol.Body { return &protocol.DraftList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"search", "", func(*world) protocol.Body { return &protocol.SearchGet{Query: "x"} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"search", "in a private room", func(w *world) protocol.Body { return &protocol.SearchGet{Query: "x", Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"search", "in a public room", func(*world) protocol.Body { return &protocol.SearchGet{Query: "x in:hall"} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"search", "in a direct room", func(w *world) protocol.Body { return &protocol.SearchGet{Query: fmt.Sprintf("x in:id:%d", w.direct)} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"preference.get", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"preference.set", "", func(*world) protocol.Body { return &protocol.PreferenceSet{Level: new("mentions")} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"room_preference.set", "for a private room", func(w *world) protocol.Body {
		return &protocol.RoomPreferenceSet{Room: w.den, Level: new("nothing")}
	}, [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"room_preference.set", "for a public room", func(w *world) protocol.Body {
		return &protocol.RoomPreferenceSet{Room: w.hall, Favourite: new(true)}
	}, [6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"room_preference.set", "for a direct room", func(w *world) protocol.Body {
		return &protocol.RoomPreferenceSet{Room: w.direct, Order: new(int64(1))}
	}, [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"inbox", "", func(*world) protocol.Body { return &protocol.InboxGet{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"history", "of a private room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"history", "of a public room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"history", "of a direct room", func(w *world) protocol.Body { return &protocol.HistoryGet{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"message.send", "with somebody's file", func(w *world) protocol.Body {
		return &protocol.MessageSend{Room: w.den, Attachments: []string{w.files["pending"]}}
	}, [6]plausch.Code{signIn, notFound, notFound, invalid, ok, invalid}},
	{"attachment.upload", "by a frame", empty, [6]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"attachment.get", "by a frame", empty, [6]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"webhook.create", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookCreate{Room: w.den, Name: "hook"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, ok}},
	{"webhook.create", "of a direct room", func(w *world) protocol.Body { return &protocol.WebhookCreate{Room: w.direct, Name: "hook"} },
		[6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"webhook.create", "of the room that everyone is in", func(*world) protocol.Body { return &protocol.WebhookCreate{Room: 1, Name: "hook"} },
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"webhook.list", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"webhook.list", "of all one's rooms", func(w *world) protocol.Body { return &protocol.WebhookList{} },
		[6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"webhook.delete", "of a private room", func(w *world) protocol.Body { return &protocol.WebhookRef{ID: w.hook} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, notFound, ok}},
	{"webhook.post", "in a frame", empty, [6]plausch.Code{unsupported, unsupported, unsupported, unsupported, unsupported, unsupported}},
	{"outgoing_webhook.create", "of a private room", func(w *world) protocol.Body {
		return &protocol.OutgoingWebhookCreate{Room: w.den, URL: "https://ci.example.org/in"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, ok}},
	{"outgoing_webhook.create", "of a direct room", func(w *world) protocol.Body {
		return &protocol.OutgoingWebhookCreate{Room: w.direct, URL: "https://ci.example.org/in"}
	}, [6]plausch.Code{signIn, notFound, notFound, forbidden, forbidden, notFound}},
	{"outgoing_webhook.create", "of the room that everyone is in", func(*world) protocol.Body {
		return &protocol.OutgoingWebhookCreate{Room: 1, URL: "https://ci.example.org/in"}
	}, [6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"outgoing_webhook.list", "of a private room", func(w *world) protocol.Body { return &protocol.OutgoingWebhookList{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"outgoing_webhook.list", "of a public room", func(w *world) protocol.Body { return &protocol.OutgoingWebhookList{Room: w.hall} },
		[6]plausch.Code{signIn, forbidden, forbidden, ok, ok, forbidden}},
	{"outgoing_webhook.list", "of a direct room", func(w *world) protocol.Body { return &protocol.OutgoingWebhookList{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
	{"outgoing_webhook.delete", "of a private room", func(w *world) protocol.Body { return &protocol.OutgoingWebhookRef{ID: w.outgoing} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, notFound, ok}},
	{"push.key", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"push.subscribe", "in a browser", func(*world) protocol.Body {
		return &protocol.PushSubscribe{
			Kind: "webpush", Endpoint: "https://push.example.org/x", Auth: "BTBZMqHH6r4Tts7J_aSIgg",
			P256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
		}
	}, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"push.subscribe", "by ntfy", func(*world) protocol.Body {
		return &protocol.PushSubscribe{Kind: "ntfy", Endpoint: "https://ntfy.sh/topic"}
	},
		[6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"push.subscribe", "at any address", func(*world) protocol.Body {
		return &protocol.PushSubscribe{Kind: "webhook", Endpoint: "https://home.example.org/in"}
	}, [6]plausch.Code{signIn, forbidden, forbidden, forbidden, forbidden, ok}},
	{"push.list", "", empty, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"push.unsubscribe", "what is the admin's", func(w *world) protocol.Body { return &protocol.PushRef{ID: w.push} },
		[6]plausch.Code{signIn, notFound, notFound, notFound, notFound, ok}},
	{"presence.list", "", func(*world) protocol.Body { return &protocol.PresenceList{} }, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
	{"presence.set", "without subscribe", func(*world) protocol.Body { return &protocol.PresenceSet{Presence: "away"} },
		[6]plausch.Code{signIn, invalid, invalid, invalid, invalid, invalid}},
	{"typing", "in a private room", func(w *world) protocol.Body { return &protocol.TypingSet{Room: w.den} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
	{"typing", "in a direct room", func(w *world) protocol.Body { return &protocol.TypingSet{Room: w.direct} },
		[6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
}

func ofDen(w *world) protocol.Body { return &protocol.MessageRef{Room: w.den, Seq: w.said[w.den]} }

// soon is a time that comes after the test.
func soon() int64 { return time.Now().Add(time.Hour).UnixMilli() }

// link has a new device wait, and returns its code.
func (w *world) link() string {
	w.t.Helper()
	return w.must("a new device", protocol.MethodDeviceLinkBegin, &protocol.DeviceLinkBegin{NewToken: auth.NewToken().Text()}).(*protocol.DeviceLinkBegun).Code
}

// later has the maker send a message later, and returns its id.
func (w *world) later() int64 {
	w.t.Helper()
	return w.must("maker", protocol.MethodScheduledMessageCreate, &protocol.ScheduledMessageCreate{At: soon(), Room: w.den, Text: "x"}).(*protocol.ScheduledMessage).ID
}

func empty(*world) protocol.Body { return &protocol.Empty{} }

func TestPermissions(t *testing.T) {
	for _, row := range matrix {
		t.Run(row.method+" "+row.what, func(t *testing.T) {
			t.Parallel()
			for i, who := range people {
				w := newWorld(t)
				if _, err := w.call(who, row.method, row.params(w)); plausch.CodeOf(err) != row.want[i] {
					t.Errorf("%s gets %q (%v), want %q", who, plausch.CodeOf(err), err, row.want[i])
				}
				w.close()
			}
		})
	}
}

// TestFilePermissions is the matrix of what a front-end does with files.
func TestFilePermissions(t *testing.T) {
	get := func(which string) func(w *world, c *api.Caller) error {
		return func(w *world, c *api.Caller) error {
			_, r, err := w.api.OpenAttachment(t.Context(), c, core.FileRef{ID: w.files[which]})
			if err == nil {
				r.Close()
			}
			return err
		}
	}
	for _, row := range []struct {
		what string
		do   func(w *world, c *api.Caller) error
		want [6]plausch.Code
	}{
		{"upload", func(w *world, c *api.Caller) error {
			_, err := w.api.Upload(t.Context(), c, core.File{Body: strings.NewReader("x")})
			return err
		}, [6]plausch.Code{signIn, ok, ok, ok, ok, ok}},
		{"get from a private room", get("den"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, ok}},
		{"get from a public room", get("hall"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
		{"get from a direct room", get("direct"), [6]plausch.Code{signIn, notFound, notFound, ok, ok, notFound}},
		{"get a picture that there is not", func(w *world, c *api.Caller) error {
			_, _, err := w.api.OpenAvatar(t.Context(), c, "anna")
			return err
		}, [6]plausch.Code{signIn, notFound, notFound, notFound, notFound, notFound}},
		{"get the picture of a private room that has none", func(w *world, c *api.Caller) error {
			_, _, err := w.api.OpenRoomPicture(t.Context(), c, plausch.RoomID(w.den))
			return err
		}, [6]plausch.Code{signIn, notFound, notFound, notFound, notFound, notFound}},
		{"get what was not sent yet", get("pending"), [6]plausch.Code{signIn, notFound, notFound, notFound, ok, notFound}},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			for i, who := range people {
				w := newWorld(t)
				if err := row.do(w, w.caller(who)); plausch.CodeOf(err) != row.want[i] {
					t.Errorf("%s gets %q (%v), want %q", who, plausch.CodeOf(err), err, row.want[i])
				}
				w.close()
			}
		})
	}
}

func TestEveryMethodIsInTheMatrix(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range matrix {
		listed[row.method] = true
	}
	for _, row := range accountMatrix {
		listed[row.method] = true
	}
	for _, m := range api.Methods() {
		if !listed[m.Name] {
			t.Errorf("the matrix does not say who may call %s", m.Name)
		}
		delete(listed, m.Name)
	}
	for name := range listed {
		t.Errorf("the matrix has the method %s, which does not exist", name)
	}
}
