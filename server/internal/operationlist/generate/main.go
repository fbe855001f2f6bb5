// Command generate writes docs/operations.md of the repository in a folder.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/server/internal/operationlist"
)

func main() {
	err := fmt.Errorf("usage: generate FOLDER")
	if len(os.Args) == 2 {
		err = operationlist.Write(os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
