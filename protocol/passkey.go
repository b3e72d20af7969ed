package protocol

// PasskeyBegun is the result of passkey.begin and passkey.sign_in_begin.
type PasskeyBegun struct {
	ID      string `json:"id"`      // of the ceremony, to end it with
	Options string `json:"options"` // JSON for the browser
}

// PasskeyAdd is the params of passkey.add.
type PasskeyAdd struct {
	ID       string `json:"id"`            // of the ceremony
	Name     string `json:"name,omitzero"` // for its owner, such as "phone"
	Response string `json:"response"`      // the browser's PublicKeyCredential as JSON
}

// Passkey is a passkey of the caller.
type Passkey struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitzero"`
	Created int64  `json:"created"` // milliseconds since 1970-01-01 UTC
	Used    int64  `json:"used"`    // last
}

// Passkeys is the result of passkey.list, the oldest first.
type Passkeys struct {
	Passkeys []Passkey `json:"passkeys,omitempty"`
}

// PasskeyDelete is the params of passkey.delete.
type PasskeyDelete struct {
	ID string `json:"id"`
}

// PasskeySignIn is the params of passkey.sign_in. The result is that of sign_in.
type PasskeySignIn struct {
	ID       string `json:"id"`                 // of the ceremony
	Response string `json:"response"`           // the browser's PublicKeyCredential as JSON
	NewToken string `json:"new_token,omitzero"` // as of SignIn
}
