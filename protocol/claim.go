package protocol

// Claim is the params of claim, which makes the first owner of a server. The
// result is that of sign_in.
type Claim struct {
	Code       string `json:"code"`        // from the link that the server printed
	ServerName string `json:"server_name"` // what the server is to be called
	Name       string `json:"name"`        // of the owner
	Password   string `json:"password"`
	NewToken   string `json:"new_token,omitzero"` // as of SignIn
}
