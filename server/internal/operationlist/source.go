package operationlist

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"zarafa/wire"
)

// handler is a method that answers an operation.
type handler struct {
	folder string
	always string // the only code it ever answers
}

// eachFile parses the Go files below folders of root; folder is relative to root.
func eachFile(root string, folders []string, tests bool, f func(folder string, file *ast.File)) error {
	for _, top := range folders {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") != tests {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			f(filepath.ToSlash(folder), file)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// handlers finds the methods that look like wire.Service's: Name(call, *NameRequest, *response) error.
func handlers(root string, folders []string) (map[string]handler, error) {
	found := make(map[string]handler)
	err := eachFile(root, folders, false, func(folder string, file *ast.File) {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Body == nil || len(fn.Type.Params.List) != 3 {
				continue
			}
			params := fn.Type.Params.List
			if len(params) == 3 && typeName(params[1].Type) == fn.Name.Name+"Request" {
				found[fn.Name.Name] = handler{folder, onlyCode(fn.Body)}
			}
		}
	})
	return found, err
}

// typeName is the name of a pointer's target, without its package.
func typeName(t ast.Expr) string {
	star, ok := t.(*ast.StarExpr)
	if !ok {
		return ""
	}
	switch x := star.X.(type) {
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}

// onlyCode is the code of a body that consists of "return mapi.Code".
func onlyCode(body *ast.BlockStmt) string {
	if len(body.List) != 1 {
		return ""
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return ""
	}
	sel, ok := ret.Results[0].(*ast.SelectorExpr)
	if pkg, isIdent := selected(sel, ok); !isIdent || pkg != "mapi" {
		return ""
	}
	return sel.Sel.Name
}

func selected(sel *ast.SelectorExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	id, isIdent := sel.X.(*ast.Ident)
	if !isIdent {
		return "", false
	}
	return id.Name, true
}

// callers finds the packages whose tests name the request of an operation.
func callers(root string, folders []string) (map[string][]string, error) {
	found := make(map[string]map[string]bool)
	err := eachFile(root, folders, true, func(folder string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if pkg, isIdent := selected(sel, ok); !isIdent || pkg != "wire" {
				return true
			}
			if name, isRequest := strings.CutSuffix(sel.Sel.Name, "Request"); isRequest {
				if found[name] == nil {
					found[name] = make(map[string]bool)
				}
				found[name][folder] = true
			}
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string, len(found))
	for name, set := range found {
		out[name] = sortedKeys(set)
	}
	return out, nil
}

// methodNames reads the constants OpName = number.
func methodNames(path string) (map[wire.Op]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	names := make(map[wire.Op]string)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return true
		}
		name, isOp := strings.CutPrefix(spec.Names[0].Name, "Op")
		value, isLiteral := spec.Values[0].(*ast.BasicLit)
		if !isOp || !isLiteral {
			return true
		}
		if number, err := strconv.ParseUint(value.Value, 10, 8); err == nil {
			names[wire.Op(number)] = name
		}
		return true
	})
	return names, nil
}

// recordings counts the recorded exchanges of each operation.
func recordings(folder string) (map[string]int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fs.ErrNotExist)
	}
	counts := make(map[string]int)
	for _, path := range files {
		if err := countOperations(path, counts); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func countOperations(path string, counts map[string]int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bufio.NewReader(plain))
	for {
		var exchange struct {
			Op string `json:"op"`
		}
		if err := decoder.Decode(&exchange); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		counts[exchange.Op]++
	}
}
