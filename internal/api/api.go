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

// Access says who may call a method. What else is needed, such as membership of
// a room, the core decides.
type Access uint8

const (
	// Anyone may call it, signed in or not.
	Anyone Access = iota
	// Signed methods are for those who have signed in.
	Signed
)

// Method is a row of the table.
type Method struct {
	Name   string
	Access Access
	call   call
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
	{protocol.MethodHello, Anyone, now(hello)},
	{protocol.MethodPing, Anyone, now(ping)},
	{protocol.MethodSignIn, Anyone, now(signIn)},
	{protocol.MethodClaim, Anyone, now(claim)},
	{protocol.MethodCodeCheck, Anyone, now(codeCheck)},
	{protocol.MethodInviteRedeem, Anyone, now(inviteRedeem)},
	{protocol.MethodResetRedeem, Anyone, now(resetRedeem)},
	{protocol.MethodPasskeySignInBegin, Anyone, now(passkeySignInBegin)},
	{protocol.MethodPasskeySignIn, Anyone, now(passkeySignIn)},
	{protocol.MethodSignOut, Signed, now(signOut)},
	{protocol.MethodSubscribe, Signed, now(subscribe)},
	{protocol.MethodAccountUpdate, Signed, now(accountUpdate)},
	{protocol.MethodAvatarSet, Signed, now(avatarSet)},
	{MethodAvatarGet, Signed, overHTTP},
	{protocol.MethodAccountList, Signed, now(accountList)},
	{protocol.MethodAccountRole, Signed, now(accountRole)},
	{protocol.MethodAccountDeactivate, Signed, now(accountDeactivate)},
	{protocol.MethodAccountActivate, Signed, now(accountActivate)},
	{protocol.MethodAccountDelete, Signed, now(accountDelete)},
	{protocol.MethodPasswordChange, Signed, now(passwordChange)},
	{protocol.MethodResetCreate, Signed, now(resetCreate)},
	{protocol.MethodDeviceList, Signed, now(deviceList)},
	{protocol.MethodDeviceRevoke, Signed, now(deviceRevoke)},
	{protocol.MethodInviteCreate, Signed, now(inviteCreate)},
	{protocol.MethodInviteList, Signed, now(inviteList)},
	{protocol.MethodInviteRevoke, Signed, now(inviteRevoke)},
	{protocol.MethodServerUpdate, Signed, now(serverUpdate)},
	{protocol.MethodBotCreate, Signed, now(botCreate)},
	{protocol.MethodAuditList, Signed, now(auditList)},
	{protocol.MethodPasskeyBegin, Signed, now(passkeyBegin)},
	{protocol.MethodPasskeyAdd, Signed, now(passkeyAdd)},
	{protocol.MethodPasskeyList, Signed, now(passkeyList)},
	{protocol.MethodPasskeyDelete, Signed, now(passkeyDelete)},
	{protocol.MethodRoomList, Signed, now(roomList)},
	{protocol.MethodRoomGet, Signed, now(roomGet)},
	{protocol.MethodRoomCreate, Signed, now(roomCreate)},
	{protocol.MethodRoomJoin, Signed, now(roomJoin)},
	{protocol.MethodRoomLeave, Signed, now(roomLeave)},
	{protocol.MethodMemberList, Signed, now(memberList)},
	{protocol.MethodMemberAdd, Signed, now(memberAdd)},
	{protocol.MethodMemberRemove, Signed, now(memberRemove)},
	{protocol.MethodMessageSend, Signed, messageSend},
	{protocol.MethodHistory, Signed, now(history)},
	{MethodAttachmentUpload, Signed, overHTTP},
	{MethodAttachmentGet, Signed, overHTTP},
	{protocol.MethodWebhookCreate, Signed, now(webhookCreate)},
	{protocol.MethodWebhookList, Signed, now(webhookList)},
	{protocol.MethodWebhookDelete, Signed, now(webhookDelete)},
	{MethodWebhookPost, Anyone, webhookPost},
	{protocol.MethodPresenceList, Signed, now(presenceList)},
	{protocol.MethodPresenceSet, Signed, now(presenceSet)},
	{protocol.MethodTyping, Signed, now(typing)},
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
	if err := may(m, c); err != nil {
		reply(nil, err)
		return
	}
	m.call(a, ctx, c, params, reply)
}

// may reports why c may not call m, if so.
func may(m *Method, c *Caller) error {
	if m.Access == Signed && !c.SignedIn() {
		return plausch.Errorf(plausch.SignInNeeded, "sign in first")
	}
	return nil
}

// now makes a call of a function whose outcome is known when it returns.
func now[P any, B interface {
	*P
	protocol.Body
}](f func(a *API, ctx context.Context, c *Caller, p *P) (protocol.Body, error)) call {
	return func(a *API, ctx context.Context, c *Caller, params Params, reply Reply) {
		p := new(P)
		if err := params(B(p)); err != nil {
			reply(nil, unfit(err))
			return
		}
		reply(f(a, ctx, c, p))
	}
}

// unfit is the error of params that cannot be read as those of their method.
func unfit(err error) error {
	return plausch.Errorf(plausch.Invalid, "params do not fit the method: %v", err)
}

// limitOf returns the number of entries to return when limit is asked for.
func limitOf(limit int) (int, error) {
	switch {
	case limit == 0:
		return protocol.DefaultPage, nil
	case limit < 0:
		return 0, plausch.Errorf(plausch.Invalid, "limit cannot be negative")
	default:
		return min(limit, protocol.MaxPage), nil
	}
}
