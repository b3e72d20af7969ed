//go:build drive

package main

import (
	"bufio"
	"fmt"
	"os"

	"plausch/desktop/qt"
)

// A build for tests does what lines on its standard input say: see qt/drive.go.
func init() {
	drive = func() {
		in := bufio.NewScanner(os.Stdin)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			fmt.Printf("%s\n", qt.Drive(in.Bytes()))
		}
	}
}
