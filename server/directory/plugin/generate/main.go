// Command generate writes the references of the settings of the user plugins from their tables.
//
//	go run ./plugin/generate FOLDER
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"zarafa/daemon/settings"
	"zarafa/server/directory/ldap"
	"zarafa/server/directory/unix"
)

const ldapIntroduction = `
The settings of the user plugin for LDAP directories, in the file that ` + "`user_plugin_config`" + ` names, normally ` + "`/etc/zarafa/ldap.cfg`" + `. The
syntax is that of server.cfg; ` + "`!propmap FILE`" + ` reads a list of further properties. All take effect at the next start.
[ldap.md](ldap.md) explains how to go about it, and [ldap/](ldap/) has files to start from.

This page is generated from the plugin's table of settings.`

const unixIntroduction = `
The settings of the user plugin for the accounts of the system, in the file that ` + "`user_plugin_config`" + ` names, normally
` + "`/etc/zarafa/unix.cfg`" + `. The syntax is that of server.cfg. All take effect at the next start. [ldap.md](ldap.md) has a section
on the plugin, and [unix.cfg](unix.cfg) is a file to start from.

This page is generated from the plugin's table of settings.`

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: generate FOLDER"))
	}
	for _, page := range []struct {
		name, title, introduction string
		sections                  []settings.Section
	}{
		{"ldap.cfg.md", "ldap.cfg", ldapIntroduction, new(ldap.Settings).Sections()},
		{"unix.cfg.md", "unix.cfg", unixIntroduction, new(unix.Settings).Sections()},
	} {
		var text bytes.Buffer
		if err := settings.WriteMarkdown(&text, page.title, page.introduction, page.sections); err != nil {
			fail(err)
		}
		if err := os.WriteFile(filepath.Join(os.Args[1], page.name), text.Bytes(), 0o644); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate:", err)
	os.Exit(1)
}
