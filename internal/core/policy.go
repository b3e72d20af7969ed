package core

import (
	"plausch"
)

// The rules about accounts: owners may do everything. Admins may invite, make bots, and
// deactivate, activate, reset and delete members, guests and bots. Everybody may manage
// their own account. Only owners give roles, since an admin could make itself an owner,
// and only owners read the audit log. The store keeps the last owner, in the transaction
// of the change (store.Accounts.UpdateAccount).

func checkOwner(by plausch.Account) error {
	if by.Role != plausch.RoleOwner {
		return plausch.Errorf(plausch.Forbidden, "only an owner of the server may do this")
	}
	return nil
}

func checkAdmin(by plausch.Account) error {
	if by.Role != plausch.RoleOwner && by.Role != plausch.RoleAdmin {
		return plausch.Errorf(plausch.Forbidden, "only an admin of the server may do this")
	}
	return nil
}

func checkCanInvite(by plausch.Account) error { return checkAdmin(by) }

// checkCanChange returns an error unless by may deactivate, activate, reset and delete
// account.
func checkCanChange(by, account plausch.Account) error {
	if err := checkAdmin(by); err != nil {
		return err
	}
	if checkAdmin(account) == nil && checkOwner(by) != nil {
		return plausch.Errorf(plausch.Forbidden, "%s is an %s, whom only an owner may change", account.Name, account.Role)
	}
	return nil
}
