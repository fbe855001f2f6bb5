package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"zarafa/daemon/settings"
	"zarafa/tuning/facts"
)

// options is what the command line says.
type options struct {
	json, quiet bool
	root        string
	dataDir     string
	memoryText  string
	memory      int64
}

// common defines the options of all commands.
func (o *options) common(fs *pflag.FlagSet) {
	fs.BoolVar(&o.json, "json", false, "write JSON, for scripts")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing but what was asked for")
}

// machine defines the options that say which machine is read.
func (o *options) machine(fs *pflag.FlagSet) {
	fs.StringVar(&o.root, "root", "/", "the folder that holds the machine's /proc, /sys and /etc, for a captured machine")
	fs.StringVar(&o.dataDir, "data-directory", "", "the database's data directory, if it is not the one that the database names")
	fs.StringVar(&o.memoryText, "memory", "", "how much memory server and database may use, for example 8g, in place of what is found")
}

// planning defines the options that a plan depends on.
func (o *options) planning(*pflag.FlagSet) {}

// check looks at the options that are given as text.
func (o *options) check() error {
	if o.memoryText == "" {
		return nil
	}
	n, err := settings.ParseSize(o.memoryText)
	if err != nil {
		return fmt.Errorf("--memory: %w", err)
	}
	if n < 256<<20 {
		return errors.New("--memory: less than 256m cannot hold a server and a database; give the memory in bytes, or with m or g")
	}
	o.memory = n
	return nil
}

// open opens the tree of the machine.
func (o *options) open() (*facts.Tree, error) {
	if o.root == "" {
		o.root = "/"
	}
	return facts.Open(o.root)
}

// isTerminal reports whether a file is a terminal.
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
