//go:build drive

package qt

/*
#cgo pkg-config: Qt6Test
#include <stdlib.h>
#include "drive.h"
*/
import "C"

import "unsafe"

// Drive carries out a command of a test, which drive.cpp lists, and returns its answer.
// It waits for the window, so the window must not wait for the caller.
func Drive(command []byte) []byte {
	text := C.CBytes(command)
	defer C.free(text)
	answer := C.pl_drive((*C.char)(text), C.int(len(command)))
	defer C.free(unsafe.Pointer(answer))
	return []byte(C.GoString(answer))
}
