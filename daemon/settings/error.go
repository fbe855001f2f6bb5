package settings

import (
	"fmt"
	"strings"
)

// Origin says where a value comes from. A zero Line means that File is not a file
// but a description, such as "command line".
type Origin struct {
	File string
	Line int
}

// String gives file:line, or the description.
func (o Origin) String() string {
	if o.Line == 0 {
		return o.File
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// The origins that are not files.
const (
	originDefault     = "default"
	originCommandLine = "command line"
)

// Error is a mistake in a setting. It tells the operator where, what is wrong and
// what to do next.
type Error struct {
	Origin  Origin
	Setting string // "" where the line is not about a setting
	Problem string
	Remedy  string
}

// Error gives one line: origin, setting, problem and remedy.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Origin.File != "" {
		b.WriteString(e.Origin.String() + ": ")
	}
	if e.Setting != "" {
		b.WriteString(e.Setting + ": ")
	}
	b.WriteString(e.Problem)
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}
