// Package api is the one table of what can be asked of a server: method name,
// who may call it, and the call of the core. Every front-end goes through it, so
// a rule about who may do what is written once and tested once.
package api

import (
	"context"
	"slices"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/hub"
	"plausch/protocol"
)

// Callers says who may call a method. The core decides on all else, such as
// membership of a room.
type Callers uint8

const (
	// Anyone is every connection.
	Anyone Callers = iota
	// SignedIn is a connection that has signed in.
	SignedIn
)

// Method is a row of the table.
type Method struct {
	Name    string
	Callers Callers
	call    call
}

// Params reads the params of a request.
type Params func(protocol.Body) error

// Reply takes the outcome of a request, once. It may be called by another
// goroutine after Call has returned, and must not block.
type Reply func(protocol.Body, error)

type call func(a *API, ctx context.Context, c *Caller, params Params, reply Reply)

// API is the table over a core and a hub.
type API struct {
	core *core.Core
	hub  *hub.Hub
	name string
}

// New returns the table. Name is the name and version of the program.
func New(c *core.Core, h *hub.Hub, name string) *API { return &API{core: c, hub: h, name: name} }

var table = map[string]*Method{}

// methods is the table. The test of permissions fails for a row that it does
// not know.
var methods = []Method{
	{protocol.MethodHello, Anyone, blocking(hello)},
	{protocol.MethodPing, Anyone, blocking(ping)},
	{protocol.MethodSignIn, Anyone, blocking(signIn)},
	{protocol.MethodClaim, Anyone, blocking(claim)},
	{protocol.MethodCodeCheck, Anyone, blocking(codeCheck)},
	{protocol.MethodInviteRedeem, Anyone, blocking(inviteRedeem)},
	{protocol.MethodResetRedeem, Anyone, blocking(resetRedeem)},
	{protocol.MethodPasskeySignInBegin, Anyone, blocking(passkeySignInBegin)},
	{protocol.MethodPasskeySignIn, Anyone, blocking(passkeySignIn)},
	{protocol.MethodDeviceLinkBegin, Anyone, blocking(deviceLinkBegin)},
	{protocol.MethodDeviceLinkState, Anyone, blocking(deviceLinkState)},
	{protocol.MethodSignOut, SignedIn, blocking(signOut)},
	{protocol.MethodSubscribe, SignedIn, blocking(subscribe)},
	{protocol.MethodAccountUpdate, SignedIn, blocking(accountUpdate)},
	{protocol.MethodAvatarSet, SignedIn, blocking(avatarSet)},
	{MethodAvatarGet, SignedIn, overHTTP},
	{protocol.MethodAccountList, SignedIn, blocking(accountList)},
	{protocol.MethodAccountRole, SignedIn, blocking(accountRole)},
	{protocol.MethodAccountDeactivate, SignedIn, blocking(accountDeactivate)},
	{protocol.MethodAccountActivate, SignedIn, blocking(accountActivate)},
	{protocol.MethodAccountDelete, SignedIn, blocking(accountDelete)},
	{protocol.MethodPasswordChange, SignedIn, blocking(passwordChange)},
	{protocol.MethodResetCreate, SignedIn, blocking(resetCreate)},
	{protocol.MethodDeviceList, SignedIn, blocking(deviceList)},
	{protocol.MethodDeviceRevoke, SignedIn, blocking(deviceRevoke)},
	{protocol.MethodDeviceLinkCheck, SignedIn, blocking(deviceLinkCheck)},
	{protocol.MethodDeviceLink, SignedIn, blocking(deviceLink)},
	{protocol.MethodInviteCreate, SignedIn, blocking(inviteCreate)},
	{protocol.MethodInviteList, SignedIn, blocking(inviteList)},
	{protocol.MethodInviteRevoke, SignedIn, blocking(inviteRevoke)},
	{protocol.MethodServerUpdate, SignedIn, blocking(serverUpdate)},
	{protocol.MethodBotCreate, SignedIn, blocking(botCreate)},
	{protocol.MethodAuditList, SignedIn, blocking(auditList)},
	{protocol.MethodPasskeyBegin, SignedIn, blocking(passkeyBegin)},
	{protocol.MethodPasskeyAdd, SignedIn, blocking(passkeyAdd)},
	{protocol.MethodPasskeyList, SignedIn, blocking(passkeyList)},
	{protocol.MethodPasskeyDelete, SignedIn, blocking(passkeyDelete)},
	{protocol.MethodRoomList, SignedIn, blocking(roomList)},
	{protocol.MethodRoomGet, SignedIn, blocking(roomGet)},
	{protocol.MethodRoomCreate, SignedIn, blocking(roomCreate)},
	{protocol.MethodRoomUpdate, SignedIn, blocking(roomUpdate)},
	{MethodRoomPicture, SignedIn, overHTTP},
	{protocol.MethodRoomJoin, SignedIn, blocking(roomJoin)},
	{protocol.MethodRoomLeave, SignedIn, blocking(roomLeave)},
	{protocol.MethodMemberList, SignedIn, blocking(memberList)},
	{protocol.MethodMemberAdd, SignedIn, blocking(memberAdd)},
	{protocol.MethodMemberRemove, SignedIn, blocking(memberRemove)},
	{protocol.MethodMemberRole, SignedIn, blocking(memberRole)},
	{protocol.MethodBanAdd, SignedIn, blocking(banAdd)},
	{protocol.MethodBanRemove, SignedIn, blocking(banRemove)},
	{protocol.MethodBanList, SignedIn, blocking(banList)},
	{protocol.MethodMessageSend, SignedIn, messageSend},
	{protocol.MethodMessageEdit, SignedIn, blocking(messageEdit)},
	{protocol.MethodMessageDelete, SignedIn, blocking(messageDelete)},
	{protocol.MethodMessageReact, SignedIn, blocking(messageReact)},
	{protocol.MethodMessageUnreact, SignedIn, blocking(messageUnreact)},
	{protocol.MethodMessagePin, SignedIn, blocking(messagePin)},
	{protocol.MethodMessageUnpin, SignedIn, blocking(messageUnpin)},
	{protocol.MethodMessageVersions, SignedIn, blocking(messageVersions)},
	{protocol.MethodMessageHide, SignedIn, blocking(messageHide)},
	{protocol.MethodMessageUnhide, SignedIn, blocking(messageUnhide)},
	{protocol.MethodMessageSave, SignedIn, blocking(messageSave)},
	{protocol.MethodMessageUnsave, SignedIn, blocking(messageUnsave)},
	{protocol.MethodMessages, SignedIn, blocking(messages)},
	{protocol.MethodSavedList, SignedIn, blocking(savedList)},
	{protocol.MethodHiddenList, SignedIn, blocking(hiddenList)},
	{protocol.MethodScheduledMessageCreate, SignedIn, blocking(scheduledMessageCreate)},
	{protocol.MethodScheduledMessageList, SignedIn, blocking(scheduledMessageList)},
	{protocol.MethodScheduledMessageUpdate, SignedIn, blocking(scheduledMessageUpdate)},
	{protocol.MethodScheduledMessageDelete, SignedIn, blocking(scheduledMessageDelete)},
	{protocol.MethodReminderSet, SignedIn, blocking(reminderSet)},
	{protocol.MethodReminderList, SignedIn, blocking(reminderList)},
	{protocol.MethodReminderDelete, SignedIn, blocking(reminderDelete)},
	{protocol.MethodStatusSet, SignedIn, blocking(statusSet)},
	{protocol.MethodSeenSet, SignedIn, blocking(seenSet)},
	{protocol.MethodBlockAdd, SignedIn, blocking(blockAdd)},
	{protocol.MethodBlockRemove, SignedIn, blocking(blockRemove)},
	{protocol.MethodBlockList, SignedIn, blocking(blockList)},
	{protocol.MethodReportAdd, SignedIn, blocking(reportAdd)},
	{protocol.MethodReportList, SignedIn, blocking(reportList)},
	{protocol.MethodReportClose, SignedIn, blocking(reportClose)},
	{protocol.MethodMarkerSet, SignedIn, blocking(markerSet)},
	{protocol.MethodInbox, SignedIn, blocking(inbox)},
	{protocol.MethodSearch, SignedIn, blocking(search)},
	{protocol.MethodDraftSet, SignedIn, blocking(draftSet)},
	{protocol.MethodDraftList, SignedIn, blocking(draftList)},
	{protocol.MethodPreferenceGet, SignedIn, blocking(preferenceGet)},
	{protocol.MethodPreferenceSet, SignedIn, blocking(preferenceSet)},
	{protocol.MethodRoomPreferenceSet, SignedIn, blocking(roomPreferenceSet)},
	{protocol.MethodHistory, SignedIn, blocking(history)},
	{MethodAttachmentUpload, SignedIn, overHTTP},
	{MethodAttachmentGet, SignedIn, overHTTP},
	{protocol.MethodWebhookCreate, SignedIn, blocking(webhookCreate)},
	{protocol.MethodWebhookList, SignedIn, blocking(webhookList)},
	{protocol.MethodWebhookDelete, SignedIn, blocking(webhookDelete)},
	{MethodWebhookPost, Anyone, webhookPost},
	{protocol.MethodOutgoingWebhookCreate, SignedIn, blocking(outgoingWebhookCreate)},
	{protocol.MethodOutgoingWebhookList, SignedIn, blocking(outgoingWebhookList)},
	{protocol.MethodOutgoingWebhookDelete, SignedIn, blocking(outgoingWebhookDelete)},
	{protocol.MethodPushKey, SignedIn, blocking(pushKey)},
	{protocol.MethodPushSubscribe, SignedIn, blocking(pushSubscribe)},
	{protocol.MethodPushList, SignedIn, blocking(pushList)},
	{protocol.MethodPushUnsubscribe, SignedIn, blocking(pushUnsubscribe)},
	{protocol.MethodPresenceList, SignedIn, blocking(presenceList)},
	{protocol.MethodPresenceSet, SignedIn, blocking(presenceSet)},
	{protocol.MethodTyping, SignedIn, blocking(typing)},
}

