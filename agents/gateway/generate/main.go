// Command generate writes the sample gateway.cfg and the reference of its settings.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/agents/gateway"
	"zarafa/daemon/settings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := settings.WriteDocs(os.Args[1], "gateway", "", gateway.NewConfig(gateway.Start{}).Sections()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
