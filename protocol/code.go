package protocol

// CodeCheck is the params of code.check, which tells whether the code of a link is
// still good, without using it.
type CodeCheck struct {
	Code    string `json:"code"`
	Purpose string `json:"purpose"` // claim, invite or reset
}

// CodeChecked is the result of code.check, for a code that is good.
type CodeChecked struct {
	Role string `json:"role,omitzero"` // that an invite gives
	Name string `json:"name,omitzero"` // of the account that a reset is for
}