func init() {
	for i := range methods {
		table[methods[i].Name] = &methods[i]
	}
}

// Methods returns the rows of the table.
func Methods() []Method { return slices.Clone(methods) }

// Call answers a request of c through reply. Calls of one caller that change it
// (hello, sign_in, sign_out, subscribe) must not run beside others.
func (a *API) Call(ctx context.Context, c *Caller, method string, params Params, reply Reply) {
	m := table[method]
	if m == nil {
		reply(nil, plausch.Errorf(plausch.Unsupported, "there is no method %q", method))
		return
	}
	if err := checkMayCall(m, c); err != nil {
		reply(nil, err)
		return
	}
	m.call(a, ctx, c, params, reply)
}

// checkMayCall returns an error unless c may call m.
func checkMayCall(m *Method, c *Caller) error {
	if m.Callers == SignedIn && !c.SignedIn() {
		return plausch.Errorf(plausch.SignInNeeded, "sign in first")
	}
	return nil
}

// blocking makes a call of a function that returns the result.
func blocking[P any, B interface {
	*P
	protocol.Body
}](f func(a *API, ctx context.Context, c *Caller, p *P) (protocol.Body, error)) call {
	return func(a *API, ctx context.Context, c *Caller, params Params, reply Reply) {
		p := new(P)
		if err := params(B(p)); err != nil {
			reply(nil, errParams(err))
			return
		}
		reply(f(a, ctx, c, p))
	}
}

// errParams is the error of params that cannot be decoded as those of the method.
func errParams(err error) error {
	return plausch.Errorf(plausch.Invalid, "params do not fit the method: %v", err)
}

// pageLimit returns the number of entries to return when limit is asked for.
func pageLimit(limit int) (int, error) {
	switch {
	case limit == 0:
		return protocol.DefaultPage, nil
	case limit < 0:
		return 0, plausch.Errorf(plausch.Invalid, "limit cannot be negative")
	default:
		return min(limit, protocol.MaxPage), nil
	}
}
