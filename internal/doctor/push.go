package doctor

import (
	"context"

	"plausch/internal/notify"
)

// push checks whether browsers can be notified, and by which address push services
// reach the host.
type push struct {
	contact, email string // of the settings
	base           string // where links begin that work from everywhere; "" if none do
}

func (push) Name() string { return "push" }

func (c push) Run(context.Context) []Finding {
	contact, err := notify.Contact(c.contact, c.email, c.base)
	switch {
	case err == nil:
		return one(OK, "", "browsers can be notified; push services reach you at %s", contact)
	case c.contact != "" && notify.CheckBase(c.base) == nil:
		return one(Problem, "correct push_contact", "browsers are not notified (Web Push is off): %v", err)
	default: // what a server at home needs not have
		return one(OK, "", "browsers are not notified (Web Push is off): %v", err)
	}
}
