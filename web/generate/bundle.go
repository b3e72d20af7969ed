package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Budgets are what the first load may weigh, in bytes after gzip. What is imported lazily
// is a file of its own, and not counted.
const (
	maxScript = 45 << 10
	maxStyle  = 10 << 10
)

// targets are the browsers whose syntax is made.
var targets = []api.Engine{
	{Name: api.EngineChrome, Version: "115"}, {Name: api.EngineFirefox, Version: "128"}, {Name: api.EngineSafari, Version: "16.4"},
}

// bundle returns the files of dist: index.html, and what it loads under hashed names.
func bundle() (map[string][]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"src/main.tsx", "src/style/main.css"},
		EntryNames:  "[name]-[hash]",
		ChunkNames:  "[name]-[hash]",
		AssetNames:  "[name]-[hash]",
		Outdir:      "dist",
		PublicPath:  "/app",
		Bundle:      true,
		Splitting:   true,
		Format:      api.FormatESModule,
		Engines:     targets,
		JSX:         api.JSXAutomatic, JSXImportSource: "preact",
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Charset:          api.CharsetUTF8,
		LegalComments:    api.LegalCommentsNone,
		PreserveSymlinks: true, // node_modules may be a link: its modules have the same names
		Define:           map[string]string{"process.env.NODE_ENV": `"production"`},
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), ""))
	}
	files := map[string][]byte{}
	index, err := os.ReadFile("src/index.html")
	if err != nil {
		return nil, err
	}
	for _, f := range result.OutputFiles {
		name := filepath.Base(f.Path)
		files[name] = f.Contents
		if entry := entryName.FindStringSubmatch(name); entry != nil {
			index = bytes.ReplaceAll(index, []byte("/app/"+entry[1]+entry[2]), []byte("/app/"+name))
		}
	}
	files["index.html"] = index
	return files, nil
}

var entryName = regexp.MustCompile(`^(main)-[A-Z0-9]{8}(\.js|\.css)$`)

// firstScripts returns the names of the scripts that are loaded before anything is shown: the
// entry, and what that imports statically.
func firstScripts(files map[string][]byte) []string {
	var names []string
	var add func(name string)
	add = func(name string) {
		for _, n := range names {
			if n == name {
				return
			}
		}
		names = append(names, name)
		for _, m := range staticImport.FindAllSubmatch(files[name], -1) {
			add(string(m[1]))
		}
	}
	for name := range files {
		if strings.HasPrefix(name, "main-") && strings.HasSuffix(name, ".js") {
			add(name)
		}
	}
	return names
}

var staticImport = regexp.MustCompile(`(?:from|import)"(?:\./|/app/)([^"]+\.js)"`)

// checkBudget returns an error if the first load is too heavy.
func checkBudget(files map[string][]byte) error {
	script, style := 0, 0
	for _, name := range firstScripts(files) {
		script += zippedSize(files[name])
	}
	for name, body := range files {
		if strings.HasPrefix(name, "main-") && strings.HasSuffix(name, ".css") {
			style += zippedSize(body)
		}
	}
	fmt.Printf("first load: script %.1f of %d KB, style %.1f of %d KB (gzip)\n", kib(script), maxScript>>10, kib(style), maxStyle>>10)
	if script > maxScript || style > maxStyle {
		return errors.New("the first load is over its budget: import lazily what is not needed at once")
	}
	return nil
}

func kib(n int) float64 { return float64(n) / 1024 }

func zippedSize(body []byte) int {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is right
	_, _ = w.Write(body)                                  // a buffer takes everything
	_ = w.Close()
	return b.Len()
}
