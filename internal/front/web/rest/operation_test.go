package rest_test

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // of avatars
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"plausch"
)

// TestEveryOperation does all that there is, and holds each answer to the document.
func TestEveryOperation(t *testing.T) {
	w := newWorld(t)
	admin := w.account("admin", plausch.RoleAdmin)
	bob := w.account("bob", plausch.RoleMember)

	w.call("", "GET", "/api/", "").want(200).has("Bearer", "/api/rooms/{room}/stream")
	w.call("", "GET", "/api/openapi.json", "").want(200).has(`"openapi": "3.1.0"`)
	ann := w.call("", "POST", "/api/sign_in", `{"name":"Ann"}`).want(201).read("token")
	w.call(ann, "GET", "/api/me", "").want(200).has(`"name":"ann"`, `"display":"Ann"`, `"role":"guest"`)
	w.call(ann, "PATCH", "/api/me", `{"display":"Ann B."}`).want(200).has(`"display":"Ann B."`)
	w.call(ann, "GET", "/api/presence", "").want(200).has(`"presence":[]`)

	w.call(admin, "POST", "/api/rooms", `{"name":"attic"}`).want(201).has(`"name":"attic"`, `"joined":true`)
	den := w.call(admin, "POST", "/api/rooms", `{"name":"den","kind":"private"}`).want(201).read("id")
	w.call(ann, "GET", "/api/rooms", "").want(200).has(`"public"`, `"more":false`)
	w.call(ann, "GET", "/api/rooms?public=true&limit=1", "").want(200).has(`"more":true`)
	w.call(ann, "GET", "/api/rooms/Attic", "").want(200).has(`"kind":"public"`)
	w.call(ann, "POST", "/api/rooms/attic/join", "").want(200).has(`"joined":true`)
	w.call(ann, "GET", "/api/rooms/attic/members", "").want(200).has(`"ann"`, `"admin"`, `"offline"`)
	w.call(ann, "POST", "/api/rooms/attic/leave", "").want(204)
	w.call(admin, "POST", "/api/rooms/"+den+"/members", `{"name":"bob"}`).want(204)
	w.call(admin, "DELETE", "/api/rooms/den/members/bob", "").want(204)

	w.call(ann, "POST", "/api/rooms/public/messages", "hello\r\nyou\n").want(201).has(`"room":1,"seq":1`)
	w.call(ann, "POST", "/api/rooms/1/messages", `{"text":"2 \u00e4","client_id":"c-2"}`).want(201).has(`"seq":2`)
	w.call(bob, "GET", "/api/rooms/public/messages?after=0", "").want(200).has(`"text":"hello\nyou"`, `"text":"2 ä"`, `"client_id":"c-2"`)
	w.call(bob, "GET", "/api/rooms/public/messages?before=2", "").want(200).has(`"seq":1`, `"more":false`)
	direct := w.call(ann, "POST", "/api/accounts/bob/messages", "psst").want(201).read("room")
	w.call(bob, "GET", "/api/rooms/"+direct, "").want(200).has(`"direct"`, `"peer":{"id":3,"name":"ann"`)
	w.call(bob, "GET", "/api/rooms/"+direct+"/messages", "").want(200).has(`"text":"psst"`, `"join"`)

	answer := w.call(bob, "POST", "/api/rooms/public/messages", `{"text":"@ann yes","target":1}`).want(201).read("seq")
	w.call(ann, "PATCH", "/api/rooms/public/messages/1", "hallo\nyou", "Content-Type", "text/plain").want(200).has(`"seq":4`)
	w.call(ann, "PATCH", "/api/rooms/public/messages/1", `{"text":"hallo"}`, "Idempotency-Key", "e-1").want(200).has(`"seq":5`)
	w.call(ann, "PATCH", "/api/rooms/public/messages/1", `{"text":"hallo"}`, "Idempotency-Key", "e-1").want(200).has(`"seq":5`)
	w.call(bob, "PATCH", "/api/rooms/public/messages/1", "mine").want(403)
	w.call(bob, "PUT", "/api/rooms/public/messages/1/reactions/👍", "").want(200).has(`"seq":6`)
	w.call(bob, "PUT", "/api/rooms/public/messages/1/reactions/%F0%9F%91%8D", "").want(200).has(`"seq":0`)
	w.call(bob, "PUT", "/api/rooms/public/messages/1/reactions/no", "").want(400)
	w.call(admin, "PUT", "/api/rooms/public/messages/"+answer+"/pin", "").want(200)
	w.call(bob, "PUT", "/api/rooms/public/messages/"+answer+"/pin", "").want(403)
	w.call(bob, "GET", "/api/rooms/public/messages/1", "").want(200).has(`"text":"hallo"`, `"edited":5`, `"emoji":"👍","count":1,"mine":true`)
	w.call(ann, "GET", "/api/rooms/public/timeline?around=1&limit=2", "").want(200).has(`"text":"hallo"`, `"as_of":7`, `"newer":true`, `"older":false`)
	w.call(ann, "GET", "/api/rooms/public/timeline", "").want(200).has(`"quote":{"seq":1,`, `"pinned":7`, `"mentions":[3]`)
	w.call(ann, "GET", "/api/rooms/public/timeline?around=1&before=2", "").want(400)
	w.call(ann, "GET", "/api/search?q=HALLO&zone=120&limit=5", "").want(200).has(`"text":"hallo"`, `"ranges":[[0,5]]`, `"edited":5`, `"partial":false`, `"after":{"seq":2,`)
	w.call(ann, "GET", "/api/search?q=psst+in:@bob&room="+direct, "").want(200).has(`"text":"psst"`)
	w.call(admin, "GET", "/api/search?q=psst", "").want(200).has(`"hits":[]`)
	w.call(ann, "GET", "/api/search", "").want(400).has("say what to look for")
	w.call(ann, "GET", "/api/search?q=x+has:cake", "").want(400).has("has:picture")
	w.call(admin, "GET", "/api/search?q=psst&room="+direct, "").want(404)
	w.call(bob, "DELETE", "/api/rooms/public/messages/1/reactions/👍", "").want(200).has(`"seq":8`)
	w.call(admin, "DELETE", "/api/rooms/public/messages/"+answer+"/pin", "").want(200)
	w.call(ann, "DELETE", "/api/rooms/public/messages/"+answer, "").want(403)
	w.call(bob, "DELETE", "/api/rooms/public/messages/"+answer, "").want(200)
	w.call(bob, "GET", "/api/rooms/public/messages/"+answer, "").want(200).has(`"deleted":10`)
	w.call(bob, "GET", "/api/rooms/public/messages/4", "").want(404)
	w.call(bob, "GET", "/api/rooms/public/messages/x", "").want(404)

	w.call(ann, "GET", "/api/rooms/public/messages/1/versions", "").want(200).has(`"text":"hallo"`, `"text":"hello\nyou"`, `"more":false`)
	w.call(bob, "GET", "/api/rooms/public/messages/1/versions", "").want(403)
	w.call(bob, "PUT", "/api/rooms/public/messages/1/hidden", "").want(200).has(`"hidden":true`)
	w.call(bob, "PUT", "/api/rooms/public/messages/1/saved", "").want(200).has(`"hidden":true,"saved":true`)
	w.call(bob, "GET", "/api/rooms/public/messages/1", "").want(200).has(`"hidden":true,"saved":true`)
	w.call(bob, "GET", "/api/saved", "").want(200).has(`"text":"hallo"`, `"room":1`, `"more":false`)
	w.call(bob, "DELETE", "/api/rooms/public/messages/1/hidden", "").want(200)
	w.call(bob, "DELETE", "/api/rooms/public/messages/1/saved", "").want(200)
	w.call(bob, "GET", "/api/saved", "").want(200).has(`"messages":[]`)
	report := w.call(bob, "POST", "/api/rooms/public/messages/1/reports", `{"reason":"rude"}`).want(201).read("id")
	w.call(bob, "POST", "/api/rooms/public/messages/1/reports", `{"reason":""}`).want(400)
	w.call(bob, "GET", "/api/reports", "").want(200).has(`"reports":[]`)
	w.call(admin, "GET", "/api/reports", "").want(200).has(`"reason":"rude"`, `"text":"hallo"`)
	w.call(admin, "POST", "/api/reports/"+report+"/close", "").want(204)
	w.call(admin, "POST", "/api/reports/x/close", "").want(404)
	w.call(admin, "GET", "/api/reports?closed=true", "").want(200).has(`"closer":{`)
	w.call(admin, "GET", "/api/reports?closed=maybe", "").want(400)

	w.call(ann, "PUT", "/api/blocks/bob", "").want(200).has(`"name":"bob"`, `"blocked":true`)
	w.call(ann, "GET", "/api/blocks", "").want(200).has(`"name":"bob"`, `"more":false`)
	w.call(bob, "POST", "/api/accounts/ann/messages", "psst").want(403)
	w.call(ann, "DELETE", "/api/blocks/bob", "").want(200)
	w.call(ann, "GET", "/api/blocks", "").want(200).has(`"accounts":[]`)

	w.call(ann, "PUT", "/api/me/status", `{"text":"busy","emoji":"🏗️"}`).want(200).has(`"text":"busy"`)
	w.call(ann, "PUT", "/api/me/status", `{"text":"busy","until":1}`).want(400)
	w.call(ann, "GET", "/api/me", "").want(200).has(`"status":{"text":"busy","emoji":"🏗️"}`, `"seen":true`)
	w.call(bob, "GET", "/api/rooms/public/members", "").want(200).has(`"status":{"text":"busy","emoji":"🏗️"}`)
	w.call(ann, "DELETE", "/api/me/status", "").want(204)
	w.call(ann, "DELETE", "/api/me/seen", "").want(204)
	w.call(ann, "PUT", "/api/me/seen", "").want(204)

	at := fmt.Sprint(time.Now().Add(time.Hour).UnixMilli())
	later := w.call(ann, "POST", "/api/scheduled_messages", `{"at":`+at+`,"room":1,"text":"good"}`).want(201).has(`"at":` + at).read("id")
	w.call(ann, "POST", "/api/scheduled_messages", `{"at":1,"room":1,"text":"good"}`).want(400)
	w.call(ann, "PATCH", "/api/scheduled_messages/"+later, `{"text":"good morning"}`).want(200).has(`"text":"good morning"`)
	w.call(ann, "GET", "/api/scheduled_messages", "").want(200).has(`"text":"good morning"`, `"more":false`)
	w.call(bob, "DELETE", "/api/scheduled_messages/"+later, "").want(404)
	w.call(ann, "DELETE", "/api/scheduled_messages/"+later, "").want(204)
	w.call(ann, "DELETE", "/api/scheduled_messages/x", "").want(404)
	reminder := w.call(ann, "PUT", "/api/rooms/public/messages/1/reminder", `{"at":`+at+`}`).want(200).has(`"text":"hallo"`).read("id")
	w.call(ann, "GET", "/api/reminders", "").want(200).has(`"at":`+at, `"more":false`)
	w.call(ann, "DELETE", "/api/reminders/"+reminder, "").want(204)
	w.call(ann, "GET", "/api/reminders", "").want(200).has(`"reminders":[]`)

	file := w.call(ann, "POST", "/api/attachments?name=note.txt", "a note", "Content-Type", "text/plain").want(201).has(`"size":6`).read("id")
	w.call(ann, "POST", "/api/rooms/public/messages", `{"attachments":["`+file+`"]}`).want(201)
	w.call(bob, "GET", "/api/attachments/"+file, "").want(200).has("a note")
	w.call(bob, "GET", "/api/attachments/"+file, "", "Range", "bytes=2-").want(206).has("note")
	w.call(bob, "GET", "/api/attachments/"+file, "", "If-None-Match", `"`+file+`"`).want(304)

	tryUploads(w, ann)
	link := w.core.FileLink(3, file) // of ann
	w.call("", "GET", "/api/files/"+link, "").want(200).has("a note")
	w.call("", "GET", "/api/files/"+link, "", "Range", "bytes=2-").want(206).has("note")
	w.call("", "GET", "/api/files/"+link[:len(link)-2], "").want(404)

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	w.call(bob, "PUT", "/api/me/avatar", picture.String(), "Content-Type", "image/png").want(200).has(`"avatar":"`)
	shown := w.call(ann, "GET", "/api/accounts/bob/avatar", "").want(200)
	if size, _, err := image.DecodeConfig(strings.NewReader(shown.body)); err != nil || size.Width != 200 || size.Height != 200 {
		t.Errorf("the picture is %+v, %v", size, err)
	}
	w.call(ann, "GET", "/api/accounts/bob/avatar", "", "If-None-Match", shown.header.Get("ETag")).want(304)
	file = w.call(admin, "POST", "/api/attachments?name=dot.png", picture.String()).want(201).read("id")
	w.setRoomPicture("attic", file)
	small := w.call(admin, "GET", "/api/attachments/"+file+"/thumbnail", "").want(200)
	w.call(admin, "GET", "/api/attachments/"+file+"/thumbnail?size=small", "", "If-None-Match", small.header.Get("ETag")).want(304)
	w.call(admin, "GET", "/api/attachments/"+file+"/thumbnail?size=large", "").want(200)
	w.call(admin, "GET", "/api/attachments/"+file+"/thumbnail?size=huge", "").want(400)
	w.call(ann, "GET", "/api/attachments/"+file+"/thumbnail", "").want(404)
	w.call(admin, "POST", "/api/attachments?name=x&duration=soon", "x").want(400)
	if size, format, err := image.DecodeConfig(strings.NewReader(small.body)); err != nil || "image/"+format != small.header.Get("Content-Type") || size.Width != 300 {
		t.Errorf("the thumbnail is %+v, %s, %v", size, format, err)
	}
	shown = w.call(ann, "GET", "/api/rooms/attic/picture", "").want(200)
	w.call(ann, "GET", "/api/rooms/attic/picture", "", "If-None-Match", shown.header.Get("ETag")).want(304)
	w.call(ann, "GET", "/api/rooms/den/picture", "").want(404)
	w.call(bob, "PUT", "/api/me/avatar", "no picture").want(400)
	w.call(bob, "DELETE", "/api/me/avatar", "").want(200)
	w.call(ann, "GET", "/api/accounts/bob/avatar", "").want(404)

	hook := w.call(admin, "POST", "/api/rooms/attic/webhooks", `{"name":"Grafana"}`).want(201)
	w.call(admin, "GET", "/api/rooms/attic/webhooks", "").want(200).has(`"name":"grafana","display":"Grafana"`)
	w.call("", "POST", hook.read("path"), `{"text":"it burns"}`).want(200)
	w.call(admin, "GET", "/api/rooms/attic/messages", "").want(200).has(`"text":"it burns"`, `"name":"grafana"`)
	w.call(admin, "DELETE", "/api/webhooks/"+hook.read("webhook", "id"), "").want(204)

	out := w.call(admin, "POST", "/api/rooms/attic/outgoing_webhooks", `{"url":"https://ci.example.org/in?key=1"}`).want(201).has(`"secret":"whsec_`)
	w.call(admin, "GET", "/api/rooms/attic/outgoing_webhooks", "").want(200).has(`"url":"https://ci.example.org/in?key=1"`)
	w.call(admin, "DELETE", "/api/outgoing_webhooks/"+out.read("webhook", "id"), "").want(204)
	w.call(admin, "DELETE", "/api/outgoing_webhooks/x", "").want(404)

	w.call(admin, "GET", "/api/push_key", "").want(200).has(`"key":"key"`)
	push := w.call(admin, "POST", "/api/pushes", `{"kind":"webhook","endpoint":"https://home.example.org/in","text":true}`).want(201).has(`"secret":"whsec_`)
	w.call(admin, "GET", "/api/pushes", "").want(200).has(`"endpoint":"https://home.example.org/in"`)
	w.call(admin, "DELETE", "/api/pushes/"+push.read("subscription", "id"), "").want(204)
	w.call(admin, "DELETE", "/api/pushes/x", "").want(404)

	lines := w.stream(ann, "public", "?since=1")
	if e := lines.event(); e.Seq != 2 || e.Text != "2 ä" {
		t.Errorf("the stream begins with %+v", e)
	}
	w.call(ann, "POST", "/api/sign_out", "").want(204)
	w.call(ann, "GET", "/api/me", "").want(401).has(`"sign_in_failed"`)

	for _, operation := range w.spec.operations() {
		method, path, _ := strings.Cut(operation, " ")
		done := w.spec.seen[operation+" 200"] || w.spec.seen[operation+" 201"] || w.spec.seen[operation+" 204"]
		if !done && path != "/api/rooms/{room}/stream" {
			t.Errorf("%s %s was not tried", method, path)
		}
	}
}

