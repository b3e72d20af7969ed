package rest

import (
	"net/http"
	"strings"

	"plausch"
	"plausch/protocol"
)

// signInByName gives a token for the name and password of an account or, for
// a name alone, makes a guest.
func (q *request) signInByName() error {
	var in struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	if in.Name == "" {
		return plausch.Errorf(plausch.Invalid, "say who you are: name and password")
	}
	hello := protocol.Hello{Version: protocol.Version, Client: q.program()}
	if _, err := ask[protocol.Welcome](q, protocol.MethodHello, hello); err != nil {
		return err
	}
	signed, err := ask[protocol.SignedIn](q, protocol.MethodSignIn, protocol.SignIn{Name: in.Name, Password: in.Password})
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, signed)
}

// program is the sender's name for itself, for the list of devices.
func (q *request) program() string {
	const most = 64 // bytes that hello takes
	agent := strings.ToValidUTF8(q.UserAgent(), "")
	return strings.ToValidUTF8(agent[:min(len(agent), most)], "")
}

func (q *request) signOut() error {
	if _, err := ask[protocol.Empty](q, protocol.MethodSignOut, protocol.Empty{}); err != nil {
		return err
	}
	return q.none()
}

func (q *request) getMe() error { return q.json(http.StatusOK, q.me) }

func (q *request) updateMe() error {
	var p protocol.AccountUpdate
	if err := q.jsonBody(&p); err != nil {
		return err
	}
	me, err := ask[protocol.OwnAccount](q, protocol.MethodAccountUpdate, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, me)
}
