package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// protocolTypes returns the TypeScript of the bodies in package protocol, and of its
// methods with their params and results. Those are read from its golden vectors, which
// have to name every method.
func protocolTypes(dir string) ([]byte, error) {
	files := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var sources []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		sources = append(sources, file)
	}
	vectors, err := parser.ParseFile(files, filepath.Join(dir, "vectors_data_test.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	g := generator{types: map[string]string{}, methods: map[string]string{}, params: bodiesOf(vectors, "requests"), results: bodiesOf(vectors, "replies")}
	for _, file := range sources {
		ast.Inspect(file, g.visit)
	}
	return g.output()
}

type generator struct {
	types   map[string]string // TypeScript by the name of the type
	methods map[string]string // MethodRoomList: room.list
	params  map[string]string // MethodRoomList: RoomList
	results map[string]string
}

func (g *generator) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.TypeSpec:
		s, ok := n.Type.(*ast.StructType)
		switch {
		case !ok || !hasTags(s):
		case n.Name.Name == "jsonFrame": // what a server sends: each key may be absent
			g.types["Frame"] = strings.ReplaceAll(structType("Frame", s), ": ", "?: ")
		case n.Name.IsExported():
			g.types[n.Name.Name] = structType(n.Name.Name, s)
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasPrefix(name.Name, "Method") && i < len(n.Values) {
				g.methods[name.Name] = n.Values[i].(*ast.BasicLit).Value
			}
		}
	case *ast.FuncDecl:
		return false
	}
	return true
}

// hasTags reports whether a struct goes over the wire: it is empty, or has tags.
func hasTags(s *ast.StructType) bool {
	return len(s.Fields.List) == 0 || slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool { return f.Tag != nil })
}

func structType(name string, s *ast.StructType) string {
	var extends []string
	var b strings.Builder
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			extends = append(extends, strings.TrimSuffix(typeOf(f.Type), " | undefined"))
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
		key, options, _ := strings.Cut(tag, ",")
		if key == "-" {
			continue
		}
		optional := ""
		if strings.Contains(options, "omit") {
			optional = "?"
		}
		for _, text := range []string{f.Doc.Text(), f.Comment.Text()} {
			if text = strings.Join(strings.Fields(text), " "); text != "" {
				fmt.Fprintf(&b, "  /** %s */\n", text)
			}
		}
		fmt.Fprintf(&b, "  %s%s: %s\n", key, optional, typeOf(f.Type))
	}
	head := "export interface " + name
	if len(extends) > 0 {
		head += " extends Partial<" + strings.Join(extends, ">, Partial<") + ">"
	}
	if b.Len() == 0 {
		return "export type " + name + " = Record<string, never>\n"
	}
	return head + " {\n" + b.String() + "}\n"
}

func typeOf(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return typeOf(t.X)
	case *ast.ArrayType:
		return typeOf(t.Elt) + "[]"
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "string"
		case "bool":
			return "boolean"
		case "int", "int16", "int32", "int64":
			return "number"
		}
		return t.Name
	}
	return "unknown"
}

// bodiesOf returns the types of the bodies by the constants of their methods, as a table of the
// golden vectors has them.
func bodiesOf(file *ast.File, table string) map[string]string {
	bodies := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name != table {
			return false
		}
		row, ok := n.(*ast.CompositeLit)
		if !ok || row.Type != nil {
			return true
		}
		method := ""
		for _, element := range row.Elts {
			switch e := element.(type) {
			case *ast.Ident:
				if strings.HasPrefix(e.Name, "Method") {
					method = e.Name
				}
			case *ast.UnaryExpr:
				if body, ok := e.X.(*ast.CompositeLit); ok && method != "" {
					if name, ok := body.Type.(*ast.Ident); ok {
						bodies[method] = name.Name
					}
				}
			}
		}
		return true
	})
	return bodies
}

func (g *generator) output() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("// Code generated from package protocol by go generate ./web. DO NOT EDIT.\n")
	for _, name := range sortedKeys(g.types) {
		b.WriteString("\n" + g.types[name])
	}
	b.WriteString("\n/** Methods are the params and the result of each. */\nexport interface Methods {\n")
	for _, name := range sortedKeys(g.methods) {
		params, result := g.params[name], g.results[name]
		if params == "" || result == "" {
			return nil, fmt.Errorf("the golden vectors have no params or no result of protocol.%s", name)
		}
		fmt.Fprintf(&b, "  %s: { params: %s; result: %s }\n", g.methods[name], params, result)
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
