package page

import "plausch/internal/link"

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
