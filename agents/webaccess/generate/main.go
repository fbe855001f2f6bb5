// Command generate writes the sample webaccess.cfg and the reference of its settings.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/agents/webaccess"
	"zarafa/daemon/settings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := settings.WriteDocs(os.Args[1], "webaccess", "", webaccess.NewConfig(webaccess.Start{}).Sections()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
