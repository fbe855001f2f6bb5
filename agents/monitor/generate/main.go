// Command generate writes the sample monitor.cfg and the reference of its settings
// from the monitor's table of settings.
//
//	go run ./generate FOLDER
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"zarafa/agents/monitor"
	"zarafa/daemon/settings"
)

const introduction = `
zarafa-monitor reads ` + "`" + monitor.File + "`" + `, or the file given with ` + "`-c`" + `. The syntax is that of
[server.cfg](server.cfg.md). Any setting except passwords can be given on the command line as ` + "`--setting-name=value`" + `.

Settings marked HUP take effect when the monitor gets the signal HUP, the others when it is
started again. ` + "`zarafa-monitor --dump-config`" + ` prints the settings in effect. [monitor.cfg](monitor.cfg) is
a file with all of them to start from, and [monitor.md](monitor.md) says what the program does.

This page and the sample are generated from the monitor's table of settings.`

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: generate FOLDER"))
	}
	sections := monitor.NewConfig(monitor.Start{}).Sections()
	var sample, reference bytes.Buffer
	if err := settings.WriteSample(&sample, "Settings of zarafa-monitor, normally "+monitor.File, sections); err != nil {
		fail(err)
	}
	if err := settings.WriteMarkdown(&reference, "monitor.cfg", introduction, sections); err != nil {
		fail(err)
	}
	for name, text := range map[string][]byte{"monitor.cfg": sample.Bytes(), "monitor.cfg.md": reference.Bytes()} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate:", err)
	os.Exit(1)
}
