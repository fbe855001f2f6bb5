// Command generate writes the sample backup.cfg and the reference of its settings
// from the program's table of settings.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/agents/backup"
	"zarafa/daemon/settings"
)

const introduction = `
zarafa-backup reads ` + "`" + backup.File + "`" + `, or the file given with ` + "`-c`" + `. The syntax is that of
[server.cfg](server.cfg.md). Each run reads it anew. [backup.cfg](backup.cfg) is a file with all settings to start from, and
[backup.md](backup.md) says what the program does.

This page and the sample are generated from the program's table of settings.`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := settings.WriteDocs(os.Args[1], "backup", introduction, backup.NewConfig("").Sections()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
