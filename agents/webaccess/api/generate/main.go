// Command generate writes the TypeScript of the interface's types, with the comments of the Go source.
//
//	go run ./generate FILE
package main

import (
	"fmt"
	"os"

	"zarafa/agents/webaccess/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(file string) error {
	doc, err := readComments(".")
	if err != nil {
		return err
	}
	w := newWriter(doc)
	for _, t := range api.Others() {
		w.need(t)
	}
	for _, m := range api.Methods() {
		w.need(m.Args)
		w.need(m.Result)
	}
	w.methods(api.Methods())
	if w.err != nil {
		return w.err
	}
	return os.WriteFile(file, []byte(w.text()), 0o644)
}
