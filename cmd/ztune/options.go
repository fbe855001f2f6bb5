package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"zarafa/daemon/settings"
	"zarafa/server/config"
	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

// options is what the command line says.
type options struct {
	json, quiet bool
	// which machine
	root, dataDir, memoryText string
	memory                    int64
	// what is planned
	users             int
	role              string
	database          string
	version           *dbms.Version
	medium            string
	connections       int
	serverCfg, myCnf  string
	unitFolder, state string
	print             string
	// apply and undo
	yes, force, list bool
	// probe
	seconds int
	verify  verifyOptions
	// engine is what the server keeps its data in, in place of what server.cfg says.
	engine string
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
func (o *options) planning(fs *pflag.FlagSet) {
	fs.IntVarP(&o.users, "users", "u", 0, "how many users work at a time; without it, one for each 128 MB of memory")
	fs.StringVar(&o.role, "role", "", "both, server or db: what this machine does; without it, what server.cfg says, or both")
	fs.StringVar(&o.database, "database", "", "the database's version, for example mariadb-10.11.6 or mysql-8.4.3, in place of what is found")
	fs.StringVar(&o.medium, "medium", "", "what the storage is, in place of what is found: rotating, ssd, nvme, network, virtual")
	fs.IntVar(&o.connections, "connections", 0, "how many connections other programs open to the database; with --role db, how many all servers open together")
	fs.StringVar(&o.serverCfg, "server-cfg", config.File, "the server's settings file")
	fs.StringVar(&o.myCnf, "my-cnf", "", "the file for the database's options; without it, zz-ztune.cnf in the folder that my.cnf includes")
	fs.StringVar(&o.unitFolder, "unit-folder", "/etc/systemd/system", "where the units of systemd are; empty writes none")
	fs.StringVar(&o.state, "state-folder", "/var/lib/ztune", "where backups, probes and what was applied are kept")
}

var media = []string{"", facts.MediumRotating, facts.MediumSSD, facts.MediumNVMe, facts.MediumNetwork, facts.MediumVirtual}

// check looks at the options that are given as text.
func (o *options) check() error {
	if o.memoryText != "" {
		n, err := settings.ParseSize(o.memoryText)
		if err != nil {
			return fmt.Errorf("--memory: %w", err)
		}
		if n < 256<<20 {
			return fmt.Errorf("--memory: %s cannot hold a server and a database; give at least 256m", o.memoryText)
		}
		o.memory = n
	}
	if o.database != "" {
		v, err := dbms.ParseVersion(o.database)
		if err != nil {
			return fmt.Errorf("--database: %w", err)
		}
		o.version = &v
	}
	if err := o.paths(); err != nil {
		return err
	}
	if !slices.Contains([]string{"", string(rules.Both), string(rules.Server), string(rules.DB)}, o.role) {
		return fmt.Errorf("--role: %q is no role; say both, server or db", o.role)
	}
	if !slices.Contains(media, o.medium) {
		return fmt.Errorf("--medium: %q is no medium; say one of%s", o.medium, strings.Join(media, " "))
	}
	if o.users < 0 || o.users > 10_000_000 {
		return fmt.Errorf("--users: %d users cannot be planned for; give a number from 1 to 10000000, or leave it out", o.users)
	}
	if o.connections < 0 || o.connections > 100_000 {
		return fmt.Errorf("--connections: %d is out of range; give a number from 1 to 100000, or leave it out", o.connections)
	}
	return nil
}

// paths makes the paths of the command line absolute. They are those of the machine that is read, so a relative one has a meaning
// only if that is this machine.
func (o *options) paths() error {
	for _, p := range []struct {
		option string
		path   *string
	}{
		{"--data-directory", &o.dataDir}, {"--server-cfg", &o.serverCfg}, {"--my-cnf", &o.myCnf}, {"--unit-folder", &o.unitFolder}, {"--state-folder", &o.state},
	} {
		if err := o.absolute(p.option, p.path); err != nil {
			return err
		}
	}
	return nil
}

// absolute makes one path absolute. An empty one stays empty.
func (o *options) absolute(option string, p *string) (err error) {
	if *p == "" || filepath.IsAbs(*p) {
		return nil
	}
	if o.root != "" && filepath.Clean(o.root) != "/" {
		return fmt.Errorf("%s: %s is relative; give the path as it is on the machine below --root, from / on", option, *p)
	}
	*p, err = filepath.Abs(*p)
	return err
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
