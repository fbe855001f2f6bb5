package listen

import (
	"strings"

	"zarafa/daemon/settings"
)

type specsValue struct{ field *[]Spec }

// Value binds a list of addresses to a setting.
func Value(field *[]Spec) settings.Value { return specsValue{field} }

func (v specsValue) Set(text string) error {
	specs, err := Parse(text)
	if err == nil {
		*v.field = specs
	}
	return err
}

func (v specsValue) String() string { return Format(*v.field) }
func (v specsValue) Kind() string   { return "addresses separated by spaces, empty for none" }

// Format writes addresses in the syntax that [Parse] reads.
func Format(specs []Spec) string {
	words := make([]string, len(specs))
	for i, s := range specs {
		words[i] = s.String()
	}
	return strings.Join(words, " ")
}
