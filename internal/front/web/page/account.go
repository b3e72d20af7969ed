package page

import (
	"net/http"
	"strconv"

	"plausch"
	"plausch/protocol"
)

// accountPage is the data of the page of one's own account.
type accountPage struct {
	Devices  []protocol.Device // the one that was used last first
	Passkeys []protocol.Passkey
}

func (q *request) account() error {
	data, err := q.accountData()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "account", data)
}

func (q *request) accountData() (accountPage, error) {
	devices, err := ask[protocol.Devices](q, protocol.MethodDeviceList, protocol.Empty{})
	if err != nil {
		return accountPage{}, err
	}
	passkeys, err := ask[protocol.Passkeys](q, protocol.MethodPasskeyList, protocol.Empty{})
	if err != nil {
		return accountPage{}, err
	}
	return accountPage{latestFirst(devices.Devices), passkeys.Passkeys}, nil
}

// changed shows the page of the account, with the change that was made or the error.
func (q *request) changed(what string, err error) error {
	if err == nil {
		return q.goTo("/account", what)
	}
	if !q.caller.SignedIn() {
		return err
	}
	data, unread := q.accountData()
	if unread != nil {
		return unread
	}
	return q.showError("account", data, err)
}

func (q *request) setDisplay() error {
	_, err := ask[protocol.OwnAccount](q, protocol.MethodAccountUpdate, protocol.AccountUpdate{Display: q.PostForm.Get("display")})
	return q.changed("name", err)
}

func (q *request) changePassword() error {
	return q.changed("password", do(q, protocol.MethodPasswordChange, protocol.PasswordChange{
		Old: q.PostForm.Get("old"), Password: q.PostForm.Get("password"),
	}))
}

func (q *request) revokeDevice() error {
	id, err := q.id()
	if err == nil {
		err = do(q, protocol.MethodDeviceRevoke, protocol.DeviceRevoke{ID: id})
	}
	return q.changed("device", err)
}

func (q *request) deletePasskey() error {
	return q.changed("deleted", do(q, protocol.MethodPasskeyDelete, protocol.PasskeyDelete{ID: q.PostForm.Get("id")}))
}

// id returns the number in the form's field id.
func (q *request) id() (int64, error) {
	id, err := strconv.ParseInt(q.PostForm.Get("id"), 10, 64)
	if err != nil {
		return 0, plausch.Errorf(plausch.Invalid, "the form has no number in it; load the page again")
	}
	return id, nil
}
