package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"zarafa/daemon/settings"
	"zarafa/tuning/facts"
)

// serverValue is a setting of the server that is in effect, and the file that it comes from.
type serverValue struct{ value, file string }

// openFiles opens files of the tree.
func openFiles(tree *facts.Tree) func(string) (io.ReadCloser, error) {
	return func(file string) (io.ReadCloser, error) {
		text, err := tree.ReadText(file)
		return io.NopCloser(strings.NewReader(text)), err
	}
}

// readServerFile returns the text of server.cfg and the settings that are in effect, those of the files that it includes among them. A
// server that is not installed yet has none.
func (s *session) readServerFile(tree *facts.Tree) (string, map[string]serverValue, error) {
	text, err := tree.ReadText(s.serverCfg)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return "", nil, hint(err)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w; name the server's settings file with --server-cfg", err)
	}
	given := make(map[string]serverValue)
	set, err := settings.New(nil)
	if err != nil {
		return "", nil, err
	}
	err = set.ReadFile(s.serverCfg, settings.Source{
		Open: openFiles(tree), IgnoreUnknown: true, // what the settings mean is not asked here
		Visit: func(origin settings.Origin, l settings.Line) {
			given[l.Name] = serverValue{l.Value, origin.File}
		},
	})
	if err != nil {
		return "", nil, err
	}
	return text, given, nil
}
