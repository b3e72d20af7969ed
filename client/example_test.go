package client_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/internal/config"
	"plausch/internal/server"
)

// startServer runs a server that lets guests in, for an example.
func startServer() (address string, stop func()) {
	dir, err := os.MkdirTemp("", "plausch-example-")
	if err != nil {
		log.Fatal(err)
	}
	cfg := config.Default(filepath.Join(dir, "data"))
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{"127.0.0.1:0"}, config.Off, true
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return "tcp://" + s.Addrs()[0].String(), func() {
		cancel()
		<-ended
		os.RemoveAll(dir)
	}
}

// A script that sends one message, and knows at its end that the server has it on disk.
func Example_send() {
	address, stop := startServer() // such as chat.example.org
	defer stop()

	ctx := context.Background()
	c, err := client.Open(client.Options{Address: address, Name: "heating"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Send(client.Outgoing{Room: plausch.PublicRoom, Text: "It is 22 °C"}); err != nil {
		log.Fatal(err)
	}
	if err := c.Flush(ctx); err != nil { // waits for the connection, too
		log.Fatal(err)
	}
	fmt.Println("sent")
	// Output: sent
}

// A bot that answers what is written to it alone. It reconnects by itself, and misses
// nothing that is written while it is offline.
func Example_echoBot() {
	address, stop := startServer()
	defer stop()

	bot, err := client.Open(client.Options{
		Address: address, Name: "echo",
		// Answer only what is new, also in a room that somebody has just begun.
		Begin: func(room plausch.Room) int64 {
			if room.Kind != plausch.RoomDirect {
				return -1
			}
			return room.Head
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer bot.Close()
	go func() {
		for u := range bot.Updates(context.Background()) {
			e, ok := u.(client.Event)
			if !ok || e.Kind != plausch.EventMessage || e.Actor.ID == bot.Account().ID {
				continue
			}
			if _, err := bot.Send(client.Outgoing{Room: e.Room, Text: "You wrote: " + e.Text}); err != nil {
				log.Print(err)
			}
		}
	}()

	// Somebody who writes to it:
	if err := bot.WaitOnline(context.Background()); err != nil {
		log.Fatal(err)
	}
	anna, err := client.Open(client.Options{Address: address, Name: "anna"})
	if err != nil {
		log.Fatal(err)
	}
	defer anna.Close()
	if _, err := anna.Send(client.Outgoing{To: "echo", Text: "Is anybody there?"}); err != nil {
		log.Fatal(err)
	}
	for u := range anna.Updates(context.Background()) {
		if e, ok := u.(client.Event); ok && e.Kind == plausch.EventMessage && e.Actor.Name == "echo" {
			fmt.Println(client.Clean(e.Text))
			break
		}
	}
	// Output: You wrote: Is anybody there?
}

// A file is uploaded first and then sent with a message; whoever is in the room can
// download it.
func ExampleClient_Upload() {
	address, stop := startServer()
	defer stop()

	ctx := context.Background()
	c, err := client.Open(client.Options{Address: address, Name: "anna"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	const text = "12 litres of oil\n"
	file, err := c.Upload(ctx, client.Upload{
		Name: "oil.txt", Body: strings.NewReader(text), Size: int64(len(text)),
		ClientID: rand.Text(), // so that it can be tried again after ErrLost
		Progress: func(sent int64) { slog.Debug("uploading", "bytes", sent, "of", len(text)) },
	})
	if err != nil {
		log.Fatal(err) // of code plausch.TooLarge if the server takes no file as large
	}
	if _, err := c.Send(client.Outgoing{Room: plausch.PublicRoom, Text: "See:", Attachments: []string{file.ID}}); err != nil {
		log.Fatal(err)
	}
	if err := c.Flush(ctx); err != nil {
		log.Fatal(err)
	}

	var got strings.Builder
	if _, err := c.Download(ctx, file.ID, client.Download{To: &got}); err != nil {
		log.Fatal(err)
	}
	fmt.Print(file.Name, ": ", got.String())
	// Output: oil.txt: 12 litres of oil
}
