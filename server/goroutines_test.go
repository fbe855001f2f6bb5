package server

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// No request answers for what panics on a goroutine of the server's own: it ends the process, and so every such goroutine contains
// panics, in the statement that begins it or in the function that it calls.
func TestGoroutinesContainPanics(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch path {
		case "internal/replay", "directory/ldap/slapdtest", "servertest", "e2e": // parts of tests
			return fs.SkipDir
		}
		found += checkGoroutines(t, path)
		return nil
	})
	if err != nil || found < 10 {
		t.Errorf("%d goroutines found, %v", found, err)
	}
}

// checkGoroutines reports the goroutines of the package in a folder that contain nothing, and counts all.
func checkGoroutines(t *testing.T, folder string) int {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	functions := map[string][]ast.Node{}
	var begun []ast.Node
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				functions[n.Name.Name] = append(functions[n.Name.Name], n)
			case *ast.GoStmt:
				begun = append(begun, n)
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Go" || s.Sel.Name == "AfterFunc") {
					begun = append(begun, n)
				}
			}
			return true
		})
	}
	for _, n := range begun {
		if !contains(n, functions, 2) && !cancels(n) {
			t.Errorf("%s: a panic on this goroutine would end the process; see server/internal/contain", set.Position(n.Pos()))
		}
	}
	return len(begun)
}

// cancels reports whether a timer does nothing but end a context.
func cancels(n ast.Node) bool {
	timer, ok := n.(*ast.CallExpr)
	if !ok || len(timer.Args) != 2 {
		return false
	}
	f, ok := timer.Args[1].(*ast.FuncLit)
	if !ok || len(f.Body.List) != 1 {
		return false
	}
	statement, ok := f.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := statement.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "cancel"
}

// contains reports whether a piece of code catches panics, or calls a function of its package, at most depth calls away, that does.
func contains(n ast.Node, functions map[string][]ast.Node, depth int) bool {
	caught := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || caught {
			return !caught
		}
		switch id.Name {
		case "contain", "panics", "Panics", "recover":
			caught = true
		}
		for _, f := range functions[id.Name] {
			caught = caught || depth > 0 && contains(f, functions, depth-1)
		}
		return !caught
	})
	return caught
}
