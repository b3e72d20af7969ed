package page

import (
	"net/http"

	"plausch/protocol"
)

// Passkeys need the script: it asks for the options, hands them to
// navigator.credentials (Web Authentication, level 3), and sends the answer on.

// passkeyOptions is the answer to a begin.
type passkeyOptions struct {
	ID      string `json:"id"`      // of the ceremony
	Options string `json:"options"` // JSON, for PublicKeyCredential.parse…FromJSON
}

// passkeyResponse is what a script sends to finish a ceremony.
type passkeyResponse struct {
	ID       string `json:"id"`
	Name     string `json:"name"`     // of a new passkey
	Response string `json:"response"` // the PublicKeyCredential as JSON
}

func (q *request) begin(method string) error {
	b, err := ask[protocol.PasskeyBegun](q, method, protocol.Empty{})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, passkeyOptions{b.ID, b.Options})
}

func (q *request) beginPasskey() error { return q.begin(protocol.MethodPasskeyBegin) }

func (q *request) addPasskey() error {
	var f passkeyResponse
	if err := q.decode(&f); err != nil {
		return err
	}
	err := do(q, protocol.MethodPasskeyAdd, protocol.PasskeyAdd{ID: f.ID, Name: f.Name, Response: f.Response})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, struct{}{})
}

func (q *request) beginSignInPasskey() error { return q.begin(protocol.MethodPasskeySignInBegin) }

func (q *request) signInPasskey() error {
	var f passkeyResponse
	if err := q.decode(&f); err != nil {
		return err
	}
	if err := enter(q, protocol.MethodPasskeySignIn, protocol.PasskeySignIn{ID: f.ID, Response: f.Response}); err != nil {
		return err
	}
	return q.answer(http.StatusOK, struct{}{})
}
