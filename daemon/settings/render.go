package settings

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Dump writes every setting with its value in effect, in the syntax of the file,
// for --dump-config. Secrets are concealed. A computed default is preceded by its
// formula and result.
func (s *Set) Dump(w io.Writer) error {
	var b bytes.Buffer
	for _, section := range s.sections {
		fmt.Fprintf(&b, "# %s\n", section.Title)
		for _, o := range section.Options {
			if o.Value == nil {
				continue
			}
			if o.Computed != nil {
				if value := o.Computed(); value != "" {
					fmt.Fprintf(&b, "# %s: automatic: %s = %s\n", o.Name, o.Formula, value)
				}
			}
			fmt.Fprintf(&b, "%s = %s\n", o.Name, o.Value)
		}
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// WriteSample writes a settings file in which every setting is explained and
// commented out at its default.
func WriteSample(w io.Writer, title string, sections []Section) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n#\n", title)
	b.WriteString("# Every setting stands here with its default. Remove the # in front of a setting\n" +
		"# to change it. Settings marked (restart) need a restart, the others take effect\n" +
		"# on HUP.\n")
	for _, section := range sections {
		current := section.current()
		if len(current) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n##### %s #####\n", section.Title)
		for _, o := range current {
			b.WriteByte('\n')
			for _, line := range wrap(o.describe(), 78) {
				b.WriteString("# " + line + "\n")
			}
			b.WriteString(strings.TrimRight(fmt.Sprintf("#%s = %s", o.Name, o.Default), " ") + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// WriteMarkdown writes the reference documentation of the settings.
func WriteMarkdown(w io.Writer, title, introduction string, sections []Section) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s\n", title, strings.TrimSpace(introduction))
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| setting | default | reload | meaning |\n|---|---|---|---|\n", section.Title)
		for _, o := range section.Options {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.Name, code(o.Default), o.reload(), cell(o.meaning()))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// current returns the options that a new file should have.
func (s *Section) current() []Option {
	var kept []Option
	for _, o := range s.Options {
		if o.Obsolete == "" && o.Deprecated == "" {
			kept = append(kept, o)
		}
	}
	return kept
}

// describe explains an option in the sample file.
func (o *Option) describe() string {
	text := o.Doc + " (" + o.Value.Kind() + ")"
	if o.Formula != "" {
		text += " 0 means automatic: " + o.Formula + "."
	}
	if !o.Reloadable {
		text += " (restart)"
	}
	return text
}

// meaning explains an option in the documentation.
func (o *Option) meaning() string {
	var parts []string
	switch {
	case o.Obsolete != "":
		parts = append(parts, "Accepted without effect: "+o.Obsolete+".")
	case o.Deprecated != "":
		parts = append(parts, o.Doc, "Older spelling: "+o.Deprecated+".")
	default:
		parts = append(parts, o.Doc)
	}
	if o.Formula != "" {
		parts = append(parts, "0 = automatic: "+o.Formula+".")
	}
	if o.Value != nil {
		parts = append(parts, "("+o.Value.Kind()+")")
	}
	if len(o.Aliases) > 0 {
		parts = append(parts, "Also: `"+strings.Join(o.Aliases, "`, `")+"`.")
	}
	return strings.Join(parts, " ")
}

func (o *Option) reload() string {
	switch {
	case o.Obsolete != "":
		return ""
	case o.Reloadable:
		return "HUP"
	}
	return "restart"
}

// code quotes a default for a table cell; an empty one stays empty.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + cell(text) + "`"
}

// cell makes text safe inside a table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// wrap breaks text at spaces into lines of at most width bytes.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
