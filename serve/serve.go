// Package serve runs the server and its agents in one process, from one folder: the program "zarafa serve".
//
// The folder has the settings of each program in the file of its own name: server.cfg, dagent.cfg, spooler.cfg, monitor.cfg, gateway.cfg,
// webaccess.cfg.
// An agent whose file is missing does not run. The agents speak the protocol with the server as they would from processes of their own,
// through memory in place of a socket, so that a part can be moved into its own process by moving its file.
//
// A process runs one folder, and a folder belongs to one process at a time, which a lock in it ensures. The package refuses a folder without
// server.cfg, and one that another process serves.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"zarafa/agents/connection"
	"zarafa/agents/dagent"
	"zarafa/agents/gateway"
	"zarafa/agents/monitor"
	"zarafa/agents/spooler"
	spoolerconfig "zarafa/agents/spooler/config"
	"zarafa/agents/webaccess"
	"zarafa/daemon"
	serverconfig "zarafa/server/config"
	"zarafa/server/program"
	"zarafa/wire/soaphttp"
)

// name is what the process is called in its messages.
const name = "zarafa"

// ServerFile is the settings file that every folder has.
const ServerFile = "server.cfg"

// Folder is a folder to serve.
type Folder struct {
	Path    string
	Version string
	// Listening, if not nil, is told the addresses of a program whose sockets are open, before it works.
	Listening func(program string, addresses []net.Addr)
}

// Run serves the folder until a signal, the end of ctx or an error ends it, and returns the exit status of the process.
func (f Folder) Run(ctx context.Context, process daemon.Process) int {
	if err := f.check(); err != nil {
		fmt.Fprintf(process.Err, "%s: %v\n", name, err)
		return 1
	}
	lock, err := lockFolder(f.Path)
	if err != nil {
		fmt.Fprintf(process.Err, "%s: %v\n", name, err)
		return 1
	}
	defer func() { _ = lock.Close() }() // the kernel takes the lock back anyway
	parts, err := f.parts()
	if err != nil {
		fmt.Fprintf(process.Err, "%s: %v\n", name, err)
		return 1
	}
	return daemon.Group{Name: name, Version: f.Version, Parts: parts}.Run(ctx, process)
}

// check says what to do about a folder that cannot be served.
func (f Folder) check() error {
	_, err := os.Stat(f.file(ServerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s in %s; \"zarafa quickstart DOMAIN %s\" makes one", ServerFile, f.Path, f.Path)
	}
	return err
}

func (f Folder) file(name string) string { return filepath.Join(f.Path, name) }

// parts are the server and the agents that have settings.
func (f Folder) parts() ([]daemon.Part, error) {
	memory := soaphttp.NewMemory()
	first, err := part(f, program.New(f.Version, serverconfig.Start{Memory: memory}), ServerFile, func(c *serverconfig.Config) []net.Addr {
		return addresses(c.Sockets.Plain, c.Sockets.TLS, c.Sockets.Pipe, c.Sockets.Priority)
	})
	if err != nil {
		return nil, err
	}
	parts := []daemon.Part{first}
	lmtp := &dagent.Program{Version: f.Version, ConfigFile: f.file("dagent.cfg"), Dial: memory.Dial}
	for _, a := range []struct {
		file string
		part func(file string) (daemon.Part, error)
	}{
		{"dagent.cfg", func(file string) (daemon.Part, error) { return agent(f, lmtp.LMTP(), file, (*dagent.Config).Addresses) }},
		{"spooler.cfg", func(file string) (daemon.Part, error) {
			return agent(f, spooler.Program(f.Version, spoolerconfig.Start{Dial: memory.Dial}), file, nil)
		}},
		{"monitor.cfg", func(file string) (daemon.Part, error) {
			return agent(f, monitor.Program(monitor.Start{Version: f.Version, Dial: memory.Dial}), file, nil)
		}},
		{"gateway.cfg", func(file string) (daemon.Part, error) {
			return agent(f, gateway.Program(gateway.Start{Version: f.Version, Dial: memory.Dial}), file, (*gateway.Config).AllListeners)
		}},
		{"webaccess.cfg", func(file string) (daemon.Part, error) {
			return agent(f, webaccess.Program(webaccess.Start{Version: f.Version, Dial: memory.Dial}), file, (*webaccess.Config).AllListeners)
		}},
	} {
		if _, err := os.Stat(f.file(a.file)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		p, err := a.part(a.file)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// agent makes an agent a part. Where its server is, is known.
func agent[C daemon.Config](f Folder, p daemon.Program[C], file string, listeners func(C) []net.Addr) (daemon.Part, error) {
	p.Unused = connection.Names()
	return part(f, p, file, listeners)
}

// part makes a program a part that reads a file of the folder. Listeners gives its open sockets, and is nil for a program without any.
func part[C daemon.Config](f Folder, p daemon.Program[C], file string, listeners func(C) []net.Addr) (daemon.Part, error) {
	if bind := p.Bind; f.Listening != nil && listeners != nil {
		p.Bind = func(ctx context.Context, c C) error {
			err := bind(ctx, c)
			if err == nil {
				f.Listening(p.Name, listeners(c))
			}
			return err
		}
	}
	return p.Part("--config=" + f.file(file))
}

func addresses(groups ...[]net.Listener) (all []net.Addr) {
	for _, listeners := range groups {
		for _, l := range listeners {
			all = append(all, l.Addr())
		}
	}
	return all
}
