package page_test

import (
	"net/http"
	"strings"
	"testing"

	"plausch"
)

func TestWebhooksPage(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	olga, bob := s.as("olga"), s.as("bob")
	olga.get("/webhooks").expect(http.StatusOK, "/webhooks", "There are none.")
	olga.post("/webhooks", "room", "nowhere", "name", "grafana").expect(http.StatusNotFound, "/webhooks", "nowhere")
	olga.post("/webhooks", "room", " ", "name", "grafana").expect(http.StatusBadRequest, "/webhooks", "in which room")
	address := olga.post("/webhooks", "room", "#public", "name", "Grafana", "signed", "yes").
		expect(http.StatusOK, "/webhooks", "Grafana", "Secret to sign with").find(`value="([^"]*/api/hooks/plausch_[^"]*)"`)
	if !strings.HasPrefix(address, s.origin+"/api/hooks/") {
		t.Errorf("the address is %s", address)
	}
	a := olga.get("/webhooks").expect(http.StatusOK, "/webhooks", "<strong>public</strong>, as Grafana", "signed", "Made by", "olga")
	if strings.Contains(a.body, "plausch_") {
		t.Error("the list has an address")
	}
	id := a.find(`name="id" value="(\d+)"`)
	// Members see it, too, and cannot end it.
	if a := bob.get("/webhooks").expect(http.StatusOK, "/webhooks", "as Grafana"); strings.Contains(a.body, "/webhooks/delete") {
		t.Error("a member is asked whether to delete somebody else's webhook")
	}
	bob.post("/webhooks/delete", "id", id, "sure", "yes").expect(http.StatusNotFound, "/webhooks/delete", "no such webhook")
	bob.post("/webhooks", "room", "public", "name", "bot").expect(http.StatusForbidden, "/webhooks", "those who run the room")
	olga.post("/webhooks/delete", "id", id).expect(http.StatusOK, "/webhooks/delete", "Delete this webhook?")
	olga.post("/webhooks/delete", "id", id, "sure", "yes").expect(http.StatusOK, "/webhooks", "The webhook is deleted.", "There are none.")
}
