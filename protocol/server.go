package protocol

// ServerUpdate is the params of server.update. The result is [ServerInfo].
type ServerUpdate struct {
	Name string `json:"name"` // what the server is to be called
}

// ServerInfo is what can be changed of a server while it runs.
type ServerInfo struct {
	Name string `json:"name"`
}
