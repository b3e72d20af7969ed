package rest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"plausch"
)

// Route is something that can be asked for. openapi.json describes each.
type Route struct {
	Method, Path string
	About        string   // a line for the index
	Query        []string // the parameters that its query may have
	Open         bool     // no token is needed
	serve        func(*request) error
}

var page = []string{"after", "limit"}

// pageBack is of lists that begin with what is newest.
var pageBack = []string{"before", "limit"}

// anyQuery is for others' programs.
var anyQuery = []string{"*"}

// routes is all that can be asked for.
var routes []Route

func init() { // the index shows the table that it is in
	routes = []Route{
		{"GET", "/api/{$}", "this page", nil, true, (*request).index},
		{"GET", "/api/openapi.json", "the same for programs: OpenAPI 3.1", nil, true, (*request).openAPI},
		{"POST", "/api/sign_in", "a token for a name and a password", nil, true, (*request).signInByName},
		{"POST", "/api/sign_out", "forgets the token that is sent with it", nil, false, (*request).signOut},
		{"GET", "/api/me", "who the token belongs to", nil, false, (*request).getMe},
		{"PATCH", "/api/me", "changes the display name", nil, false, (*request).updateMe},
		{"PUT", "/api/me/status", "says something of you for a while: text, emoji, until=MILLISECONDS", nil, false, (*request).setStatus},
		{"DELETE", "/api/me/status", "ends that", nil, false, (*request).removeStatus},
		{"PUT", "/api/me/seen", "lets others see in direct rooms up to where you have read", nil, false, (*request).showSeen},
		{"DELETE", "/api/me/seen", "ends that", nil, false, (*request).hideSeen},
		{"PUT", "/api/me/avatar", "makes the body, a picture, yours", nil, false, (*request).setAvatar},
		{"DELETE", "/api/me/avatar", "takes your picture away", nil, false, (*request).removeAvatar},
		{"GET", "/api/accounts/{name}/avatar", "the picture of somebody", nil, false, (*request).getAvatar},
		{"GET", "/api/presence", "who is online", page, false, (*request).presence},
		{"GET", "/api/search", "finds messages by q=WORDS, with from:NAME, in:ROOM, has:picture and so on", []string{"q", "room", "zone", "next", "limit"}, false, (*request).search},
		{"POST", "/api/accounts/{name}/messages", "says something to somebody alone", nil, false, (*request).sendDirect},
		{"GET", "/api/rooms", "your rooms; with public=true all public ones, too", append([]string{"public"}, page...), false, (*request).listRooms},
		{"POST", "/api/rooms", "makes a room", nil, false, (*request).createRoom},
		{"GET", "/api/rooms/{room}", "a room", nil, false, (*request).getRoom},
		{"GET", "/api/rooms/{room}/picture", "the picture of a room", nil, false, (*request).getRoomPicture},
		{"POST", "/api/rooms/{room}/join", "joins a public room", nil, false, (*request).joinRoom},
		{"POST", "/api/rooms/{room}/leave", "leaves a room", nil, false, (*request).leaveRoom},
		{"GET", "/api/rooms/{room}/members", "who is in a room", page, false, (*request).listMembers},
		{"POST", "/api/rooms/{room}/members", "brings somebody into a room", nil, false, (*request).addMember},
		{"DELETE", "/api/rooms/{room}/members/{name}", "puts somebody out of a room", nil, false, (*request).removeMember},
		{"GET", "/api/rooms/{room}/timeline", "messages as they are now: after=SEQ, before=SEQ, around=SEQ, date=MILLISECONDS, else the newest", append([]string{"before", "around", "date"}, page...), false, (*request).timeline},
		{"GET", "/api/rooms/{room}/messages/{seq}", "a message as it is now", nil, false, (*request).getMessage},
		{"PATCH", "/api/rooms/{room}/messages/{seq}", "edits a message of yours", nil, false, (*request).editMessage},
		{"DELETE", "/api/rooms/{room}/messages/{seq}", "deletes a message for everybody", nil, false, (*request).deleteMessage},
		{"PUT", "/api/rooms/{room}/messages/{seq}/reactions/{emoji}", "reacts to a message", nil, false, (*request).react},
		{"DELETE", "/api/rooms/{room}/messages/{seq}/reactions/{emoji}", "takes a reaction away", nil, false, (*request).unreact},
		{"PUT", "/api/rooms/{room}/messages/{seq}/pin", "pins a message to its room", nil, false, (*request).pinMessage},
		{"DELETE", "/api/rooms/{room}/messages/{seq}/pin", "ends that", nil, false, (*request).unpinMessage},
		{"GET", "/api/rooms/{room}/messages/{seq}/versions", "what a message said before it was changed", pageBack, false, (*request).messageVersions},
		{"PUT", "/api/rooms/{room}/messages/{seq}/hidden", "hides a message from you", nil, false, (*request).hideMessage},
		{"DELETE", "/api/rooms/{room}/messages/{seq}/hidden", "shows it again", nil, false, (*request).unhideMessage},
		{"PUT", "/api/rooms/{room}/messages/{seq}/saved", "puts a message into your list of saved ones", nil, false, (*request).saveMessage},
		{"DELETE", "/api/rooms/{room}/messages/{seq}/saved", "takes it out", nil, false, (*request).unsaveMessage},
		{"GET", "/api/saved", "the messages that you have saved", pageBack, false, (*request).listSaved},
		{"POST", "/api/rooms/{room}/messages/{seq}/reports", "reports a message to those who moderate", nil, false, (*request).addReport},
		{"GET", "/api/reports", "the reports that you moderate; with closed=true those that are closed", append([]string{"closed"}, pageBack...), false, (*request).listReports},
		{"POST", "/api/reports/{id}/close", "closes a report", nil, false, (*request).closeReport},
		{"GET", "/api/rooms/{room}/messages", "the log of a room, all that happened: after=SEQ the next, before=SEQ the ones before, else the newest", append([]string{"before", "epoch"}, page...), false, (*request).history},
		{"POST", "/api/rooms/{room}/messages", "says something in a room", nil, false, (*request).send},
		{"GET", "/api/rooms/{room}/stream", "what is said, as it is said; since=SEQ: and all since then", []string{"since", "epoch"}, false, (*request).stream},
		{"POST", "/api/attachments", "uploads the body as a file called name=…, to be sent by its id", []string{"name", "client_id", "thumbnail", "duration", "waveform"}, false, (*request).upload},
		{"OPTIONS", "/api/uploads", "what of tus 1.0, which large files are uploaded by, is spoken here", nil, false, (*request).tusOptions},
		{"POST", "/api/uploads", "begins the upload of a file in parts", nil, false, (*request).beginUpload},
		{"HEAD", "/api/uploads/{id}", "how far an upload is", nil, false, (*request).headUpload},
		{"GET", "/api/uploads/{id}", "the same as JSON, with the file when it is complete", nil, false, (*request).getUpload},
		{"PATCH", "/api/uploads/{id}", "adds bytes to an upload", nil, false, (*request).patchUpload},
		{"DELETE", "/api/uploads/{id}", "ends an upload", nil, false, (*request).deleteUpload},
		{"GET", "/api/attachments/{id}", "downloads a file", nil, false, (*request).download},
		{"GET", "/api/attachments/{id}/thumbnail", "a small picture of a file: size=small or large", []string{"size"}, false, (*request).thumbnail},
		{"GET", "/api/files/{link}", "a file, by a link that was given to somebody who may read it; it works for an hour", nil, true, (*request).fileLink},
		{"GET", "/api/rooms/{room}/webhooks", "the webhooks of a room", nil, false, (*request).listWebhooks},
		{"POST", "/api/rooms/{room}/webhooks", "makes a webhook", nil, false, (*request).createWebhook},
		{"DELETE", "/api/webhooks/{id}", "deletes a webhook", nil, false, (*request).deleteWebhook},
		{"GET", "/api/rooms/{room}/outgoing_webhooks", "where a room is posted to", nil, false, (*request).listOutgoingWebhooks},
		{"POST", "/api/rooms/{room}/outgoing_webhooks", "has what happens in a room posted to an address", nil, false, (*request).createOutgoingWebhook},
		{"DELETE", "/api/outgoing_webhooks/{id}", "ends that", nil, false, (*request).deleteOutgoingWebhook},
		{"GET", "/api/scheduled_messages", "your messages that are to be sent later", pageBack, false, (*request).listScheduledMessages},
		{"POST", "/api/scheduled_messages", "has a message sent later: at=MILLISECONDS, room=ID or to=NAME, text", nil, false, (*request).createScheduledMessage},
		{"PATCH", "/api/scheduled_messages/{id}", "changes it, or has it tried again", nil, false, (*request).updateScheduledMessage},
		{"DELETE", "/api/scheduled_messages/{id}", "forgets it", nil, false, (*request).deleteScheduledMessage},
		{"PUT", "/api/rooms/{room}/messages/{seq}/reminder", "has you reminded of a message: at=MILLISECONDS", nil, false, (*request).setReminder},
		{"GET", "/api/reminders", "your reminders", pageBack, false, (*request).listReminders},
		{"DELETE", "/api/reminders/{id}", "forgets a reminder", nil, false, (*request).deleteReminder},
		{"GET", "/api/blocks", "whom you have blocked", page, false, (*request).listBlocks},
		{"PUT", "/api/blocks/{name}", "blocks somebody", nil, false, (*request).addBlock},
		{"DELETE", "/api/blocks/{name}", "ends that", nil, false, (*request).removeBlock},
		{"GET", "/api/push_key", "the key that browsers subscribe with", nil, false, (*request).pushKey},
		{"GET", "/api/pushes", "where you are notified", nil, false, (*request).listPushes},
		{"POST", "/api/pushes", "has you notified: in a browser, by ntfy or at any address", nil, false, (*request).subscribePush},
		{"DELETE", "/api/pushes/{id}", "ends that", nil, false, (*request).unsubscribePush},
		{"POST", "/api/hooks/{token}", "posts as Slack's senders and GitHub do; needs no other token", anyQuery, true, (*request).postHook},
	}
}

// Routes returns the routes.
func Routes() []Route { return slices.Clone(routes) }

// handleUnmatched answers requests that match no route.
func (s *Server) handleUnmatched(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{"GET", "POST", "PATCH", "PUT", "DELETE"} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		s.fail(w, r, plausch.Errorf(plausch.NotFound, "there is nothing at this address; what there is stands at /api/"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.fail(w, r, &failure{http.StatusMethodNotAllowed, plausch.Errorf(plausch.Unsupported,
		"this address takes %s, not %s", strings.Join(allowed, " and "), r.Method)})
}

// index is for people.
func (q *request) index() error {
	var b strings.Builder
	b.WriteString("This is the HTTP API of Plausch, a chat. Say who you are with a token:\n\n" +
		"    curl -H 'Authorization: Bearer " + tokenPrefix + "…' -d 'hello' " + "https://THIS-HOST/api/rooms/public/messages\n\n")
	for _, route := range routes {
		fmt.Fprintf(&b, "%-6s %-40s %s\n", route.Method, strings.ReplaceAll(route.Path, "{$}", ""), route.About)
	}
	return q.text(http.StatusOK, b.String())
}
