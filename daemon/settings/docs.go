package settings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// WriteDocs writes the sample file and the reference of a program's settings into a folder, as NAME.cfg and NAME.cfg.md, for a program
// zarafa-NAME that reads /etc/zarafa/NAME.cfg. The introduction is that of the reference; an empty one says what holds for every daemon.
// Errors are those of the file system.
func WriteDocs(folder, name, introduction string, sections []Section) error {
	program, file := "zarafa-"+name, name+".cfg"
	if introduction == "" {
		introduction = introductionOf(program, file)
	}
	var sample, reference bytes.Buffer
	if err := WriteSample(&sample, "Settings of "+program+", normally /etc/zarafa/"+file, sections); err != nil {
		return err
	}
	if err := WriteMarkdown(&reference, file, introduction, sections); err != nil {
		return err
	}
	for path, text := range map[string][]byte{file: sample.Bytes(), file + ".md": reference.Bytes()} {
		if err := os.WriteFile(filepath.Join(folder, path), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// introductionOf says how the settings file of a daemon is written, and when it is read.
func introductionOf(program, file string) string {
	return fmt.Sprintf("\n`%[1]s` reads `/etc/zarafa/%[2]s`, or the file given with `-c`. Lines are `name = value`; a # in the first\n"+
		"column begins a comment; `!include FILE` reads another file. A value that is `$NAME` is taken from the environment, except for\n"+
		"passwords. Of yes-or-no settings only `0`, `no` and `false` mean no. Sizes may end in k, m or g.\n\n"+
		"Settings marked HUP take effect when the daemon gets the signal HUP, the others when it is started again.\n"+
		"`%[1]s --dump-config` prints the settings in effect. [%[2]s](%[2]s) is a file with all of them to start from.\n\n"+
		"This page and the sample are generated from the program's table of settings.", program, file)
}
