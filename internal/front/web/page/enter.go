package page

import (
	"net/http"
	"strings"

	"plausch"
	"plausch/internal/api"
	"plausch/protocol"
)

// enter makes this browser a device by a method whose result is that of sign_in,
// in place of any earlier sign-in, and tells it its new token.
func enter[P any](q *request, method string, params P) error {
	c := api.Caller{Remote: q.caller.Remote, Origin: q.caller.Origin, Admit: q.admitAccount}
	defer c.Close()
	if err := q.hello(&c); err != nil {
		return err
	}
	in, err := api.Ask[protocol.SignedIn](q.Context(), q.server.opts.API, &c, method, params)
	if err != nil {
		return err
	}
	q.remember(in.Token)
	if q.me.ID != 0 { // its token would stay good, and nobody would have it
		return do(q, protocol.MethodSignOut, protocol.Empty{})
	}
	return nil
}

// checkCode returns a handler for the code of a link: it shows the form that the
// link is for, if the link works, and says so otherwise.
func checkCode(form string) func(*request) error {
	return func(q *request) error {
		if form == "invite" {
			q.me = protocol.OwnAccount{} // it is somebody else who joins
		}
		good, err := q.checkCode(form)
		if err != nil {
			return q.showError(form, nil, err)
		}
		v := q.view(form)
		v.Data, v.Form["code"] = good, q.code()
		return q.render(http.StatusOK, v)
	}
}

func (q *request) checkCode(purpose string) (*protocol.CodeChecked, error) {
	good, err := ask[protocol.CodeChecked](q, protocol.MethodCodeCheck, protocol.CodeCheck{Code: q.code(), Purpose: purpose})
	return &good, err
}

func (q *request) claim() error {
	err := enter(q, protocol.MethodClaim, protocol.Claim{
		Code: q.code(), ServerName: q.PostForm.Get("server"), Name: q.PostForm.Get("name"), Password: q.PostForm.Get("password"),
	})
	return q.showEntered("claim", err)
}

func (q *request) redeem() error {
	err := enter(q, protocol.MethodInviteRedeem, protocol.InviteRedeem{
		Code: q.code(), Name: q.PostForm.Get("name"), Password: q.PostForm.Get("password"),
	})
	return q.showEntered("invite", err)
}

func (q *request) reset() error {
	err := enter(q, protocol.MethodResetRedeem, protocol.ResetRedeem{Code: q.code(), Password: q.PostForm.Get("password")})
	return q.showEntered("reset", err)
}

// showEntered shows the next page, or the form again with the error. If it is the code
// that is not good, the form begins with that.
func (q *request) showEntered(form string, err error) error {
	if err == nil {
		return q.entered()
	}
	if form == "invite" {
		q.me = protocol.OwnAccount{}
	}
	status, message := q.explain(err)
	v := q.view(form)
	v.Error, v.Form["code"] = message, q.code()
	if plausch.CodeOf(err) == plausch.NotFound {
		v.Form["code"] = ""
	} else if good, err := q.checkCode(form); err == nil {
		v.Data = good
	}
	return q.render(status, v)
}

// code returns the code of the form, which may also be the whole link.
func (q *request) code() string {
	code := strings.TrimSpace(q.PostForm.Get("code"))
	return code[strings.LastIndexByte(code, '#')+1:]
}

// signIn is the JSON of the web client's sign-in. Without a password it makes a guest, if
// that is what is wanted.
type signIn struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Guest    bool   `json:"guest"`
}

func (q *request) signInPassword() error {
	in := signIn{Name: q.PostForm.Get("name"), Password: q.PostForm.Get("password")}
	if q.body != nil {
		if err := q.decode(&in); err != nil {
			return err
		}
	}
	switch {
	case in.Guest:
		in.Password = ""
	case in.Name == "" || in.Password == "": // a name alone would make a guest
		return q.showSignIn(plausch.Errorf(plausch.Invalid, "type your name and your password"))
	}
	if err := enter(q, protocol.MethodSignIn, protocol.SignIn{Name: in.Name, Password: in.Password}); err != nil {
		return q.showSignIn(err)
	}
	return q.entered()
}

// showSignIn answers a sign-in that failed.
func (q *request) showSignIn(err error) error {
	if q.body != nil {
		return err
	}
	return q.showError("sign-in", nil, err)
}

// entered leads who has signed in to the web client, which knows already that it is there.
func (q *request) entered() error {
	if q.body != nil {
		return q.answer(http.StatusOK, protocol.Empty{})
	}
	return q.goTo("/", "")
}

func (q *request) signOut() error {
	if q.me.ID != 0 {
		if err := do(q, protocol.MethodSignOut, protocol.Empty{}); err != nil {
			return err
		}
		q.forget()
	}
	if q.body != nil {
		return q.answer(http.StatusOK, protocol.Empty{})
	}
	return q.goTo("/sign-in", "out")
}

// invited shows the form of an invite. An account that has joined already is led on, unless
// somebody else wants to join in the same browser.
func (q *request) invited() error {
	if q.URL.Query().Get("another") == "yes" {
		q.me = protocol.OwnAccount{}
	}
	return q.show(http.StatusOK, "invite", nil)
}

// notFound answers for addresses that there are not.
func (q *request) notFound() error {
	return q.showError("error", nil, plausch.Errorf(plausch.NotFound, "there is no page at this address; check whether it is mistyped"))
}
