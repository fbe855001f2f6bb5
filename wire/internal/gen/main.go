// Command gen writes the generated part of package wire from interface/operations.json.
// It is run by "go generate ./wire" in the folder of the package.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	data, err := os.ReadFile("interface/operations.json")
	if err != nil {
		return err
	}
	files, err := generate(data)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate makes all files, by name, from the text of operations.json.
func generate(data []byte) (map[string][]byte, error) {
	in, err := parseInterface(data)
	if err != nil {
		return nil, fmt.Errorf("operations.json: %w", err)
	}
	sources := map[string]*source{}
	if err := in.structs(sources); err != nil {
		return nil, err
	}
	in.operations(sources)
	in.service(sources)
	in.dispatch(sources)
	if err := in.codec(sources); err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(sources))
	for name, s := range sources {
		if files[name], err = s.bytes(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}
