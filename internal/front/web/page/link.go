package page

import (
	"net/http"

	"plausch/internal/link"
)

// sharedLink is the data of the page that shows a link once.
type sharedLink struct {
	What, Whom string
	URL        string
	Expires    int64
	Back       string
	// ForOthers is whether the link is of use on another machine; Todo is the advice
	// if it is not.
	ForOthers bool
	Todo      string
}

// linkTo returns the data of a link to a page, with a code. Its base is the
// host's setting, or else the address that the browser came by, if others can use that.
func (q *request) linkTo(page, code string) sharedLink {
	base := q.linkBase()
	return sharedLink{URL: base.To(page, code), ForOthers: base.ForOthers(), Todo: base.Todo}
}

// linkBase returns the base of links to this server for this visitor: see [request.linkTo].
func (q *request) linkBase() link.Base {
	base, came := q.server.opts.Links, link.At(q.arrival.Encrypted, q.arrival.Host)
	if base.Scope != link.Anywhere && (came.ForOthers() || !base.ForOthers()) {
		todo := base.Todo
		if base = came; !base.ForOthers() && todo != "" {
			base.Todo = todo
		}
	}
	return base
}

// drawnLink is a link as the web client shows it.
type drawnLink struct {
	URL  string `json:"url"`
	Size int    `json:"size,omitzero"` // of the QR code, with its margin; absent if the link is of no use on another machine
	Path string `json:"path,omitzero"` // of an SVG, one unit a module
	Todo string `json:"todo,omitzero"` // advice if it is of no use there
}

// inviteLink answers with the link, and its QR code, of the code of an invite that the client has made.
func (q *request) inviteLink() error {
	var p struct {
		Code string `json:"code"`
	}
	if err := q.decode(&p); err != nil {
		return err
	}
	made := q.linkTo(link.Invite, p.Code)
	drawn := drawnLink{URL: made.URL, Todo: made.Todo}
	if made.ForOthers {
		c, err := qrPath(made.URL)
		if err != nil {
			return err
		}
		drawn.Size, drawn.Path = c.Size, c.Path
	}
	return q.answer(http.StatusOK, drawn)
}
