package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"zarafa/agents/webaccess/api"
)

const heading = "// Code generated from agents/webaccess/api. DO NOT EDIT.\n"

// writer translates types; need begins with one, and goes on with those that it refers to.
type writer struct {
	comments *comments
	done     map[reflect.Type]bool
	parts    map[string]string // by the name of the type
	last     string
	err      error
}

func newWriter(c *comments) *writer {
	return &writer{comments: c, done: make(map[reflect.Type]bool), parts: make(map[string]string)}
}

// text is the whole file, in the order of names.
func (w *writer) text() string {
	names := make([]string, 0, len(w.parts))
	for name := range w.parts {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(heading)
	for _, name := range names {
		b.WriteString("\n" + w.parts[name])
	}
	return b.String() + "\n" + w.last
}

// need writes a type unless it is there.
func (w *writer) need(t reflect.Type) {
	if w.done[t] {
		return
	}
	w.done[t] = true
	name := t.Name()
	doc := comment("", w.comments.types[name])
	switch t.Kind() {
	case reflect.Struct:
		w.parts[name] = doc + w.structure(t)
	case reflect.String:
		w.parts[name] = doc + "export type " + name + " = " + w.union(name) + "\n"
	case reflect.Map:
		w.parts[name] = doc + "export type " + name + " = " + w.mapping(t) + "\n"
	default:
		w.err = fmt.Errorf("the type %v has no form in TypeScript", t)
	}
}

func (w *writer) union(name string) string {
	values := w.comments.values[name]
	if len(values) == 0 {
		return "string"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, " | ")
}

func (w *writer) structure(t reflect.Type) string {
	if t.NumField() == 0 {
		return "export type " + t.Name() + " = Record<string, never>\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "export interface %s {\n", t.Name())
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			w.err = fmt.Errorf("%s.%s has no name in JSON", t.Name(), f.Name)
			return ""
		}
		optional, kind := "", w.kind(f.Type)
		if options == "omitempty" {
			optional = "?"
		} else if f.Type.Kind() == reflect.Pointer {
			kind += " | null"
		}
		b.WriteString(comment("  ", w.comments.fields[t.Name()][f.Name]))
		fmt.Fprintf(&b, "  %s%s: %s\n", name, optional, kind)
	}
	b.WriteString("}\n")
	return b.String()
}

// kind is how a type is written where it is used.
func (w *writer) kind(t reflect.Type) string {
	if t == reflect.TypeFor[json.RawMessage]() {
		return "unknown"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.kind(t.Elem())
	case reflect.Slice:
		return w.kind(t.Elem()) + "[]"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "number"
	}
	if t.Name() != "" && t.PkgPath() != "" {
		w.need(t)
		return t.Name()
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Map:
		return w.mapping(t)
	}
	w.err = fmt.Errorf("the type %v has no form in TypeScript", t)
	return ""
}

func (w *writer) mapping(t reflect.Type) string { return "Record<string, " + w.kind(t.Elem()) + ">" }

// methods writes the interface by which calls are typed.
func (w *writer) methods(list []api.Method) {
	var b strings.Builder
	b.WriteString("/** The calls of a batch: what each takes and gives. */\nexport interface Methods {\n")
	for _, m := range list {
		fmt.Fprintf(&b, "  %q: { args: %s; result: %s }\n", m.Name, m.Args.Name(), m.Result.Name())
	}
	b.WriteString("}\n")
	w.last = b.String()
}

// comment is a text as a comment of TypeScript.
func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(strings.ReplaceAll(text, "*/", "* /"), "\n")
	if len(lines) == 1 {
		return indent + "/** " + lines[0] + " */\n"
	}
	return indent + "/**\n" + indent + " * " + strings.Join(lines, "\n"+indent+" * ") + "\n" + indent + " */\n"
}
