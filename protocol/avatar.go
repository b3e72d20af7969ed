package protocol

// AvatarSet is the params of avatar.set, whose result is the Avatar.
type AvatarSet struct {
	Attachment string `json:"attachment,omitzero"` // id of a picture; empty: none any more
}

// Avatar says which picture an account has now.
type Avatar struct {
	Avatar string `json:"avatar,omitzero"` // see [AvatarVersion]; empty: none
}

// AvatarVersion returns, of the hash of a picture, as much as clients need to know
// whether they have it already.
func AvatarVersion(avatar string) string { return avatar[:min(len(avatar), 16)] }
