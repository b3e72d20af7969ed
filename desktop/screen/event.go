package screen

// Event is something that the user did. Server and Room are those that were open then,
// or that it is about.
type Event struct {
	Kind   string `json:"kind"`
	Server string `json:"server"`
	Room   string `json:"room"` // the Key of an Entry

	Seq      int64     `json:"seq"`
	ID       string    `json:"id"` // of a file, a transfer, a send or a question
	Text     string    `json:"text"`
	Mode     string    `json:"mode"`
	On       bool      `json:"on"`
	Paths    []string  `json:"paths"`
	Address  string    `json:"address"`
	Name     string    `json:"name"`
	Password string    `json:"password"`
	Settings *Settings `json:"settings"`
	Width    int       `json:"width"`
	Height   int       `json:"height"`
}
