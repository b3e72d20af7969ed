package rest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
)

// TestRefusedFilesAreAnswered has clients send a file that is refused, of which none
// reads before it has sent all: each gets the answer, not a reset.
func TestRefusedFilesAreAnswered(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	const size = 8 << 20 // more than the system keeps for a connection
	chunk := strings.Repeat("x", 64<<10)
	for _, tt := range []struct{ name, path, header, want string }{
		{"its length is given", "/api/attachments", fmt.Sprintf("Content-Length: %d\r\n", size), "413 larger than the 1048576 bytes"},
		{"no length is given", "/api/attachments", "Transfer-Encoding: chunked\r\n", "413 larger than the 1048576 bytes"},
		{"as a picture", "/api/me/avatar", fmt.Sprintf("Content-Length: %d\r\n", size), "413 "},
		{"by nobody", "/api/attachments", fmt.Sprintf("Authorization: Bearer none\r\nContent-Length: %d\r\n", size), "401 "},
		{"for nothing", "/api/nothing", fmt.Sprintf("Content-Length: %d\r\n", size), "404 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			method, header := "POST", tt.header
			if strings.HasSuffix(tt.path, "avatar") {
				method = "PUT"
			}
			if !strings.Contains(header, "Authorization") {
				header += "Authorization: Bearer " + ann + "\r\n"
			}
			_, err = fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, tt.path, header)
			chunked := strings.Contains(header, "chunked")
			for n := 0; n < size && err == nil; n += len(chunk) {
				if chunked {
					_, err = fmt.Fprintf(c, "%x\r\n%s\r\n", len(chunk), chunk)
				} else {
					_, err = io.WriteString(c, chunk)
				}
			}
			if err == nil && chunked {
				_, err = io.WriteString(c, "0\r\n\r\n")
			}
			if err != nil {
				t.Fatalf("the file cannot be sent to its end: %v", err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			status, part, _ := strings.Cut(tt.want, " ")
			if err != nil || !strings.HasPrefix(answer.Status, status) || !strings.Contains(string(text), part) {
				t.Errorf("the answer is %s, %s (%v), want %s", answer.Status, text, err, tt.want)
			}
		})
	}
}

// TestAnUploadHappensOnce repeats one by its key, also beside itself and as a form.
func TestAnUploadHappensOnce(t *testing.T) {
	w := newWorld(t, func(o *core.Options, _ *rest.Options) { o.MaxAccountFiles = 3_000_000 })
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	content := strings.Repeat("x", 600_000)
	ids := make([]string, 4)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			r := w.request(t.Context(), ann, "POST", "/api/attachments?name=a.txt", content, "Idempotency-Key", "k-1")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			var file struct{ ID string }
			if err := json.NewDecoder(answer.Body).Decode(&file); err != nil || answer.StatusCode != http.StatusCreated {
				t.Errorf("%s, %v", answer.Status, err)
			}
			ids[i] = file.ID
		})
	}
	all.Wait()
	for _, again := range []struct{ path, key string }{{"?name=b.txt", "k-1"}, {"?client_id=k-1", ""}, {"?client_id=k-1", "k-1"}} {
		a := w.call(ann, "POST", "/api/attachments"+again.path, content, "Idempotency-Key", again.key).want(201)
		ids = append(ids, a.has(`"name":"a.txt"`).read("id"))
	}
	form := "--XX\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\nk-1\r\n" +
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.txt\"\r\n\r\n" + content + "\r\n--XX--\r\n"
	ids = append(ids, w.call(ann, "POST", "/api/attachments", form, "Content-Type", "multipart/form-data; boundary=XX").want(201).read("id"))
	w.call(ann, "POST", "/api/rooms/public/messages", `{"attachments":["`+ids[0]+`"]}`).want(201)
	ids = append(ids, w.call(ann, "POST", "/api/attachments", "", "Idempotency-Key", "k-1").want(201).read("id"))
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("the uploads are %q, want one", ids)
		}
	}
	w.call(ann, "POST", "/api/attachments?client_id=k-2", "x", "Idempotency-Key", "k-1").want(400).has("Idempotency-Key")
	if other := w.call(bob, "POST", "/api/attachments", "y", "Idempotency-Key", "k-1").want(201).read("id"); other == ids[0] {
		t.Error("the key of one account is that of another")
	}
}
