package protocol

// ResetCreate is the params of reset.create.
type ResetCreate struct {
	Name string `json:"name"` // of the account
}

// ResetCreated is the result of reset.create. The code is told this once.
type ResetCreated struct {
	Code    string `json:"code"`
	Expires int64  `json:"expires"` // milliseconds since 1970-01-01 UTC
}

// ResetRedeem is the params of reset.redeem. The result is that of sign_in.
type ResetRedeem struct {
	Code     string `json:"code"`
	Password string `json:"password"`
	NewToken string `json:"new_token,omitzero"` // as of SignIn
}
