package plausch_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	// A cell names tests behind their package, `core`: TestClaim, TestX, or as
	// `core.TestClaim`, or alone.
	namedTest = regexp.MustCompile("`(\\w+)`: |`(\\w+)\\.((?:Test|Fuzz)\\w+)`|\\b((?:Test|Fuzz)[A-Z]\\w*)")
)

// TestSecurityPage holds docs/security.md to the sources: each threat is held by
// a test that exists, or says what is not there.
func TestSecurityPage(t *testing.T) {
	declared := map[string]map[string]bool{} // packages by test
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := os.ReadFile(file)
		for _, m := range declaredTest.FindAllSubmatch(source, -1) {
			name := string(m[1])
			if declared[name] == nil {
				declared[name] = map[string]bool{}
			}
			pkg := filepath.Base(filepath.Dir(file))
			if pkg == "." {
				pkg = "plausch"
			}
			declared[name][pkg] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || strings.HasPrefix(cells[0], " threat") {
			continue
		}
		rows++
		pkg, held := "", strings.Contains(cells[2], "no test")
		for _, m := range namedTest.FindAllStringSubmatch(cells[2], -1) {
			within, name := pkg, m[4]
			switch {
			case m[1] != "":
				pkg = m[1]
				continue
			case m[3] != "":
				within, name = m[2], m[3]
			}
			held = true
			switch in := declared[name]; {
			case in == nil:
				t.Errorf("%s: there is no %s", cells[0], name)
			case within != "" && !in[within]:
				t.Errorf("%s: %s is not in the package %s", cells[0], name, within)
			}
		}
		if !held {
			t.Errorf("%s: no test is named, nor said that there is no test", cells[0])
		}
	}
	if rows < 30 {
		t.Errorf("only %d threats were found", rows)
	}
}
