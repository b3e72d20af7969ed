package plausch_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the plan of the house: for each package, the packages of this
// module that its code, tests aside, may import. "/" is the root package; a
// package that is not named here may not exist.
var mayImport = map[string][]string{
	"/":                          {},
	"markdown":                   {},
	"protocol":                   {"/"},
	"client":                     {"/", "protocol", "client/ktn"},
	"client/ktn":                 {"/", "protocol"},
	"client/ktn/ktntest":         {},
	"client/timeline":            {"/", "client"},
	"internal/names":             {"/"},
	"internal/network":           {},
	"internal/dial":              {"internal/network"},
	"internal/tcp":               {},
	"internal/tcp/tcptest":       {"internal/tcp"},
	"internal/search":            {"/", "markdown"},
	"internal/store":             {"/", "internal/search"},
	"internal/store/sqlite":      {"/", "internal/store", "internal/search"},
	"internal/store/storetest":   {"/", "internal/store", "internal/search"},
	"internal/blob":              {"/"},
	"internal/blob/blobtest":     {"/", "internal/blob"},
	"internal/auth":              {"/", "internal/network"},
	"internal/auth/authtest":     {"internal/auth"},
	"internal/bus":               {"/"},
	"internal/bus/bustest":       {"/", "internal/bus"},
	"internal/media":             {},
	"internal/core":              {"/", "internal/store", "internal/search", "internal/blob", "internal/media", "internal/auth", "internal/bus", "internal/names", "internal/network", "markdown"},
	"internal/hub":               {"/", "protocol", "internal/bus"},
	"internal/notify":            {"/", "protocol", "markdown", "internal/store", "internal/bus"},
	"internal/notify/notifytest": {},
	"internal/api":               {"/", "protocol", "internal/core", "internal/hub"},
	"internal/session":           {"/", "protocol", "internal/api", "internal/hub", "internal/tcp"},
	"internal/front/port":        {"internal/network"},
	"internal/front/gateway":     {"/", "protocol", "internal/api", "internal/core", "internal/session", "internal/tcp"},
	"internal/front/htl":         {"/", "protocol", "internal/api", "internal/core", "internal/names", "internal/network", "internal/front/gateway", "internal/front/port"},
	"internal/front/ktn":         {"/", "protocol", "internal/api", "internal/front/gateway", "internal/front/port"},
	"internal/front/native":      {"/", "protocol", "internal/session", "internal/front/port"},
	"internal/cert":              {},
	"internal/cert/certtest":     {},
	"internal/front/web":         {"/", "protocol", "internal/api", "internal/session", "internal/front/port", "internal/front/web/page", "internal/front/web/rest", "internal/link"},
	"internal/front/web/hook":    {"/"},
	"internal/front/web/page":    {"/", "protocol", "internal/api", "internal/link", "web"},
	"internal/front/web/rest":    {"/", "protocol", "internal/api", "internal/core", "internal/front/web/hook"},
	"internal/config":            {},
	"internal/portmap":           {},
	"internal/link":              {},
	"internal/service":           {},
	"internal/terminal":          {},
	"internal/connect":           {"/", "protocol", "client", "client/ktn", "internal/auth", "internal/names", "internal/terminal"},
	"internal/linechat":          {"/", "protocol", "client", "client/timeline", "internal/connect", "internal/link", "internal/names", "internal/terminal"},
	"internal/tui":               {"/", "protocol", "markdown", "client", "client/timeline", "internal/connect", "internal/link", "internal/names", "internal/terminal"},
	"internal/server": {
		"/", "protocol", "internal/api", "internal/auth", "internal/backup", "internal/blob", "internal/bus", "internal/cert", "internal/config",
		"internal/core", "internal/dial", "internal/hub", "internal/link", "internal/notify", "internal/portmap", "internal/session", "internal/store/sqlite",
		"internal/front/port", "internal/front/htl", "internal/front/ktn",
		"internal/front/native", "internal/front/web", "internal/front/web/rest",
	},
	"internal/doctor": {"/", "internal/backup", "internal/config", "internal/names", "internal/notify", "internal/portmap", "internal/service", "internal/store/sqlite"},
	"internal/backup": {"/", "internal/store/sqlite"},
	"internal/server/servertest": {
		"/", "internal/api", "internal/auth", "internal/auth/authtest", "internal/bus", "internal/config", "internal/core", "internal/front/port",
		"internal/hub", "internal/server", "internal/store/sqlite",
	},
	"cmd/plausch": {
		"/", "protocol", "client", "client/ktn", "internal/auth", "internal/backup",
		"internal/cert", "internal/config", "internal/connect", "internal/core", "internal/dial", "internal/doctor", "internal/linechat", "internal/link", "internal/names", "internal/server",
		"internal/service", "internal/store", "internal/store/sqlite", "internal/terminal", "internal/tui",
	},
	"cmd/plausch-bench": {"/", "protocol", "internal/store", "internal/store/sqlite"},
	"web":               {},
	"web/generate":      {},
	"web/types":         {},
	"e2e":               {},
}

func TestImportRules(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !strings.HasSuffix(file, ".go") {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil && file != "." {
				return fs.SkipDir // another module: desktop
			}
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(file))
		if pkg == "." {
			pkg = "/"
		}
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("%s: the package %s is not in the plan of the house", file, pkg)
			return nil
		}
		seen[pkg] = true
		if strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			inner, inModule := strings.CutPrefix(imported+"/", "plausch/")
			inner = strings.Trim(inner, "/")
			if inner == "" {
				inner = "/"
			}
			switch {
			case inModule && !slices.Contains(allowed, inner):
				t.Errorf("%s: %s may not import %s", file, pkg, imported)
			case !inModule && pkg == "/" && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s: the root package imports the standard library only, not %s", file, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("the plan of the house has %s, which does not exist", pkg)
		}
	}
}
