// Package dbms knows the database servers: their versions, and which options each
// version knows, ignores or has removed.
//
// The tables are constants; nothing here changes, so any number of goroutines may use
// the package. A version that the tables do not cover is never treated as its
// neighbour: only options that every version knows count as known to it.
package dbms

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Flavour is one of the two families of servers.
type Flavour string

// The flavours. The servers of Percona are MySQL with additions.
const (
	MariaDB Flavour = "MariaDB"
	MySQL   Flavour = "MySQL"
)

// Version is a release of a database server.
type Version struct {
	Flavour             Flavour
	Major, Minor, Patch int
	// AnyPatch says that only the series is known, so that nothing may be relied on
	// that came or went within it.
	AnyPatch bool
}

var numbers = regexp.MustCompile(`(\d+)\.(\d+)(?:\.(\d+))?`)

// ParseVersion reads a version as servers print it (mariadbd --version), as packages
// carry it, or as a person types it: 10.11.6-MariaDB, mysql-8.4, mariadb 11.4.2.
// The flavour is taken from the text, or else from the number: MariaDB went on at 10
// where MySQL went on at 8.
func ParseVersion(text string) (Version, error) {
	m := numbers.FindStringSubmatch(text)
	if m == nil {
		return Version{}, fmt.Errorf("%q is no version of a database; write for example mariadb-10.11.6 or mysql-8.4.3", text)
	}
	var v Version
	// More digits than fit are an unknown version, which 0 is as well.
	v.Major, _ = strconv.Atoi(m[1])
	v.Minor, _ = strconv.Atoi(m[2])
	if m[3] == "" {
		v.AnyPatch = true
	} else {
		v.Patch, _ = strconv.Atoi(m[3])
	}
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "maria"):
		v.Flavour = MariaDB
	case strings.Contains(lower, "mysql ") || strings.HasPrefix(lower, "mysql-") || strings.Contains(lower, "percona"):
		v.Flavour = MySQL
	case v.Major >= 10 && v.Major < 20:
		v.Flavour = MariaDB
	default:
		v.Flavour = MySQL
	}
	return v, nil
}

// String gives for example "MariaDB 10.11.6".
func (v Version) String() string {
	if v.AnyPatch {
		return fmt.Sprintf("%s %d.%d", v.Flavour, v.Major, v.Minor)
	}
	return fmt.Sprintf("%s %d.%d.%d", v.Flavour, v.Major, v.Minor, v.Patch)
}

// MarshalText gives the same as String, for JSON; no version is empty.
func (v Version) MarshalText() ([]byte, error) {
	if v.Flavour == "" {
		return nil, nil
	}
	return []byte(v.String()), nil
}

// Series gives for example "10.11".
func (v Version) Series() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// AtLeast reports whether the version is certainly not older. Where only the series
// is known, that is so if no release of the series is older.
func (v Version) AtLeast(major, minor, patch int) bool {
	if c := cmp.Or(cmp.Compare(v.Major, major), cmp.Compare(v.Minor, minor)); c != 0 {
		return c > 0
	}
	return patch == 0 || (!v.AnyPatch && v.Patch >= patch)
}

// Before reports whether the version is certainly older.
func (v Version) Before(major, minor, patch int) bool {
	if c := cmp.Or(cmp.Compare(v.Major, major), cmp.Compare(v.Minor, minor)); c != 0 {
		return c < 0
	}
	return !v.AnyPatch && v.Patch < patch
}

// Supported reports whether the server can work on the version.
func (v Version) Supported() bool {
	if v.Flavour == MariaDB {
		return v.AtLeast(10, 6, 0)
	}
	return v.AtLeast(8, 0, 0)
}
