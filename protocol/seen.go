package protocol

// SeenSet is the params of seen.set.
type SeenSet struct {
	On bool `json:"on"`
}

// Seen is the push that the other one in a direct room has read it up to Seq.
type Seen struct {
	Room int64 `json:"room"`
	Seq  int64 `json:"seq"`
}
