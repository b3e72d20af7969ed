package client

import (
	"context"

	"plausch/protocol"
)

// UpdateServer gives the server another name, for admins, and returns it as it is
// kept.
func (c *Client) UpdateServer(ctx context.Context, name string) (string, error) {
	var server protocol.ServerInfo
	err := c.Call(ctx, protocol.MethodServerUpdate, &protocol.ServerUpdate{Name: name}, &server)
	return server.Name, err
}
