package facts

import (
	"path"
	"slices"
	"strings"
)

// Variable is an environment variable of a service, with the file that sets it.
type Variable struct {
	Value string
	File  string
}

// Environment returns the environment variables that systemd sets for a unit, by name, in the order of systemd.exec(5): the assignments of the
// unit and its drop-ins, then environment files, which win over them, without what UnsetEnvironment takes away. folder is a
// folder of units beside those that systemd always has, "" for none.
func (t *Tree) Environment(name, folder string) map[string]Variable {
	folders := unitFolders[:]
	if folder != "" && !slices.Contains(folders, path.Clean(folder)) {
		folders = append([]string{folder}, folders...)
	}
	assigned, files, unset := map[string]Variable{}, []string{}, []string{}
	for _, a := range t.readUnitIn(folders, name).settings {
		switch a.name {
		case "Environment":
			if a.value == "" {
				clear(assigned)
			}
			for _, word := range words(a.value) {
				if key, value, ok := strings.Cut(word, "="); ok {
					assigned[key] = Variable{value, a.file}
				}
			}
		case "EnvironmentFile":
			if files = append(files, strings.TrimPrefix(a.value, "-")); a.value == "" {
				files = nil
			}
		case "UnsetEnvironment":
			if unset = append(unset, words(a.value)...); a.value == "" {
				unset = nil
			}
		}
	}
	for _, pattern := range files {
		t.environmentFiles(pattern, assigned)
	}
	for _, word := range unset {
		key, value, ok := strings.Cut(word, "=")
		if !ok || assigned[key].Value == value {
			delete(assigned, key)
		}
	}
	return assigned
}

// environmentFiles reads the environment files that a pattern matches.
func (t *Tree) environmentFiles(pattern string, into map[string]Variable) {
	dir := path.Dir(pattern)
	for _, name := range t.List(dir) {
		if ok, err := path.Match(path.Base(pattern), name); err != nil || !ok {
			continue
		}
		file := path.Join(dir, name)
		text, err := t.Read(file)
		if err != nil {
			continue // systemd would not start the unit; what is planned is not in effect either way
		}
		for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "")) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' || line[0] == ';' {
				continue
			}
			if key, value, ok := strings.Cut(line, "="); ok {
				into[strings.TrimSpace(key)] = Variable{unquote(strings.TrimSpace(value)), file}
			}
		}
	}
}

// unquote removes the quotes around a value.
func unquote(value string) string {
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return value
}

// words splits a line at blanks that are not in quotes, and removes the quotes.
func words(line string) []string {
	var all []string
	var word strings.Builder
	quote, in := rune(0), false
	for _, c := range line {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, in = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if in {
				all = append(all, word.String())
			}
			word.Reset()
			in = false
		default:
			word.WriteRune(c)
			in = true
		}
	}
	if in {
		all = append(all, word.String())
	}
	return all
}
