package settings

import "fmt"

// Section is a titled group of options. It exists for people: the sample file and
// the documentation follow its order, the parser does not care.
type Section struct {
	Title   string
	Options []Option
}

// Option describes one setting.
type Option struct {
	// Name is the spelling in the settings file. On the command line the
	// underscores may be written as dashes.
	Name string
	// Aliases are older spellings of the same setting. They work and give a warning.
	Aliases []string
	// Default is the text that stands for the setting when nobody sets it.
	Default string
	// Value binds the setting to a field. It is nil for an obsolete option.
	Value Value
	// Reloadable says that a changed value takes effect on HUP.
	Reloadable bool
	// Doc explains the setting to the person who edits the file.
	Doc string
	// Formula explains how a computed default comes about, e.g. "25 % of the memory".
	Formula string
	// Computed returns the value that the formula gives here, or "" where the
	// setting is given explicitly. It is called after [Set.Apply].
	Computed func() string
	// Deprecated, if set, names what to write instead. The setting still works.
	Deprecated string
	// Obsolete, if set, says why the setting no longer has an effect. It is
	// accepted with a warning so that an old file does not stop a start.
	Obsolete string
}

// secret reports whether the value must not be shown.
func (o *Option) secret() bool {
	_, ok := o.Value.(secretValue)
	return ok
}

// index maps every accepted spelling to its option. A spelling that is used twice
// or an option without a binding is a mistake in the program's table.
func index(sections []Section) (map[string]*Option, error) {
	byName := make(map[string]*Option)
	for i := range sections {
		for j := range sections[i].Options {
			o := &sections[i].Options[j]
			if o.Value == nil && o.Obsolete == "" {
				return nil, fmt.Errorf("settings: option %s is bound to nothing", o.Name)
			}
			for _, name := range append([]string{o.Name}, o.Aliases...) {
				if byName[name] != nil {
					return nil, fmt.Errorf("settings: option %s is in the table twice", name)
				}
				byName[name] = o
			}
		}
	}
	return byName, nil
}
