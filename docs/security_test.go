// Package docs_test holds the documentation to what the repository has.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// attacks are the numbers of the attacks that concern the server.
func attacks() []int {
	return []int{1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 25, 26, 27}
}

// testName is how security.md names a test: the folder of its package, a dot, its function.
var testName = regexp.MustCompile("`([a-z0-9_/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// TestEveryAttackHasItsTests: each attack has a row, and each test that a row names is there.
func TestEveryAttackHasItsTests(t *testing.T) {
	page, err := os.ReadFile("security.md")
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	tests := make(map[string][]string) // of each folder
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue // the head
		}
		numbers = append(numbers, n)
		if len(cells) != 6 || strings.TrimSpace(cells[3]) == "" {
			t.Errorf("row %d has %d cells or no defence", n, len(cells)-2)
			continue
		}
		names := testName.FindAllStringSubmatch(cells[4], -1)
		if rest := strings.TrimSpace(testName.ReplaceAllString(cells[4], "")); rest != "" || len(names) == 0 {
			t.Errorf("row %d names %d tests, and %q", n, len(names), rest)
		}
		for _, name := range names {
			tests[name[1]] = append(tests[name[1]], name[2])
		}
	}
	if !slices.Equal(numbers, attacks()) {
		t.Errorf("rows %v, want %v", numbers, attacks())
	}
	for folder, names := range tests {
		have := testsIn(t, filepath.Join("..", folder))
		for _, name := range names {
			if !have[name] {
				t.Errorf("%s has no test %s", folder, name)
			}
		}
	}
}

// testsIn are the tests of a folder.
func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s has no tests: %v", folder, err)
	}
	found := make(map[string]bool)
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil {
				found[fn.Name.Name] = true
			}
		}
	}
	return found
}
