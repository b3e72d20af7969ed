package page_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
)

var linkInPage = `value="([^"]*/(?:invite|reset)#[^"]*)"`

// TestALinkThatDoesNotWorkSaysSoBeforeTheForm for all kinds of links.
func TestALinkThatDoesNotWorkSaysSoBeforeTheForm(t *testing.T) {
	s := newSite(t)
	first, err := s.admin.CreateClaim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.admin.CreateClaim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`name="(password|server|name)"`)
	works := func(page, code string, texts ...string) {
		t.Helper()
		s.visitor().post("/"+page+"/code", "code", code).expect(http.StatusOK, "/"+page+"/code", append(texts, `name="password"`)...)
	}
	fails := func(page, code, text string) {
		t.Helper()
		a := s.visitor().post("/"+page+"/code", "code", code).expect(http.StatusNotFound, "/"+page+"/code", "does not work", text)
		if field := asked.FindString(a.body); field != "" {
			t.Errorf("%s asks for %s all the same", page, field)
		}
	}
	works("claim", second.Text(), `name="server"`)
	works("claim", second.Text()) // to look is not to use
	fails("claim", first.Text(), "plausch claim")
	fails("claim", "rubbish", "plausch claim")
	owner := s.visitor()
	owner.post("/claim", "code", second.Text(), "server", "The Millers", "name", "olga", "password", password).expect(http.StatusOK, "/")
	fails("claim", second.Text(), "already has an owner")

	invite := func(role string) string {
		return owner.post("/admin/invites", "uses", "1", "days", "3", "role", role).expect(http.StatusOK, "/admin/invites").find(linkInPage)
	}
	used := invite("member")
	works("invite", used, "Join The Millers")
	if a := s.visitor().post("/invite/code", "code", used); strings.Contains(a.body, "leave it empty") {
		t.Error("a member may leave the password empty")
	}
	s.visitor().post("/invite", "code", used, "name", "bob", "password", password).expect(http.StatusOK, "/")
	fails("invite", used, "ask for a new one")
	revoked := invite("guest")
	works("invite", revoked, "you can leave it empty")
	owner.post("/admin/invites/revoke", "id", owner.get("/admin/invites").find(`name="id" value="(\d+)"`), "sure", "yes")
	fails("invite", revoked, "ask for a new one")
	// Who has signed in can let somebody else join.
	owner.post("/invite/code", "code", invite("member")).expect(http.StatusOK, "/invite/code", `name="password"`)

	reset := func() string {
		return owner.post("/admin/accounts/reset", "name", "bob").expect(http.StatusOK, "/admin/accounts/reset").find(linkInPage)
	}
	replaced, used := reset(), reset()
	fails("reset", replaced, "ask an admin")
	works("reset", used, "bob")
	s.visitor().post("/reset", "code", used, "password", "another good one").expect(http.StatusOK, "/")
	fails("reset", used, "ask an admin")
}

// TestACodeThatWasUsedMeanwhileLeavesNoForm to be filled in once more.
func TestACodeThatWasUsedMeanwhileLeavesNoForm(t *testing.T) {
	s := claimed(t)
	_, code, err := s.admin.CreateInvite(t.Context(), core.InviteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bob := s.visitor()
	bob.post("/invite/code", "code", code.Text()).expect(http.StatusOK, "/invite/code")
	s.visitor().post("/invite", "code", code.Text(), "name", "eve", "password", password).expect(http.StatusOK, "/")
	a := bob.post("/invite", "code", code.Text(), "name", "bob", "password", password).expect(http.StatusNotFound, "/invite", "ask for a new one", `name="code"`)
	if strings.Contains(a.body, `name="password"`) || strings.Contains(a.body, code.Text()) {
		t.Error("the form is there once more")
	}
}

func TestGuessingCodesIsSlowedDown(t *testing.T) {
	v := claimed(t).visitor()
	var last *answer
	for range 2000 { // all addresses of the home network have this many tries together
		if last = v.post("/invite/code", "code", "AAAA-BBBB"); last.status != http.StatusNotFound {
			break
		}
	}
	last.expect(http.StatusTooManyRequests, "/invite/code", "too many attempts")
}

// TestWhoJoinedByWhichInvite stands in the audit log.
func TestWhoJoinedByWhichInvite(t *testing.T) {
	s := claimed(t)
	s.account("anna", plausch.RoleAdmin)
	link := s.as("anna").post("/admin/invites", "uses", "1", "days", "3", "role", "member").expect(http.StatusOK, "/admin/invites").find(linkInPage)
	s.visitor().post("/invite", "code", link, "name", "bob", "password", password).expect(http.StatusOK, "/")
	s.as("olga").get("/admin/audit").expect(http.StatusOK, "/admin/audit", "<strong>join</strong> bob: invite 1", "<strong>invite</strong>: invite 1")
}
