package page

import "net/http"

// question asks whether something is to be ended.
type question struct {
	Title  string
	What   string // what it is about, in words for people
	Path   string // where the answer goes
	Fields map[string]string
	Back   string // the page to go back to
}

// confirmFields are the fields of forms that end something.
var confirmFields = []string{"id", "name"}

// confirm returns a handler that asks first: it shows a page with the question,
// whose form is the same one with the field sure. It needs no script.
func confirm(title string, serve func(*request) error) func(*request) error {
	return func(q *request) error {
		if q.PostForm.Get("sure") == "yes" {
			return serve(q)
		}
		data := question{Title: title, What: q.PostForm.Get("what"), Path: q.URL.Path, Fields: map[string]string{}, Back: "/account"}
		for _, name := range confirmFields {
			if q.PostForm.Has(name) {
				data.Fields[name] = q.PostForm.Get(name)
			}
		}
		switch q.URL.Path {
		case "/admin/invites/revoke":
			data.Back = "/admin/invites"
		case "/webhooks/delete":
			data.Back = "/webhooks"
		case "/admin/accounts/deactivate":
			data.Back, data.What = "/admin/accounts", q.PostForm.Get("name")
		}
		return q.show(http.StatusOK, "confirm", data)
	}
}
