package zarafa_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readsWhole are the functions that may ask for all messages of a folder, or all parts of one, at once, and why.
var readsWhole = map[string]string{
	"server/change/count.go Recount":       "counts, and keeps no row",
	"server/objects/delete_tree.go expand": "what a deletion in batches has left: what came since its last batch",
	"server/tables/depth.go load":          "parts of one message",
	"server/tables/watch.go query":         "the one scan that fills a view, packed into the budgets of views and cells",
}

// TestFoldersAreReadInPages: a query for what lies in a folder has a limit, or goes to storage.RowPages or RefPages (develop.txt, rule 17).
// Folders in a folder are not meant, of which there are few.
func TestFoldersAreReadInPages(t *testing.T) {
	used := make(map[string]bool)
	err := filepath.WalkDir("server", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil || !asksForAll(f) {
				continue
			}
			name := filepath.ToSlash(path) + " " + f.Name.Name
			if used[name] = true; readsWhole[name] == "" {
				t.Errorf("%s reads all messages of a folder at once; use storage.RowPages or RefPages, or a limit", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range readsWhole {
		if !used[name] {
			t.Errorf("%s does so no more; take it out of the list", name)
		}
	}
}

// asksForAll reports whether a function makes a query without a limit that it does not give to one of those who read in pages.
func asksForAll(f *ast.FuncDecl) bool {
	paged := make(map[string]bool) // variables that are given to them
	inPages := make(map[ast.Node]bool)
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"RowPages", "RefPages"}, sel.Sel.Name) {
			for _, arg := range call.Args {
				inPages[arg] = true
				if id, ok := arg.(*ast.Ident); ok {
					paged[id.Name] = true
				}
			}
		}
		return true
	})
	all := false
	ast.Inspect(f, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && len(as.Rhs) == 1 {
			if id, ok := as.Lhs[0].(*ast.Ident); ok && paged[id.Name] {
				inPages[as.Rhs[0]] = true
			}
		}
		if lit, ok := n.(*ast.CompositeLit); ok && !inPages[lit] && isUnlimited(lit) {
			all = true
		}
		return true
	})
	return all
}

// isUnlimited reports whether a literal is a query for all that lies in something, other than folders.
func isUnlimited(lit *ast.CompositeLit) bool {
	sel, ok := lit.Type.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "RowQuery" {
		return false
	}
	fields := make(map[string]ast.Expr)
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				fields[id.Name] = kv.Value
			}
		}
	}
	of, _ := fields["Type"].(*ast.SelectorExpr)
	folders := of != nil && of.Sel.Name == "TypeFolder"
	return fields["Parent"] != nil && fields["Limit"] == nil && !folders
}
