package content

import (
	"slices"
	"strings"
)

// Line is one content line: a name, parameters and a value.
type Line struct {
	group  string
	name   string
	params []Param
	value  string
	// raw is the line as it was read, with its folds and without its end. It is empty once something was changed.
	raw string
}

// Param is a parameter of a line. Values are what they mean: without quotes, and with the carets of RFC 6868 resolved.
type Param struct {
	// Name is empty for the bare types of vCard 2.1, as in TEL;HOME:.
	Name   string
	Values []string
}

// New makes a line with a value that is written as it is; see [EscapeText] for texts.
func New(name, value string, params ...Param) *Line {
	return &Line{name: name, value: value, params: params}
}

// NewText makes a line with a text as its value.
func NewText(name, text string, params ...Param) *Line {
	return New(name, EscapeText(text), params...)
}

// P makes a parameter.
func P(name string, values ...string) Param { return Param{Name: name, Values: values} }

// Name is the line's name in capitals.
func (l *Line) Name() string { return strings.ToUpper(l.name) }

// Is compares the name as the RFCs do, without regard to case.
func (l *Line) Is(name string) bool { return strings.EqualFold(l.name, name) }

// Group is what stands before the name and a dot in a vCard (RFC 6350 3.3), or empty.
func (l *Line) Group() string { return l.group }

// SetGroup changes the group.
func (l *Line) SetGroup(group string) { l.group, l.raw = group, "" }

// Value is the value as it stands in the text, unfolded, with its escapes. It has no line breaks.
func (l *Line) Value() string { return l.value }

// Text is the value without its escapes.
func (l *Line) Text() string { return UnescapeText(l.value) }

// SetValue changes the value, which is written as it is.
func (l *Line) SetValue(value string) { l.value, l.raw = value, "" }

// SetText changes the value to a text.
func (l *Line) SetText(text string) { l.SetValue(EscapeText(text)) }

// Params are the parameters. They are to be changed by the methods alone.
func (l *Line) Params() []Param { return l.params }

// Param is the first value of a parameter, or empty.
func (l *Line) Param(name string) string {
	for i := range l.params {
		if p := &l.params[i]; strings.EqualFold(p.Name, name) && len(p.Values) > 0 {
			return p.Values[0]
		}
	}
	return ""
}

// HasParam reports whether a parameter is there, be it empty.
func (l *Line) HasParam(name string) bool {
	return slices.ContainsFunc(l.params, func(p Param) bool { return strings.EqualFold(p.Name, name) })
}

// ParamValues are all values of a parameter, which may be given several times (RFC 6350 5.6).
func (l *Line) ParamValues(name string) []string {
	var out []string
	for i := range l.params {
		if strings.EqualFold(l.params[i].Name, name) {
			out = append(out, l.params[i].Values...)
		}
	}
	return out
}

// SetParam gives a parameter its values, in place of what it had.
func (l *Line) SetParam(name string, values ...string) {
	at := slices.IndexFunc(l.params, func(p Param) bool { return strings.EqualFold(p.Name, name) })
	if at < 0 {
		l.params, l.raw = append(slices.Clip(l.params), P(name, values...)), ""
		return
	}
	rest := slices.Clone(l.params[at+1:])
	l.params = append(slices.Clone(l.params[:at]), P(name, values...))
	l.params = append(l.params, slices.DeleteFunc(rest, func(p Param) bool { return strings.EqualFold(p.Name, name) })...)
	l.raw = ""
}

// RemoveParam removes a parameter.
func (l *Line) RemoveParam(name string) {
	if l.HasParam(name) {
		l.params = slices.DeleteFunc(slices.Clone(l.params), func(p Param) bool { return strings.EqualFold(p.Name, name) })
		l.raw = ""
	}
}

// Clone copies the line.
func (l *Line) Clone() *Line {
	c := *l
	c.params = slices.Clone(l.params)
	return &c
}
