package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"plausch/internal/front/web/rest"
)

// spec is openapi.json, by which answers are judged: strictly, so that a key that
// is not in it is noticed.
type spec struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	seen     map[string]bool // "GET /api/me 200"
}

func readSpec(t *testing.T) *spec {
	t.Helper()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	s := &spec{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler(), seen: map[string]bool{}}
	if err := s.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return s
}

// closeObjects forbids the keys that the schemas below v do not have.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "object" && v["properties"] != nil {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// at returns what stands at a path of keys, through references.
func (s *spec) at(keys ...string) (any, string) {
	var v any = s.doc
	pointer := ""
	for _, key := range keys {
		m, _ := v.(map[string]any)
		if ref, ok := m["$ref"].(string); ok {
			pointer = strings.TrimPrefix(ref, "#")
			v, _ = s.at(strings.Split(pointer, "/")[1:]...)
			m, _ = v.(map[string]any)
		}
		v = m[key]
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return v, pointer
}

// operations returns the methods and paths of the document.
func (s *spec) operations() []string {
	var all []string
	paths, _ := s.at("paths")
	for path, methods := range paths.(map[string]any) {
		for method := range methods.(map[string]any) {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// find returns the operation that a request is one of.
func (s *spec) find(r *http.Request) (path string, found bool) {
	paths, _ := s.at("paths")
	for _, path := range slices.Sorted(maps.Keys(paths.(map[string]any))) {
		pattern := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(regexp.QuoteMeta(path), "")
		pattern = regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(pattern, "[^/]+")
		if operation, _ := s.at("paths", path, strings.ToLower(r.Method)); operation != nil && regexp.MustCompile("^"+pattern+"$").MatchString(r.URL.Path) {
			return path, true
		}
	}
	return "", false
}

// check holds an answer to the document.
func (s *spec) check(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	path, found := s.find(r)
	if !found {
		if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d for what is not in the document", a.what, a.status)
		}
		return
	}
	status := strconv.Itoa(a.status)
	keys := []string{"paths", path, strings.ToLower(r.Method), "responses", status}
	if v, _ := s.at(keys...); v == nil {
		if a.status < 400 {
			t.Errorf("%s: the status %s is not in the document", a.what, status)
			return
		}
		keys[len(keys)-1] = "default"
	}
	s.seen[fmt.Sprintf("%s %s %s", r.Method, path, status)] = true
	if r.Method == http.MethodHead { // which has no body
		return
	}
	content, _ := s.at(append(keys, "content")...)
	if content == nil {
		if a.body != "" {
			t.Errorf("%s: a body (%s) for status %s", a.what, a.body, status)
		}
		return
	}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: Content-Type %q: %v", a.what, a.header.Get("Content-Type"), err)
		return
	}
	if _, any := content.(map[string]any)["*/*"]; any && a.status < 400 {
		media = "*/*"
	}
	schema, pointer := s.at(append(keys, "content", media, "schema")...)
	if schema == nil {
		t.Errorf("%s: the media type %s is not in the document", a.what, media)
		return
	}
	var value any = a.body
	if media == "application/json" {
		if value, err = jsonschema.UnmarshalJSON(strings.NewReader(a.body)); err != nil {
			t.Errorf("%s: %v", a.what, err)
			return
		}
	}
	s.validate(t, a.what, pointer, value)
}

func (s *spec) validate(t *testing.T, what, pointer string, value any) {
	t.Helper()
	schema, err := s.compiler.Compile("openapi.json#" + pointer)
	if err != nil {
		t.Fatalf("the schema at %s: %v", pointer, err)
	}
	if err := schema.Validate(value); err != nil {
		got, _ := json.Marshal(value)
		t.Errorf("%s: %s is not as the document says: %v", what, got, err)
	}
}

// TestDocumentIsTheRoutes holds the document and the mux together: methods, paths
// and parameters, both ways.
func TestDocumentIsTheRoutes(t *testing.T) {
	s := readSpec(t)
	var routes []string
	for _, route := range rest.Routes() {
		path := strings.ReplaceAll(route.Path, "{$}", "")
		routes = append(routes, route.Method+" "+path)
		operation := []string{"paths", path, strings.ToLower(route.Method)}
		params, _ := s.at(append(operation, "parameters")...)
		list, _ := params.([]any)
		want := slices.Clone(route.Query)
		for _, name := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
			want = append(want, name[1])
		}
		var got []string
		for _, p := range list {
			p := p.(map[string]any)
			if ref, ok := p["$ref"].(string); ok {
				v, _ := s.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
				p = v.(map[string]any)
			}
			if p["in"] != "header" {
				got = append(got, p["name"].(string))
			}
		}
		want = slices.DeleteFunc(want, func(name string) bool { return name == "*" })
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s %s: the document has the parameters %v, the route %v", route.Method, path, got, want)
		}
		security, _ := s.at(append(operation, "security")...)
		if open := security != nil; open != route.Open {
			t.Errorf("%s %s: open in the document: %v, in the routes: %v", route.Method, path, open, route.Open)
		}
	}
	slices.Sort(routes)
	if documented := s.operations(); !slices.Equal(documented, routes) {
		t.Errorf("the document has\n%s\nand the routes are\n%s", strings.Join(documented, "\n"), strings.Join(routes, "\n"))
	}
}

// TestEverySchemaCompiles finds a reference into nothing.
func TestEverySchemaCompiles(t *testing.T) {
	s := readSpec(t)
	var walk func(v any, pointer string)
	walk = func(v any, pointer string) {
		m, ok := v.(map[string]any)
		if list, isList := v.([]any); isList {
			for i, inner := range list {
				walk(inner, pointer+"/"+strconv.Itoa(i))
			}
		}
		if !ok {
			return
		}
		if ref, ok := m["$ref"].(string); ok {
			if to, _ := s.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...); to == nil {
				t.Errorf("%s refers to %s, which does not exist", pointer, ref)
			}
		}
		for key, inner := range m {
			at := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
			if key == "schema" {
				if _, err := s.compiler.Compile("openapi.json#" + at); err != nil {
					t.Errorf("%s: %v", at, err)
				}
			}
			walk(inner, at)
		}
	}
	walk(s.doc, "")
}
