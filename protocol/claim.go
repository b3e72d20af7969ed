package protocol

//msgp:limit arrays:256 maps:64

// Claim is the params of claim, which makes the first owner of a server. The
// result is that of sign_in.
type Claim struct {
	Code       string `json:"code" msg:"code"`               // from the link that the server printed
	ServerName string `json:"server_name" msg:"server_name"` // what the server is to be called
	Name       string `json:"name" msg:"name"`               // of the owner
	Password   string `json:"password" msg:"password"`
	NewToken   string `json:"new_token,omitzero" msg:"new_token,omitempty"` // as of SignIn
}
