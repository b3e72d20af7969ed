package page_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"plausch"
)

// TestPicturesAndFilesByTheCookie: elements of the web client get what their account may read, in parts, too, as the API
// gives it. Somebody else gets 404, and nobody 401; what is uploaded comes from a page of this server.
func TestPicturesAndFilesByTheCookie(t *testing.T) {
	s := claimed(t)
	s.account("mia", plausch.RoleMember)
	olga, mia, nobody := s.as("olga"), s.as("mia"), s.visitor()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 600, 300))); err != nil {
		t.Fatal(err)
	}
	upload := func(v *visitor, method, path, origin string) *answer {
		r := v.request(method, path, picture.String())
		r.Header.Set("Content-Type", "application/octet-stream")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		return v.do(r)
	}
	const files = "/media/attachments"
	for _, origin := range []string{"", "https://elsewhere.example"} {
		upload(olga, http.MethodPost, files+"?name=a.png", origin).expect(http.StatusForbidden, files, "another site")
		upload(olga, http.MethodPut, "/media/me/avatar", origin).expect(http.StatusForbidden, "/media/me/avatar")
		upload(olga, http.MethodDelete, "/media/me/avatar", origin).expect(http.StatusForbidden, "/media/me/avatar")
	}
	upload(nobody, http.MethodPost, files+"?name=a.png", s.origin).expect(http.StatusUnauthorized, files)
	file := files + "/" + upload(olga, http.MethodPost, files+"?name=a.png", s.origin).expect(http.StatusCreated, files).find(`"id":"([A-Z0-9]+)"`)

	a := olga.get(file).expect(http.StatusOK, file)
	if a.body != picture.String() {
		t.Errorf("the file has %d bytes, want %d", len(a.body), picture.Len())
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-cache", "Referrer-Policy": "same-origin",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	part := olga.request(http.MethodGet, file, "")
	part.Header.Set("Range", "bytes=1-3")
	if got := olga.do(part).expect(http.StatusPartialContent, file).body; got != "PNG" {
		t.Errorf("the part is %q", got)
	}
	small := olga.get(file+"/thumbnail?size=small").expect(http.StatusOK, file+"/thumbnail")
	if c, _, err := image.DecodeConfig(strings.NewReader(small.body)); err != nil || c.Width != 400 {
		t.Errorf("the thumbnail is %d pixels wide, %v", c.Width, err)
	}
	upload(olga, http.MethodPut, "/media/me/avatar", s.origin).expect(http.StatusOK, "/media/me/avatar")
	const avatar, room = "/media/accounts/olga/avatar", "/media/rooms/public/picture"
	mia.get(avatar).expect(http.StatusOK, avatar)
	mia.get(room).expect(http.StatusNotFound, room) // it has none
	mia.get("/media/limit").expect(http.StatusOK, "/media/limit", `{"size":`)

	for _, path := range []string{file, file + "/thumbnail"} {
		mia.get(path).expect(http.StatusNotFound, path) // it is not sent
	}
	for _, path := range []string{file, file + "/thumbnail", avatar, room, "/media/limit"} {
		nobody.get(path).expect(http.StatusUnauthorized, path)
	}
	// A token in the header is for /api/, where the cookie counts nothing.
	header := nobody.request(http.MethodGet, file, "")
	header.Header.Set("Authorization", "Bearer "+olga.token())
	nobody.do(header).expect(http.StatusUnauthorized, file)
	api := strings.Replace(file, "/media/", "/api/", 1)
	olga.get(api).expect(http.StatusUnauthorized, api)
}
