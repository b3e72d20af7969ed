package protocol

// BotCreate is the params of bot.create.
type BotCreate struct {
	Name string `json:"name"`
}

// BotCreated is the result of bot.create. The token is told this once.
type BotCreated struct {
	Account OwnAccount `json:"account"`
	Token   string     `json:"token"`
}
