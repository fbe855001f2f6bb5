package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// comments are what the source of the types says.
type comments struct {
	types  map[string]string            // of a type
	fields map[string]map[string]string // of a struct's fields
	values map[string][]string          // of the constants of a type of strings
}

// readComments reads the package in a folder.
func readComments(dir string) (*comments, error) {
	c := &comments{types: make(map[string]string), fields: make(map[string]map[string]string), values: make(map[string][]string)}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, &fs.PathError{Op: "read", Path: dir, Err: fs.ErrNotExist}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				c.declaration(g)
			}
		}
	}
	return c, nil
}

func (c *comments) declaration(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			c.types[s.Name.Name] = strings.TrimSpace(g.Doc.Text())
			if st, ok := s.Type.(*ast.StructType); ok {
				c.structure(s.Name.Name, st)
			}
		case *ast.ValueSpec:
			c.value(g, s)
		}
	}
}

func (c *comments) structure(name string, st *ast.StructType) {
	c.fields[name] = make(map[string]string)
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			c.fields[name][n.Name] = strings.TrimSpace(f.Doc.Text())
		}
	}
}

// value notes a constant of a named type of strings.
func (c *comments) value(g *ast.GenDecl, s *ast.ValueSpec) {
	kind, ok := s.Type.(*ast.Ident)
	if g.Tok != token.CONST || !ok {
		return
	}
	for _, v := range s.Values {
		if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				c.values[kind.Name] = append(c.values[kind.Name], text)
			}
		}
	}
}
