package facts

import (
	"encoding/json"
	"maps"
	"path"
	"slices"

	"zarafa/tuning/mycnf"
)

// persisted reads what SET PERSIST has stored in MySQL's data directory. The server
// takes it after all option files, so that it wins over them.
func (t *Tree) persisted(dataDirectory string) []mycnf.Option {
	file := path.Join(dataDirectory, "mysqld-auto.cnf")
	text, err := t.Read(file)
	if err != nil {
		return nil // MariaDB has none, and others than root may not read it
	}
	var content any
	if json.Unmarshal([]byte(text), &content) != nil {
		return nil
	}
	values := make(map[string]string)
	collect(content, values, 0)
	var options []mycnf.Option
	for _, name := range slices.Sorted(maps.Keys(values)) {
		options = append(options, mycnf.Option{Group: "mysqld", Name: name, Value: values[name], HasValue: true, File: file})
	}
	return options
}

// collect finds the variables: objects with a "Value", at a depth that differs between
// versions.
func collect(node any, values map[string]string, depth int) {
	const deepest = 8
	object, ok := node.(map[string]any)
	if !ok || depth > deepest {
		return
	}
	for name, child := range object {
		if inner, ok := child.(map[string]any); ok {
			if value, ok := inner["Value"].(string); ok {
				values[name] = value
				continue
			}
		}
		collect(child, values, depth+1)
	}
}
