// Command plausch-desktop is a window for Plausch servers, and for KTN servers of others.
//
//	plausch-desktop [--hidden]
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"plausch"
	"plausch/desktop/app"
	"plausch/desktop/notify"
	"plausch/desktop/qt"
	"plausch/desktop/screen"
)

func main() {
	hidden := false
	for _, arg := range os.Args[1:] {
		switch arg {
		case "--hidden":
			hidden = true
		case "--version":
			fmt.Println("plausch-desktop " + plausch.Version)
			return
		default:
			fmt.Fprintf(os.Stderr, "usage: plausch-desktop [--hidden] [--version]\nPlausch's window. --hidden starts it in the tray.\n")
			os.Exit(2)
		}
	}
	os.Exit(run(hidden))
}

// drive lets tests use the window; it is set in builds for them.
var drive func()

func run(hidden bool) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	folders, err := app.UserFolders()
	if err != nil {
		log.Error("start", "err", err)
		return 1
	}
	config, err := folders.LoadConfig()
	if err != nil {
		log.Error("settings are not used", "err", err)
	}
	o := app.Options{Screen: qt.Screen{}, Events: qt.Events(), Folders: folders, Config: config, Log: log}
	if alerts, err := notify.Open(); err == nil {
		o.Alerts = alerts
	} else {
		log.Warn("no notifications", "err", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		app.New(o).Run(ctx)
		qt.Screen{}.Show(screen.Quit{}) // also when a signal ended it
	}()
	if drive != nil {
		go drive()
	}
	code := qt.Run(screen.Options{
		Theme: config.Theme, Width: config.Width, Height: config.Height, CloseToTray: config.CloseToTray, Hidden: hidden,
	})
	stop()
	<-done
	return code
}
