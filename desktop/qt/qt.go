// Package qt is the window: Qt 6 Widgets behind the border that border.h describes.
package qt

/*
#cgo CXXFLAGS: -std=c++17 -O2 -Wall -Wextra
#cgo pkg-config: Qt6Widgets
#include <stdlib.h>
#include "border.h"
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"runtime"
	"unsafe"

	"plausch/desktop/screen"
)

// Qt's widgets live on the thread of main, which the goroutine of main keeps from the start.
func init() { runtime.LockOSThread() }

// events has what the user did. The program reads it all the time and never waits for
// the window, so that the window never waits long for it.
var events = make(chan screen.Event, 256)

// Events returns what the user does. The first event is "ready".
func Events() <-chan screen.Event { return events }

//export plausch_event
func plausch_event(data *C.char, size C.int) {
	var e screen.Event
	if err := json.Unmarshal(C.GoBytes(unsafe.Pointer(data), size), &e); err != nil {
		panic(fmt.Sprintf("event of the window: %v", err)) // both ends are ours
	}
	events <- e
}

// Run shows the window until the program ends, and returns the exit code. Call it from
// the goroutine of main.
func Run(o screen.Options) int {
	data, size := document(o)
	defer C.free(unsafe.Pointer(data))
	return int(C.pl_run(data, size))
}

func document(v any) (*C.char, C.int) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // types of package screen can be written
	}
	return (*C.char)(C.CBytes(text)), C.int(len(text))
}

// Screen is the window. The zero value works, after the event "ready".
type Screen struct{}

// Show implements screen.Screen.
func (Screen) Show(what screen.What) {
	switch w := what.(type) {
	case screen.Picture:
		id, size := text(w.ID)
		defer C.free(unsafe.Pointer(id))
		C.pl_picture(id, size, C.int(w.Width), C.int(w.Height), pixels(w))
		return
	case screen.Lightbox:
		id, size := text(w.ID)
		defer C.free(unsafe.Pointer(id))
		C.pl_lightbox(id, size, C.int(w.Width), C.int(w.Height), pixels(w.Picture))
		return
	}
	data, size := document(what)
	defer C.free(unsafe.Pointer(data))
	switch what.(type) {
	case screen.Quit:
		C.pl_quit(data, size)
	case screen.Raise:
		C.pl_raise(data, size)
	case screen.Chat:
		C.pl_chat(data, size)
	case screen.Texts:
		C.pl_texts(data, size)
	case screen.Theme:
		C.pl_theme(data, size)
	case screen.Settings:
		C.pl_settings(data, size)
	case screen.SignIn:
		C.pl_sign_in(data, size)
	case screen.Certificate:
		C.pl_certificate(data, size)
	case screen.Servers:
		C.pl_servers(data, size)
	case screen.People:
		C.pl_people(data, size)
	case screen.Status:
		C.pl_status(data, size)
	case screen.Typing:
		C.pl_typing(data, size)
	case screen.Notice:
		C.pl_notice(data, size)
	case screen.Badge:
		C.pl_badge(data, size)
	case screen.Opened:
		C.pl_open(data, size)
	case screen.Splice:
		C.pl_splice(data, size)
	case screen.Show:
		C.pl_show(data, size)
	case screen.Compose:
		C.pl_compose(data, size)
	case screen.Transfers:
		C.pl_transfers(data, size)
	case screen.Results:
		C.pl_search(data, size)
	case screen.Save:
		C.pl_save(data, size)
	case screen.Confirm:
		C.pl_confirm(data, size)
	case screen.Copy:
		C.pl_copy(data, size)
	default:
		panic(fmt.Sprintf("the window cannot show %T", what))
	}
}

func text(s string) (*C.char, C.int) { return (*C.char)(C.CBytes([]byte(s))), C.int(len(s)) }

// pixels is used during the call alone, which copies them.
func pixels(p screen.Picture) unsafe.Pointer {
	if len(p.Pixels) < p.Width*p.Height*4 || len(p.Pixels) == 0 {
		return nil
	}
	return unsafe.Pointer(&p.Pixels[0])
}
