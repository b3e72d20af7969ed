package protocol

// PasswordChange is the params of password.change.
type PasswordChange struct {
	Old      string `json:"old,omitzero"` // absent if there is none
	Password string `json:"password"`
}
