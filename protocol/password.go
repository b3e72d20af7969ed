package protocol

//msgp:limit arrays:256 maps:64

// PasswordChange is the params of password.change.
type PasswordChange struct {
	Old      string `json:"old,omitzero" msg:"old,omitempty"` // absent if there is none
	Password string `json:"password" msg:"password"`
}

// ResetCreate is the params of reset.create.
type ResetCreate struct {
	Name string `json:"name" msg:"name"` // of the account
}

// ResetCreated is the result of reset.create. The code is told this once.
type ResetCreated struct {
	Code    string `json:"code" msg:"code"`
	Expires int64  `json:"expires" msg:"expires"` // milliseconds since 1970-01-01 UTC
}

// ResetRedeem is the params of reset.redeem. The result is that of sign_in.
type ResetRedeem struct {
	Code     string `json:"code" msg:"code"`
	Password string `json:"password" msg:"password"`
	NewToken string `json:"new_token,omitzero" msg:"new_token,omitempty"` // as of SignIn
}
