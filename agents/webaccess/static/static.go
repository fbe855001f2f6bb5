// Package static has the pages of the web client as the bundler made them. They are taken into the program when it is built and never change
// while it runs, so they may be read by several goroutines.
package static

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// ErrNoPages says that the program was built without the web client.
var ErrNoPages = errors.New("this program was built without the pages of the web client: install npm, run \"make build\" and start it again")

// Files has index.html, editor.html and, below assets, what these load. The names of assets contain a hash of what is in them.
func Files() (fs.FS, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil, ErrNoPages
	}
	return files, nil
}
