package main

import (
	"fmt"

	"plausch/protocol"
)

// way is how a server is reached.
type way struct {
	webSocket bool
	tls       bool // the raw server has none
	codec     protocol.Codec
}

// parseWay reads tcp, ws, tls or wss and msgpack or json.
func parseWay(transport, codec string) (w way, err error) {
	switch transport {
	case "tcp", "ws", "tls", "wss":
		w.webSocket = transport == "ws" || transport == "wss"
		w.tls = transport == "tls" || transport == "wss"
	default:
		return w, fmt.Errorf("there is no transport %q; choose tcp, ws, tls or wss", transport)
	}
	switch codec {
	case "msgpack":
		w.codec = protocol.Msgpack
	case "json":
		w.codec = protocol.JSON
	default:
		return w, fmt.Errorf("there is no codec %q; choose msgpack or json", codec)
	}
	return w, nil
}

// transport is the scheme of the server's address.
func (w way) transport() string {
	switch {
	case w.webSocket && w.tls:
		return "wss"
	case w.webSocket:
		return "ws"
	case w.tls:
		return "tls"
	}
	return "tcp"
}

func (w way) String() string { return w.transport() + " " + w.codec.String() }
