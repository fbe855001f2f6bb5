// Package settingstest ties settings to the code that reads them. It is for tests of the packages that have a table of settings.
package settingstest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"zarafa/daemon/settings"
)

// EverySettingIsRead ties each setting to code that reads the field it fills: a setting that nothing reads promises an operator
// what does not happen. Retire it, or give it its effect. cfg points to the struct that the sections fill. packages are where settings are
// read, by import path: what is handed on from there is handed on by name.
func EverySettingIsRead(t *testing.T, cfg any, sections []settings.Section, packages ...string) {
	t.Helper()
	fields := make(map[uintptr]string)
	locate(reflect.ValueOf(cfg).Elem(), fields)
	read := fieldsRead(t, packages)
	for _, section := range sections {
		for _, o := range section.Options {
			if o.Obsolete != "" {
				continue
			}
			field := fields[boundTo(reflect.ValueOf(o.Value))]
			switch {
			case field == "":
				t.Errorf("%s fills no field of the configuration", o.Name)
			case !read[field]:
				t.Errorf("%s fills %s, which nothing reads", o.Name, field)
			}
		}
	}
	if len(read) < 10 {
		t.Errorf("only %d fields are read; the test does not see the code", len(read))
	}
}

// locate names the fields of structs by their addresses: type and field.
func locate(v reflect.Value, into map[uintptr]string) {
	for i := range v.NumField() {
		field := v.Field(i)
		if field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[settings.Secret]() {
			locate(field, into)
		}
		if _, taken := into[field.UnsafeAddr()]; !taken { // the first field of a struct has the address of the struct
			into[field.UnsafeAddr()] = v.Type().String() + "." + v.Type().Field(i).Name
		}
	}
}

// boundTo is the address of the field that a setting's value fills: its first pointer.
func boundTo(v reflect.Value) uintptr {
	switch v.Kind() {
	case reflect.Pointer:
		return v.Pointer()
	case reflect.Struct:
		return boundTo(v.Field(0))
	}
	return 0
}

// fieldsRead lists the fields of structs that the code reads: taking an address or assigning is not reading.
func fieldsRead(t *testing.T, packages []string) map[string]bool {
	t.Helper()
	read := make(map[string]bool)
	list := exec.Command("go", append([]string{"list", "-deps", "-export", "-f", "{{.ImportPath}} {{.Export}} {{.Dir}}"}, packages...)...)
	list.Stderr = os.Stderr
	list.Env = append(os.Environ(), "CGO_ENABLED=0") // as the programs are built
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports, folders := make(map[string]string), make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path], folders[path], _ = strings.Cut(rest, " ")
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, pkg := range packages {
		info := &types.Info{Selections: make(map[*ast.SelectorExpr]*types.Selection)}
		syntax := parse(t, files, folders[pkg])
		if _, err := (&types.Config{Importer: imports}).Check(pkg, files, syntax, info); err != nil {
			t.Fatal(err)
		}
		for _, file := range syntax {
			collectReads(file, info, read)
		}
	}
	return read
}

func parse(t *testing.T, files *token.FileSet, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(files, name, bytes.NewReader(text), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	return all
}

func collectReads(file *ast.File, info *types.Info, read map[string]bool) {
	written := make(map[ast.Expr]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			written[n.X] = written[n.X] || n.Op == token.AND
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				written[left] = true
			}
		case *ast.SelectorExpr:
			selection := info.Selections[n]
			if selection == nil || selection.Kind() != types.FieldVal || written[n] {
				return true
			}
			owner := selection.Recv()
			if p, ok := owner.Underlying().(*types.Pointer); ok {
				owner = p.Elem()
			}
			name := types.TypeString(owner, func(p *types.Package) string { return p.Name() })
			read[fmt.Sprintf("%s.%s", name, n.Sel.Name)] = true
		}
		return true
	})
}
