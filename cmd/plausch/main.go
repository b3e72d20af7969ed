// Command plausch is the whole of Plausch: the server, the clients and what an
// owner of a server needs.
//
// Each noun has a file with a newXxxCommand; root.go lists them all.
package main

import (
	"os"
	_ "time/tzdata" // quiet hours name zones, also where the system has none
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
