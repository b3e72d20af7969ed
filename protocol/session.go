package protocol

// Hello is the params of hello, the first request on a connection.
type Hello struct {
	Version      int      `json:"version"`                // the newest version that the client speaks
	Client       string   `json:"client,omitzero"`        // name and version of the program, at most 64 bytes
	Capabilities []string `json:"capabilities,omitempty"` // see the Cap constants; unknown ones are ignored
	// Epoch is that of the seqs that the client remembers: see Welcome.Epoch and Room.Common.
	Epoch string `json:"epoch,omitzero"`
}

// Welcome is the result of hello.
type Welcome struct {
	Version      int      `json:"version"` // the version spoken from here on: at most the client's
	Server       string   `json:"server"`  // name and version of the program
	Capabilities []string `json:"capabilities,omitempty"`
	Guests       bool     `json:"guests"` // whether sign_in without password and token is possible
	// Name is what the server is called, if somebody has given it a name.
	Name string `json:"name,omitzero"`
	// Epoch is the id, of at most 64 bytes, of the state of the server. When a backup is
	// put back it is another one.
	Epoch string `json:"epoch,omitzero"`
	// Access is who can make an account: open (guests), invite or closed.
	Access string `json:"access"`
	// Unclaimed servers have no owner yet: see claim.
	Unclaimed bool   `json:"unclaimed,omitzero"`
	Limits    Limits `json:"limits"`
}

// Limits are the server's bounds, all in bytes but for Page.
type Limits struct {
	Frame    int `json:"frame"`     // body of a frame
	Text     int `json:"text"`      // text of a message
	ClientID int `json:"client_id"` // client id of a send
	Page     int `json:"page"`      // entries in one result
}

// SignIn is the params of sign_in. With Token it continues as a device or, if
// Name is given, makes a guest of it; with Name and Password it makes a device of
// an account; with Name alone it makes a guest.
type SignIn struct {
	Name     string `json:"name,omitzero"`
	Password string `json:"password,omitzero"`
	Token    string `json:"token,omitzero"`
	// NewToken is the token that the server shall give, chosen by the client, so
	// that the request can be repeated when its reply was lost.
	NewToken string `json:"new_token,omitzero"`
	// Transient makes a guest without a token, whose name is free again when
	// the connection ends.
	Transient bool `json:"transient,omitzero"`
}

// SignedIn is the result of sign_in.
type SignedIn struct {
	Account OwnAccount `json:"account"`
	// Token is set when one was made: keep it, and sign in with it from then on.
	Token  string `json:"token,omitzero"`
	Avatar string `json:"avatar,omitzero"` // of the account: see [AvatarVersion]
}

// Empty is the params of ping, sign_out and subscribe, and the result of every
// method that has nothing to tell.
type Empty struct{}