// TestErrors tells each mistake in its way.
func TestErrors(t *testing.T) {
	w := newWorld(t)
	admin, ann := w.account("admin", plausch.RoleAdmin), w.account("ann", plausch.RoleMember)
	w.call(admin, "POST", "/api/rooms", `{"name":"attic"}`).want(201)
	w.call(admin, "POST", "/api/rooms", `{"name":"den","kind":"private"}`).want(201)
	long := strings.Repeat("x", plausch.MaxText+1)
	for _, tt := range []struct {
		name                      string
		token, method, path, body string
		headers                   []string
		status                    int
		code                      plausch.Code
		says                      string
	}{
		{"no token", "", "GET", "/api/me", "", nil, 401, plausch.SignInNeeded, "Authorization: Bearer"},
		{"a token that is none", "x", "GET", "/api/me", "", nil, 401, plausch.SignInFailed, "does not work"},
		{"another scheme", "", "GET", "/api/me", "", []string{"Authorization", "Basic YTpi"}, 401, plausch.SignInFailed, "Bearer"},
		{"a token in the address", ann, "GET", "/api/me?token=x", "", nil, 400, plausch.Invalid, "header"},
		{"a token under another name", "", "GET", "/api/me?t=" + ann, "", nil, 400, plausch.Invalid, "make a new one"},
		{"no such address", ann, "GET", "/api/nothing", "", nil, 404, plausch.NotFound, "/api/"},
		{"no such method", ann, "PUT", "/api/me", "", nil, 405, plausch.Unsupported, "GET and PATCH"},
		{"no such parameter", ann, "GET", "/api/rooms?limt=1", "", nil, 400, plausch.Invalid, "limt"},
		{"a parameter that is no number", ann, "GET", "/api/rooms?limit=many", "", nil, 400, plausch.Invalid, "many"},
		{"a room that is not there", ann, "GET", "/api/rooms/nowhere", "", nil, 404, plausch.NotFound, "room"},
		{"a room that is not there, by id", ann, "GET", "/api/rooms/99/messages", "", nil, 404, plausch.NotFound, "room"},
		{"an id that is too large", ann, "GET", "/api/rooms/99999999999999999999", "", nil, 404, plausch.NotFound, "room"},
		{"a private room of others", ann, "POST", "/api/rooms/den/messages", "hi", nil, 404, plausch.NotFound, "room"},
		{"a public room of others", ann, "POST", "/api/rooms/attic/messages", "hi", nil, 403, plausch.Forbidden, "join it first"},
		{"a stream of a public room of others", ann, "GET", "/api/rooms/attic/stream", "", nil, 403, plausch.Forbidden, "join it first"},
		{"a name that is taken", ann, "POST", "/api/rooms", `{"name":"attic"}`, nil, 409, plausch.Taken, "attic"},
		{"a text that is too long", ann, "POST", "/api/rooms/1/messages", long, nil, 413, plausch.TooLarge, "16384"},
		{"a body that is too long", ann, "POST", "/api/rooms/1/messages", strings.Repeat(long, 5), nil, 413, plausch.TooLarge, "65536"},
		{"no text", ann, "POST", "/api/rooms/1/messages", "", nil, 400, plausch.Invalid, "empty"},
		{"a slip of the pen", ann, "POST", "/api/rooms/1/messages", `{"txt":"hi"}`, nil, 400, plausch.Invalid, "txt"},
		{"the same key twice", ann, "POST", "/api/rooms/1/messages", `{"text":"hi","text":"ho"}`, nil, 400, plausch.Invalid, "text"},
		{"JSON that is none", ann, "POST", "/api/rooms/1/messages", `{"text"`, nil, 400, plausch.Invalid, "body"},
		{"two ids", ann, "POST", "/api/rooms/1/messages", `{"text":"hi","client_id":"a"}`, []string{"Idempotency-Key", "b"}, 400, plausch.Invalid, "Idempotency-Key"},
		{"an id with a space", ann, "POST", "/api/rooms/1/messages", `hi`, []string{"Idempotency-Key", "a b"}, 400, plausch.Invalid, "client id"},
		{"a form with parts", ann, "POST", "/api/rooms/1/messages", "--x", []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, plausch.Invalid, "/api/attachments"},
		{"another charset", ann, "POST", "/api/rooms/1/messages", "hi", []string{"Content-Type", "text/plain; charset=latin1"}, 415, plausch.Invalid, "UTF-8"},
		{"no JSON where it is needed", ann, "POST", "/api/rooms", "name=x", nil, 415, plausch.Invalid, "JSON"},
		{"a seq that is negative", ann, "GET", "/api/rooms/1/stream?since=-1", "", nil, 400, plausch.Invalid, "since"},
		{"an event id that is none", ann, "GET", "/api/rooms/1/stream", "", []string{"Last-Event-ID", "x"}, 400, plausch.Invalid, "Last-Event-ID"},
		{"a file that is not there", ann, "GET", "/api/attachments/X", "", nil, 404, plausch.NotFound, "file"},
		{"a file that is too large", ann, "POST", "/api/attachments?name=x", strings.Repeat("x", 1<<20+1), nil, 413, plausch.TooLarge, "larger"},
		{"somebody else's webhooks", ann, "POST", "/api/rooms/1/webhooks", `{"name":"x"}`, nil, 403, plausch.Forbidden, "run the room"},
		{"a webhook that is not there", ann, "DELETE", "/api/webhooks/7", "", nil, 404, plausch.NotFound, "webhook"},
		{"an address within", ann, "POST", "/api/pushes", `{"kind":"webhook","endpoint":"https://127.0.0.1/"}`, nil, 400, plausch.Invalid, "Internet"},
		{"a way that is not there", ann, "POST", "/api/pushes", `{"kind":"fax","endpoint":"https://fax.example.org/"}`, nil, 400, plausch.Invalid, "webpush, ntfy or webhook"},
		{"nobody of that name", ann, "POST", "/api/accounts/nobody/messages", "hi", nil, 404, plausch.NotFound, "nobody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.t = t
			a := w.call(tt.token, tt.method, tt.path, tt.body, tt.headers...).want(tt.status)
			if got := a.read("error", "code"); got != string(tt.code) {
				t.Errorf("the code is %q, want %q", got, tt.code)
			}
			if message := a.read("error", "message"); !strings.Contains(message, tt.says) {
				t.Errorf("%q does not say %q", message, tt.says)
			}
			if asks := a.header.Get("WWW-Authenticate") != ""; asks != (tt.status == http.StatusUnauthorized) {
				t.Errorf("WWW-Authenticate is %q", a.header.Get("WWW-Authenticate"))
			}
			if tt.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != "GET, PATCH" {
				t.Errorf("Allow is %q", a.header.Get("Allow"))
			}
		})
	}
	w.t = t
	if h := w.call(ann, "GET", "/api/rooms/1/messages", "").want(200); !strings.Contains(h.body, `"events":[]`) {
		t.Errorf("something was sent: %s", h.body)
	}
	for _, secret := range []string{ann, admin} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("a token was logged:\n%s", w.log)
		}
	}
}
