package core

import (
	"plausch"
)

// Who may do what to accounts: owners everything; admins invite, make bots, and
// shut out, let in, reset and delete members, guests and bots; everyone does to
// its own account what that is for. Who gives roles could make itself an owner,
// so only owners do, and only they read what was done. That the last owner stays
// is the store's to see to, in the transaction (store.Accounts.UpdateAccount).

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

// checkCanChange reports why by may not shut out, let in, reset or delete account.
func checkCanChange(by, account plausch.Account) error {
	if err := checkAdmin(by); err != nil {
		return err
	}
	if checkAdmin(account) == nil && checkOwner(by) != nil {
		return plausch.Errorf(plausch.Forbidden, "%s is an %s, whom only an owner may change", account.Name, account.Role)
	}
	return nil
}
