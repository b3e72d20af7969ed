package api_test

import (
	"slices"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/protocol"
)

// The kinds of people that the second matrix asks for: by what they are on the
// server, whatever their rooms.
var kinds = []string{"nobody", "stranger", "plain", "admin", "owner"}

const unsupported = plausch.Unsupported

// code is one that opens nothing.
var code = auth.NewLinkCode().Text()

// accountMatrix says the same as matrix of the methods about accounts, in the
// order of kinds.
var accountMatrix = []struct {
	method string
	what   string
	params func(w *world) protocol.Body
	want   [5]plausch.Code // nobody, a guest, a member, an admin, an owner
}{
	{"claim", "with a wrong code", func(*world) protocol.Body {
		return &protocol.Claim{Code: code, ServerName: "Garden", Name: "eve", Password: "correct horse battery"}
	}, [5]plausch.Code{notFound, invalid, invalid, invalid, invalid}},
	{"invite.redeem", "with a wrong code", func(*world) protocol.Body {
		return &protocol.InviteRedeem{Code: code, Name: "eve", Password: "correct horse battery"}
	}, [5]plausch.Code{notFound, invalid, invalid, invalid, invalid}},
	{"invite.redeem", "with a good code", func(w *world) protocol.Body {
		made := w.must("admin", protocol.MethodInviteCreate, &protocol.InviteCreate{Role: "guest"}).(*protocol.InviteCreated)
		return &protocol.InviteRedeem{Code: made.Code, Name: "eve"}
	}, [5]plausch.Code{ok, invalid, invalid, invalid, invalid}},
	{"reset.redeem", "with a wrong code", func(*world) protocol.Body {
		return &protocol.ResetRedeem{Code: code, Password: "correct horse battery"}
	}, [5]plausch.Code{notFound, invalid, invalid, invalid, invalid}},
	{"code.check", "a wrong one", func(*world) protocol.Body { return &protocol.CodeCheck{Code: code, Purpose: "invite"} },
		[5]plausch.Code{notFound, notFound, notFound, notFound, notFound}},
	{"code.check", "a good one of an invite", func(w *world) protocol.Body {
		made := w.must("admin", protocol.MethodInviteCreate, &protocol.InviteCreate{Role: "guest"}).(*protocol.InviteCreated)
		return &protocol.CodeCheck{Code: made.Code, Purpose: "invite"}
	}, [5]plausch.Code{ok, ok, ok, ok, ok}},
	{"code.check", "for nothing there is", func(*world) protocol.Body { return &protocol.CodeCheck{Code: code, Purpose: "tea"} },
		[5]plausch.Code{invalid, invalid, invalid, invalid, invalid}},
	{"server.update", "", func(*world) protocol.Body { return &protocol.ServerUpdate{Name: "Garden"} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"server.update", "no name", func(*world) protocol.Body { return &protocol.ServerUpdate{} },
		[5]plausch.Code{signIn, forbidden, forbidden, invalid, invalid}},
	{"account.update", "", func(*world) protocol.Body { return &protocol.AccountUpdate{Display: "Somebody"} },
		[5]plausch.Code{signIn, ok, ok, ok, ok}},
	{"avatar.set", "none", func(*world) protocol.Body { return &protocol.AvatarSet{} },
		[5]plausch.Code{signIn, forbidden, ok, ok, ok}},
	{"avatar.set", "somebody else's file", func(w *world) protocol.Body { return &protocol.AvatarSet{Attachment: w.files["den"]} },
		[5]plausch.Code{signIn, forbidden, notFound, invalid, notFound}}, // the admin may read it; it is no picture
	{"avatar.get", "by a frame", empty, [5]plausch.Code{signIn, overHTTP, overHTTP, overHTTP, overHTTP}},
	{"account.list", "", func(*world) protocol.Body { return &protocol.AccountList{} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"account.role", "of a member", func(*world) protocol.Body { return &protocol.AccountRole{Name: "anna", Role: "admin"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.role", "of an owner", func(*world) protocol.Body { return &protocol.AccountRole{Name: "owner2", Role: "member"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.role", "its own", func(*world) protocol.Body { return &protocol.AccountRole{Name: "plain", Role: "owner"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.role", "of somebody who does not exist", func(*world) protocol.Body { return &protocol.AccountRole{Name: "eve", Role: "admin"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, notFound}},
	{"account.deactivate", "a member", named("anna"), [5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"account.deactivate", "a guest", named("maker"), [5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"account.deactivate", "an admin", named("admin2"), [5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.deactivate", "an owner", named("owner2"), [5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.activate", "a member", named("anna"), [5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"account.activate", "an owner", named("owner2"), [5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"account.delete", "its own", func(*world) protocol.Body { return &protocol.AccountDelete{} },
		[5]plausch.Code{signIn, ok, ok, ok, ok}},
	{"account.delete", "a member", func(*world) protocol.Body { return &protocol.AccountDelete{Name: "anna", Erase: true} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"account.delete", "an owner", func(*world) protocol.Body { return &protocol.AccountDelete{Name: "owner2"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"password.change", "without one", func(*world) protocol.Body { return &protocol.PasswordChange{Password: "correct horse battery"} },
		[5]plausch.Code{signIn, forbidden, ok, ok, ok}},
	{"reset.create", "for a member", func(*world) protocol.Body { return &protocol.ResetCreate{Name: "anna"} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"reset.create", "for an owner", func(*world) protocol.Body { return &protocol.ResetCreate{Name: "owner2"} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
	{"device.list", "", empty, [5]plausch.Code{signIn, ok, ok, ok, ok}},
	{"device.revoke", "of another", func(w *world) protocol.Body {
		devices := w.must("anna", protocol.MethodDeviceList, &protocol.Empty{}).(*protocol.Devices).Devices
		return &protocol.DeviceRevoke{ID: devices[0].ID}
	}, [5]plausch.Code{signIn, notFound, notFound, notFound, notFound}},
	{"invite.create", "", func(*world) protocol.Body { return &protocol.InviteCreate{} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"invite.create", "to a private room of others", func(*world) protocol.Body { return &protocol.InviteCreate{Rooms: []string{"den"}} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, notFound}}, // the admin is in it
	{"invite.create", "for an admin", func(*world) protocol.Body { return &protocol.InviteCreate{Role: "admin"} },
		[5]plausch.Code{signIn, forbidden, forbidden, invalid, invalid}},
	{"invite.list", "", func(*world) protocol.Body { return &protocol.InviteList{} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"invite.revoke", "", func(w *world) protocol.Body {
		made := w.must("owner", protocol.MethodInviteCreate, &protocol.InviteCreate{}).(*protocol.InviteCreated)
		return &protocol.InviteRevoke{ID: made.Invite.ID}
	}, [5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"passkey.sign_in_begin", "outside of a web page", empty,
		[5]plausch.Code{unsupported, unsupported, unsupported, unsupported, unsupported}},
	{"passkey.sign_in", "that was not begun", func(*world) protocol.Body { return &protocol.PasskeySignIn{ID: code, Response: "{}"} },
		[5]plausch.Code{notFound, invalid, invalid, invalid, invalid}},
	{"passkey.begin", "in a web page", func(w *world) protocol.Body {
		w.origin = "https://chat.example.org"
		return &protocol.Empty{}
	}, [5]plausch.Code{signIn, forbidden, ok, ok, ok}},
	{"passkey.add", "that was not begun", func(*world) protocol.Body { return &protocol.PasskeyAdd{ID: code, Response: "{}"} },
		[5]plausch.Code{signIn, notFound, notFound, notFound, notFound}},
	{"passkey.list", "", empty, [5]plausch.Code{signIn, ok, ok, ok, ok}},
	{"passkey.delete", "of nobody", func(*world) protocol.Body { return &protocol.PasskeyDelete{ID: "AQ"} },
		[5]plausch.Code{signIn, notFound, notFound, notFound, notFound}},
	{"bot.create", "", func(*world) protocol.Body { return &protocol.BotCreate{Name: "robot"} },
		[5]plausch.Code{signIn, forbidden, forbidden, ok, ok}},
	{"audit.list", "", func(*world) protocol.Body { return &protocol.AuditList{} },
		[5]plausch.Code{signIn, forbidden, forbidden, forbidden, ok}},
}

func named(name string) func(*world) protocol.Body {
	return func(*world) protocol.Body { return &protocol.AccountName{Name: name} }
}

func TestAccountPermissions(t *testing.T) {
	for _, row := range accountMatrix {
		t.Run(row.method+" "+row.what, func(t *testing.T) {
			t.Parallel()
			for i, who := range kinds {
				w := newWorld(t)
				if _, err := w.call(who, row.method, row.params(w)); plausch.CodeOf(err) != row.want[i] {
					t.Errorf("%s gets %q (%v), want %q", who, plausch.CodeOf(err), err, row.want[i])
				}
				w.close()
			}
		})
	}
}

// TestWhoWasShutOutIsShutOut ends sign-ins in every way there is, and calls on.
func TestWhoWasShutOutIsShutOut(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"deactivated": func(w *world) { w.must("admin", protocol.MethodAccountDeactivate, &protocol.AccountName{Name: "anna"}) },
		"deleted":     func(w *world) { w.must("admin", protocol.MethodAccountDelete, &protocol.AccountDelete{Name: "anna"}) },
		"its device revoked": func(w *world) {
			devices := w.must("anna", protocol.MethodDeviceList, &protocol.Empty{}).(*protocol.Devices).Devices
			if len(devices) != 1 || !devices[0].Here {
				w.t.Fatalf("anna's devices are %+v, want the one that is here", devices)
			}
			w.must("anna", protocol.MethodDeviceRevoke, &protocol.DeviceRevoke{ID: devices[0].ID})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.caller("anna")
			end(w)
			if code := plausch.CodeOf(<-w.ended["anna"]); code != plausch.SignInFailed {
				t.Errorf("its connection is told %q, want %q", code, plausch.SignInFailed)
			}
			for _, m := range []string{protocol.MethodRoomList, protocol.MethodSubscribe, protocol.MethodSignOut} {
				if _, err := w.call("anna", m, &protocol.Empty{}); plausch.CodeOf(err) != plausch.SignInNeeded {
					t.Errorf("%s gets %v, want %q", m, err, plausch.SignInNeeded)
				}
			}
			if _, err := w.call("anna", protocol.MethodSignIn, &protocol.SignIn{Name: "other"}); plausch.CodeOf(err) != plausch.Invalid {
				t.Errorf("the connection signs in as another: %v", err)
			}
		})
	}
}

func TestAChangedRoleCountsAtOnce(t *testing.T) {
	w := newWorld(t)
	may := func() bool {
		_, err := w.call("anna", protocol.MethodAccountList, &protocol.AccountList{})
		return err == nil
	}
	for _, role := range []string{"admin", "member", "owner"} {
		w.must("owner", protocol.MethodAccountRole, &protocol.AccountRole{Name: "anna", Role: role})
		if may() != (role != "member") {
			t.Errorf("as %s anna may list accounts: %v", role, may())
		}
	}
	audit := w.must("anna", protocol.MethodAuditList, &protocol.AuditList{}).(*protocol.Audit).Entries
	roles := []string{}
	for _, e := range audit {
		if e.Action == string(plausch.AuditWebhook) { // the world has one
			continue
		}
		roles = append(roles, e.Detail)
		if e.Actor.Name != "owner" || e.Account.Name != "anna" || e.Action != "role" {
			t.Errorf("the audit log has %+v", e)
		}
	}
	if want := []string{"owner", "member", "admin"}; !slices.Equal(roles, want) {
		t.Errorf("the audit log has %v, want %v", roles, want)
	}
}
