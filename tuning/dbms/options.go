package dbms

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed mariadb.txt
var mariadbText string

//go:embed mysql.txt
var mysqlText string

// Option is what a table says about an option.
type Option struct {
	Name string
	// Since is the release that brought it, Removed the one that took it away,
	// Deprecated and Ignored those from which on it is discouraged or without effect.
	// Each is nil if there is no such release.
	Since, Removed, Deprecated, Ignored *Version
	// Use is what to write instead, empty if there is nothing.
	Use string
	// Tolerated says that releases without the option accept it with a warning.
	Tolerated bool
	// Foreign is the other flavour, if only that one has the option.
	Foreign Flavour
}

// Table is the options of one flavour. It does not change.
type Table struct {
	flavour Flavour
	options map[string]Option
	names   []string // sorted
}

var tables = sync.OnceValue(func() map[Flavour]*Table {
	return map[Flavour]*Table{MariaDB: parseTable(MariaDB, mariadbText), MySQL: parseTable(MySQL, mysqlText)}
})

// Options returns the table of a flavour.
func Options(f Flavour) *Table { return tables()[f] }

// parseTable reads an embedded table. A mistake in it is one in the program, and is
// found by the package's test.
func parseTable(f Flavour, text string) *Table {
	t := &Table{flavour: f, options: make(map[string]Option)}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" || strings.HasPrefix(line, "#") {
			continue
		}
		o := Option{Name: fields[0]}
		for _, mark := range fields[1:] {
			if err := o.mark(f, mark); err != nil {
				panic("BUG: dbms: option table: " + line + err.Error())
			}
		}
		t.options[o.Name] = o
		t.names = append(t.names, o.Name)
	}
	slices.Sort(t.names)
	return t
}

func (o *Option) mark(f Flavour, mark string) error {
	name, value, _ := strings.Cut(mark, "=")
	switch name {
	case "use":
		o.Use = value
		return nil
	case "tolerated":
		o.Tolerated = true
		return nil
	case "foreign":
		o.Foreign = Flavour(value)
		return nil
	}
	v, err := ParseVersion(value)
	if err != nil {
		return err
	}
	v.Flavour = f
	field, ok := map[string]**Version{"since": &o.Since, "removed": &o.Removed, "deprecated": &o.Deprecated, "ignored": &o.Ignored}[name]
	if !ok {
		return fmt.Errorf("unknown mark %q", name)
	}
	*field = &v
	return nil
}

// Names returns all names of the table, sorted.
func (t *Table) Names() []string { return slices.Clone(t.names) }

// Lookup returns what the table says about a name in its form with underscores.
func (t *Table) Lookup(name string) (Option, bool) {
	o, ok := t.options[name]
	return o, ok
}

// reached reports whether a version is certainly at or after another. Where only the
// series is known, possibly says what to answer inside the series.
func reached(v Version, at *Version, possibly bool) bool {
	switch {
	case at == nil:
		return false
	case v.Before(at.Major, at.Minor, at.Patch):
		return false
	case v.AtLeast(at.Major, at.Minor, at.Patch):
		return true
	}
	return possibly
}

// covered reports whether the tables know the version: beyond these series nobody
// has looked.
func covered(v Version) bool {
	if v.Flavour == MariaDB {
		return v.AtLeast(10, 6, 0) && v.Before(11, 9, 0)
	}
	return v.AtLeast(8, 0, 0) && v.Before(10, 0, 0)
}

// universal are the options that every version has had for ten years and that may be
// written to one that the tables do not cover.
var universal = []string{"innodb_buffer_pool_size", "innodb_flush_log_at_trx_commit", "max_connections", "max_allowed_packet", "innodb_io_capacity", "innodb_io_capacity_max"}

// Writable reports whether an option may be written for a version: it certainly knows
// the option, obeys it and does not complain of it.
func Writable(v Version, name string) bool {
	if !covered(v) {
		return slices.Contains(universal, name)
	}
	o, ok := Options(v.Flavour).Lookup(name)
	if !ok || o.Foreign != "" {
		return false
	}
	if o.Since != nil && !reached(v, o.Since, false) {
		return false
	}
	return !reached(v, o.Removed, true) && !reached(v, o.Ignored, true) && !reached(v, o.Deprecated, true)
}

// Universal reports whether every version knows the option.
func Universal(name string) bool { return slices.Contains(universal, name) }
