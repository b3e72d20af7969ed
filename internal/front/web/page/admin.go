package page

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"plausch"
	"plausch/internal/link"
	"plausch/protocol"
)

func (q *request) invites() error {
	data, err := q.inviteList()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "invites", data)
}

func (q *request) inviteList() (protocol.Invites, error) {
	return ask[protocol.Invites](q, protocol.MethodInviteList, protocol.InviteList{After: q.number("after"), Limit: protocol.MaxLongPage})
}

// number returns a number of the query, 0 if it has none.
func (q *request) number(name string) int64 {
	n, _ := strconv.ParseInt(q.URL.Query().Get(name), 10, 64) // nothing but where a list begins
	return n
}

func (q *request) createInvite() error {
	made, err := q.newInvite()
	if err != nil {
		data, unread := q.inviteList()
		if unread != nil {
			return unread
		}
		return q.showError("invites", data, err)
	}
	shown := q.linkTo(link.Invite, made.Code)
	shown.What, shown.Whom, shown.Expires, shown.Back = "An invite", "for "+inviteUses(made.Invite), made.Invite.Expires, "/admin/invites"
	return q.show(http.StatusOK, "link", shown)
}

func (q *request) newInvite() (made protocol.InviteCreated, err error) {
	count, errCount := strconv.Atoi(q.PostForm.Get("uses"))
	days, errDays := strconv.Atoi(q.PostForm.Get("days"))
	if errCount != nil || errDays != nil || count < 0 || days < 1 || days > 365 {
		return made, plausch.Errorf(plausch.Invalid, "say how many accounts the invite is for (0 for any number) and for how long it is valid, 1 to 365 days")
	}
	if count == 0 {
		count = -1
	}
	rooms := strings.FieldsFunc(q.PostForm.Get("rooms"), func(r rune) bool { return r == ',' || r == ' ' || r == '#' })
	return ask[protocol.InviteCreated](q, protocol.MethodInviteCreate, protocol.InviteCreate{
		Uses: count, For: (time.Duration(days) * 24 * time.Hour).Milliseconds(), Role: q.PostForm.Get("role"), Rooms: rooms,
	})
}

func (q *request) revokeInvite() error {
	id, err := q.id()
	if err == nil {
		err = do(q, protocol.MethodInviteRevoke, protocol.InviteRevoke{ID: id})
	}
	if err != nil {
		return err
	}
	return q.goTo("/admin/invites", "revoked")
}

// accountsPage is the data of the page of all accounts.
type accountsPage struct {
	protocol.Accounts
	Roles []plausch.Role // that can be given
}

// Last returns the id at which the next page begins.
func (p accountsPage) Last() int64 { return p.Accounts.Accounts[len(p.Accounts.Accounts)-1].ID }

func (q *request) accounts() error {
	data, err := q.accountList()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "accounts", data)
}

func (q *request) accountList() (accountsPage, error) {
	list, err := ask[protocol.Accounts](q, protocol.MethodAccountList, protocol.AccountList{After: q.number("after"), Limit: protocol.MaxLongPage})
	return accountsPage{list, []plausch.Role{plausch.RoleMember, plausch.RoleAdmin, plausch.RoleOwner}}, err
}

// accountChanged shows the page of all accounts, with the change that was made or the
// error.
func (q *request) accountChanged(what string, err error) error {
	if err == nil {
		return q.goTo("/admin/accounts", what)
	}
	data, unread := q.accountList()
	if unread != nil {
		return unread
	}
	return q.showError("accounts", data, err)
}

func (q *request) setRole() error {
	return q.accountChanged("role", do(q, protocol.MethodAccountRole, protocol.AccountRole{
		Name: q.PostForm.Get("name"), Role: q.PostForm.Get("role"),
	}))
}

func (q *request) deactivate() error {
	return q.accountChanged("deactivated", do(q, protocol.MethodAccountDeactivate, protocol.AccountName{Name: q.PostForm.Get("name")}))
}

func (q *request) activate() error {
	return q.accountChanged("activated", do(q, protocol.MethodAccountActivate, protocol.AccountName{Name: q.PostForm.Get("name")}))
}

func (q *request) createReset() error {
	name := q.PostForm.Get("name")
	made, err := ask[protocol.ResetCreated](q, protocol.MethodResetCreate, protocol.ResetCreate{Name: name})
	if err != nil {
		return q.accountChanged("", err)
	}
	shown := q.linkTo(link.Reset, made.Code)
	shown.What, shown.Whom, shown.Expires, shown.Back = "A link for a new password", "for "+name, made.Expires, "/admin/accounts"
	return q.show(http.StatusOK, "link", shown)
}

// auditPage is the data of the page of the audit log.
type auditPage struct{ protocol.Audit }

// Last returns the id before which the next page begins.
func (p auditPage) Last() int64 { return p.Entries[len(p.Entries)-1].ID }

func (q *request) audit() error {
	list, err := ask[protocol.Audit](q, protocol.MethodAuditList, protocol.AuditList{Before: q.number("before"), Limit: protocol.MaxLongPage})
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "audit", auditPage{list})
}
