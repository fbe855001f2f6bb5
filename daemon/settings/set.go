package settings

import (
	"errors"
	"fmt"
	"strings"
)

// Set is one reading of a table of settings: texts are gathered from the file and
// the command line, then [Set.Apply] fills the bound fields. It is not safe for
// use by several goroutines.
type Set struct {
	sections []Section
	byName   map[string]*Option
	given    map[*Option]given
	warnings []string
	problems []error
}

// given is a text that somebody wrote for a setting.
type given struct {
	text   string
	origin Origin
}

// New returns a Set in which every setting has its default. Its error is a mistake
// in the table, not in a file.
func New(sections []Section) (*Set, error) {
	byName, err := index(sections)
	if err != nil {
		return nil, err
	}
	return &Set{sections: sections, byName: byName, given: make(map[*Option]given)}, nil
}

// Names returns every accepted spelling, the older ones included.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.byName))
	for name := range s.byName {
		names = append(names, name)
	}
	return names
}

// SetArgument records a setting given on the command line, where underscores may
// be written as dashes. It wins over the file and is not changed by a reload.
func (s *Set) SetArgument(name, text string) error {
	name = strings.ReplaceAll(name, "-", "_")
	origin := Origin{File: originCommandLine}
	o := s.byName[name]
	switch {
	case o == nil:
		return s.unknown(origin, name)
	case o.secret():
		return &Error{origin, name, "a secret on the command line can be read by every user of the machine",
			"write it to the settings file, which only the daemon's user may read"}
	}
	return s.record(o, name, text, origin)
}

// record notes a text for an option; the last one wins, except that a file does
// not win over the command line.
func (s *Set) record(o *Option, name, text string, origin Origin) error {
	if len(text) > MaxValue {
		return &Error{origin, name, fmt.Sprintf("the value has %d bytes", len(text)),
			fmt.Sprintf("shorten it to %d bytes", MaxValue)}
	}
	switch {
	case o.Obsolete != "":
		s.warnf("%s: %s has no effect any more: %s", origin, name, o.Obsolete)
		return nil
	case o.Deprecated != "":
		s.warnf("%s: %s is an older spelling: %s", origin, name, o.Deprecated)
	case name != o.Name:
		s.warnf("%s: %s is an older spelling: write %s", origin, name, o.Name)
	}
	if c, ok := o.Value.(cautious); ok {
		if caution := c.Caution(text); caution != "" {
			s.warnf("%s: %s: %s", origin, name, caution)
		}
	}
	if s.given[o].origin.File == originCommandLine && origin.File != originCommandLine {
		return nil
	}
	s.given[o] = given{text, origin}
	return nil
}

// Given reports whether the setting was written anywhere, as opposed to having its
// default.
func (s *Set) Given(name string) bool {
	_, ok := s.given[s.byName[name]]
	return ok
}

// Keep carries over from an earlier reading what a reload must not change: the
// settings of the command line and those that need a restart. A setting that needs
// a restart and differs in the file now gives a warning.
func (s *Set) Keep(earlier *Set) {
	for _, section := range s.sections {
		for i := range section.Options {
			o := &section.Options[i]
			before, was := earlier.given[earlier.byName[o.Name]]
			if o.Reloadable && before.origin.File != originCommandLine {
				continue
			}
			now, is := s.given[o]
			if before.origin.File != originCommandLine && textOf(o, now, is) != textOf(o, before, was) {
				s.warnf("%s has changed, which takes effect at the next restart", o.Name)
			}
			delete(s.given, o)
			if was {
				s.given[o] = before
			}
		}
	}
}

// textOf returns the written text of an option, or its default.
func textOf(o *Option, g given, written bool) string {
	if written {
		return g.text
	}
	return o.Default
}

// Apply parses every text and stores the values in the bound fields. All mistakes
// are reported together, as an error that joins one [Error] each.
func (s *Set) Apply() error {
	problems := s.problems
	for _, section := range s.sections {
		for i := range section.Options {
			o := &section.Options[i]
			if o.Value == nil {
				continue
			}
			g, written := s.given[o]
			if !written {
				g.origin.File = originDefault
			}
			if err := o.Value.Set(textOf(o, g, written)); err != nil {
				// A Value's error ends with the remedy already.
				problems = append(problems, &Error{g.origin, o.Name, err.Error(), ""})
			}
		}
	}
	return errors.Join(problems...)
}

// Warnf adds a warning, for a program's own checks between settings.
func (s *Set) Warnf(format string, args ...any) { s.warnf(format, args...) }

// maxWarnings bounds what a file of nonsense can put into the log.
const maxWarnings = 200

func (s *Set) warnf(format string, args ...any) {
	if len(s.warnings) < maxWarnings {
		s.warnings = append(s.warnings, fmt.Sprintf(format, args...))
	}
}

// Warnings returns what the operator should know, in the order it was found.
func (s *Set) Warnings() []string { return s.warnings }

// Problem returns an error about a setting, with the origin of its value, for a
// program's own checks between settings.
func (s *Set) Problem(name, problem, remedy string) error {
	origin := Origin{File: originDefault}
	if g, ok := s.given[s.byName[name]]; ok {
		origin = g.origin
	}
	return &Error{origin, name, problem, remedy}
}
