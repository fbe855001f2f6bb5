package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"zarafa/daemon/settings"
	"zarafa/server/config"
	"zarafa/tuning/facts"
	"zarafa/tuning/install"
	"zarafa/tuning/render"
	"zarafa/tuning/validate"
)

// fragmentName sorts behind what distributions put beside it, so that it wins.
const fragmentName = "zz-ztune.cnf"

// serverUnit is the unit that systemd starts the server by.
const serverUnit = "zarafa-server.service"

// ours is how a file begins that ztune wrote.
const ours = "# Written by ztune"

// targets returns what is to become of each file, and what an admin should know of
// files that are not written.
func (s *session) targets(p planned) (changes []install.Change, notes []string, err error) {
	if text := render.ServerFile(p.server, p.plan); p.plan.Role != "db" {
		if p.server == "" {
			notes = append(notes, s.serverCfg+" is not there and is not made; install the server first, or name its file with --server-cfg")
		} else if changes, err = s.add(p.tree, changes, s.serverCfg, text, 0o640); err != nil {
			return nil, nil, err
		}
	}
	if text := render.OptionFile(p.plan); text != "" {
		file, err := s.fragment(p)
		if err != nil {
			return nil, nil, err
		}
		if changes, err = s.add(p.tree, changes, file, text, 0o644); err != nil {
			return nil, nil, err
		}
	}
	if text := render.UnitFile(p.plan); text != "" && s.unitFolder != "" {
		if !p.tree.Exists(s.unitFolder) {
			notes = append(notes, s.unitFolder+" is not there, so GOMEMLIMIT is not set; set it where the server is started: ztune plan --print unit")
		} else if changes, err = s.add(p.tree, changes, path.Join(s.unitFolder, serverUnit+".d", "ztune.conf"), text, 0o644); err != nil {
			return nil, nil, err
		}
	}
	return changes, notes, nil
}

// add appends the change of one file, if it changes anything.
func (s *session) add(tree *facts.Tree, changes []install.Change, file, text string, mode fs.FileMode) ([]install.Change, error) {
	real, err := tree.Resolve(file)
	if err != nil {
		return nil, err
	}
	c := install.Change{Path: tree.Path(real), After: text, Mode: mode}
	before, err := tree.ReadText(real)
	switch {
	case err == nil:
		c.Before, c.Existed = before, true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w; run ztune as root", err)
	}
	if c.Empty() {
		return changes, nil
	}
	return append(changes, c), nil
}

// fragment is the file for the database's options.
func (s *session) fragment(p planned) (string, error) {
	file := s.myCnf
	if file == "" {
		d := p.machine.Database
		if err := s.decided(p); err != nil {
			return "", err
		}
		if d.IncludeFolder == "" {
			return "", fmt.Errorf("the database's option files include no folder that a fragment could be put into; add a line '!includedir /etc/my.cnf.d' to %s, or name the file with --my-cnf", cmp.Or(d.OptionFile.Value, "my.cnf"))
		}
		file = path.Join(d.IncludeFolder, fragmentName)
	}
	if text, err := p.tree.ReadText(file); err == nil && !strings.HasPrefix(text, ours) {
		return "", fmt.Errorf("%s was not written by ztune and is not overwritten; choose another name with --my-cnf", file)
	}
	return file, nil
}

// decided refuses what rests on a database that may be another than the server's: the option files of one say nothing about the others', and
// a group that all read would give each the memory that is planned for one. Who names a file with --my-cnf has chosen.
func (s *session) decided(p planned) error {
	d := p.machine.Database
	if s.myCnf != "" || p.plan.Version == nil {
		return nil
	}
	if d.Undecided != "" {
		return errors.New(d.Undecided)
	}
	if others := d.SharedWith(); len(others) > 0 {
		return fmt.Errorf("the server uses %s, but %s too would read what is written for it, as both begin with %s; give each a group of its own by --defaults-group-suffix, or name a file for options that only the first reads with --my-cnf",
			d.Instance, strings.Join(others, " and "), d.OptionFile.Value)
	}
	return nil
}

// accept asks the programs that will read the files whether they take them. It
// returns what could not be asked.
func (s *session) accept(ctx context.Context, p planned) (notes []string, err error) {
	if p.server != "" && p.plan.Role != "db" {
		if err := s.acceptServer(p); err != nil {
			return nil, err
		}
	}
	if p.plan.Version == nil {
		return nil, nil
	}
	d := p.machine.Database
	switch {
	case d.Program == "" || !p.tree.Live():
		return []string{"the database's own program is not here, so it could not be asked whether it accepts the options; they are those that the table of " + p.plan.Version.String() + " has"}, nil
	case p.found.Known() && *p.plan.Version != p.found.Value:
		return []string{"the options are for " + p.plan.Version.String() + ", but " + p.found.Value.String() + " is installed, so nobody could be asked whether they are accepted"}, nil
	}
	v, fragment := *p.plan.Version, render.OptionFile(p.plan)
	if err := validate.Options(ctx, d.Program, v, d.GroupSuffix, fragment); err != nil {
		return nil, fmt.Errorf("nothing was changed: %w; report this with the output of ztune inspect --json", err)
	}
	if !d.OptionFile.Known() {
		return nil, nil
	}
	main := "!include " + d.OptionFile.Value + "\n"
	if err := validate.Options(ctx, d.Program, v, d.GroupSuffix, main+fragment); err != nil {
		return nil, fmt.Errorf("nothing was changed: with the options that are there already, %w; ztune lint %s tells what to change", err, d.OptionFile.Value)
	}
	return nil, nil
}

// acceptServer reads the new server.cfg as the server does.
func (s *session) acceptServer(p planned) error {
	memory := p.machine.Memory.Server.Usable.Value
	readAs := func(text string) error {
		c := config.New(func() (int64, error) { return memory, nil })
		set, err := settings.New(c.Sections())
		if err != nil {
			return err
		}
		open := func(file string) (io.ReadCloser, error) {
			if file == s.serverCfg {
				return io.NopCloser(strings.NewReader(text)), nil
			}
			return openFiles(p.tree)(file)
		}
		if err := set.ReadFile(s.serverCfg, settings.Source{Open: open}); err != nil {
			return err
		}
		if err := set.Apply(); err != nil {
			return err
		}
		return c.Finish(set)
	}
	// Only the new file must be right: what an earlier plan wrote for more memory would be refused for less, and is replaced.
	err := readAs(render.ServerFile(p.server, p.plan))
	if err == nil {
		return nil
	}
	if old := readAs(p.server); old != nil {
		return fmt.Errorf("nothing was changed: the server refuses %s as it is, and with the planned settings too; correct that first: %w", s.serverCfg, err)
	}
	return fmt.Errorf("nothing was changed: the server would refuse the new %s: %w", s.serverCfg, err)
}
