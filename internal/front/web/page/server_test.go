package page_test

import (
	"net/http"
	"testing"

	"plausch"
	"plausch/internal/config"
)

// Admins see when the last backup was made, and where links lead; others do not.
func TestServerPage(t *testing.T) {
	s := claimed(t, func(c *config.Config) { c.PublicURL = "https://chat.example.org" })
	s.account("bob", plausch.RoleMember)
	s.as("olga").get("/admin/server").expect(http.StatusOK, "/admin/server", "Plausch "+plausch.Version, "Last backup", "never", "https://chat.example.org")
	s.as("bob").get("/admin/server").expect(http.StatusForbidden, "/admin/server", "for admins")
	s.as("bob").post("/admin/server/name", "server", "Bobs").expect(http.StatusForbidden, "/admin/server/name", "admin")
	s.as("olga").post("/admin/server/name", "server", " ").expect(http.StatusBadRequest, "/admin/server/name", "needs a name")
	s.as("olga").post("/admin/server/name", "server", " The  Millers ").
		expect(http.StatusOK, "/admin/server", "The server has its new name.", `class="brand" href="/">The Millers<`)
	s.visitor().get("/invite").expect(http.StatusOK, "/invite", "Join The Millers")
}
