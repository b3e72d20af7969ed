// Package web has the files of the web client, as go generate makes them of src/ (see
// docs/develop.md). Building the program takes no Node: dist is committed.
package web

import (
	"embed"
	"io/fs"
)

//go:generate go run ./types
//go:generate go run ./generate

//go:embed dist
var dist embed.FS

// Files returns index.html, and what it loads: files whose names change with what is in them.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is valid
	}
	return files
}
