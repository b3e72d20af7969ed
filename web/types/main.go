// Command types makes the TypeScript types of the native protocol, src/wire/protocol.gen.ts
// of the web client, from package protocol. It is run in web/ or protocol/, by go
// generate ./web and by go test ./protocol -update.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	check := flag.Bool("check", false, "report whether the committed file is fresh, and change nothing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "types:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	const file = "../web/src/wire/protocol.gen.ts"
	types, err := protocolTypes("../protocol")
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(file, types, 0o644)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != string(types) {
		return fmt.Errorf("%s is not what package protocol makes: run go test ./protocol -update, and commit it", file)
	}
	return nil
}
