package report

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bytedance/sonic"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/perf/benchfmt"

	"zarafa/bench/gate"
	"zarafa/loadgen"
)

// Section is a file of results, ready to be shown.
type Section struct {
	File  string
	Title string
	// One of these is set.
	Text       template.HTML   // of a document
	Comparison *gate.Report    // of "zbench ab --json"
	Load       *loadgen.Result // of "zload run --json"
	Benchmarks []BenchTable    // of a file in Go's benchmark format, a table for each unit
}

// ID is the section's anchor.
func (s *Section) ID() string { return strings.NewReplacer("/", "-", ".", "-").Replace(s.File) }

// Read reads a folder of results: documents (*.md), JSON of zbench and zload, and Go's benchmark format (*.txt). Other files, and JSON and
// text of another kind, are passed over.
func Read(folder fs.FS) ([]Section, error) {
	var list []Section
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		s := Section{File: name, Title: strings.TrimSuffix(name, path.Ext(name))}
		ok, err := s.read(text)
		if ok {
			list = append(list, s)
		}
		return err
	})
	return list, err
}

// read fills a section; ok is false if there is nothing to show.
func (s *Section) read(text []byte) (ok bool, err error) {
	switch path.Ext(s.File) {
	case ".md":
		if first, _, found := strings.Cut(string(text), "\n"); found && strings.HasPrefix(first, "# ") {
			s.Title, text = first[2:], text[len(first):]
		}
		s.Text, err = markdown(text)
		return true, err
	case ".json":
		if r, ok := ReadJSON(text); ok {
			s.Comparison, s.Title = r, fmt.Sprintf("%s against %s", r.New.Name, r.Old.Name)
			return true, nil
		}
		var r loadgen.Result
		if sonic.ConfigStd.Unmarshal(text, &r) == nil && r.Profile != "" && len(r.Operations) > 0 {
			s.Load, s.Title = &r, fmt.Sprintf("%d users, profile %s (%s)", r.Users, r.Profile, s.Title)
			return true, nil
		}
	case ".txt":
		s.Benchmarks, err = readBench(s.File, text)
		return len(s.Benchmarks) > 0, err
	}
	return false, nil
}

// markdown renders Markdown; HTML in it is left out.
func markdown(text []byte) (template.HTML, error) {
	var out bytes.Buffer
	err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert(text, &out)
	return template.HTML(out.String()), err
}

// BenchTable are the medians of all benchmarks in one unit.
type BenchTable struct {
	Unit string
	Rows []BenchRow
}

// BenchRow is a benchmark.
type BenchRow struct {
	Name             string
	Least, Mid, Most float64
	Share            float64 // of the longest bar of the table
}

// readBench reads Go's benchmark format. Lines that are none are passed over, as benchstat does.
func readBench(name string, text []byte) ([]BenchTable, error) {
	values := map[string]map[string][]float64{} // unit, benchmark
	var names, units []string
	for r := benchfmt.NewReader(bytes.NewReader(text), name); r.Scan(); {
		res, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		benchmark := string(res.Name)
		if !slices.Contains(names, benchmark) {
			names = append(names, benchmark)
		}
		for _, v := range res.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" {
				unit, value = v.OrigUnit, v.OrigValue
			}
			if values[unit] == nil {
				values[unit] = map[string][]float64{}
				units = append(units, unit)
			}
			values[unit][benchmark] = append(values[unit][benchmark], value)
		}
	}
	var tables []BenchTable
	for _, unit := range units {
		tables = append(tables, benchTable(unit, names, values[unit]))
	}
	return tables, nil
}

func benchTable(unit string, names []string, values map[string][]float64) BenchTable {
	t, longest := BenchTable{Unit: unit}, 0.0
	for _, name := range names {
		list := slices.Sorted(slices.Values(values[name]))
		if len(list) == 0 {
			continue
		}
		row := BenchRow{Name: name, Least: list[0], Mid: list[len(list)/2], Most: list[len(list)-1]}
		longest = max(longest, row.Mid)
		t.Rows = append(t.Rows, row)
	}
	for i := range t.Rows {
		if longest > 0 {
			t.Rows[i].Share = t.Rows[i].Mid / longest
		}
	}
	return t
}
