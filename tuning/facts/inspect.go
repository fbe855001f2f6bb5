package facts

import (
	"context"
	"path"
)

// Machine is everything that Inspect finds out.
type Machine struct {
	Root       string     `json:"root"` // the folder that was read
	Memory     Memory     `json:"memory"`
	Processors Processors `json:"processors"`
	Database   Database   `json:"database"`
	Storage    Storage    `json:"storage"`
	Running    []Running  `json:"running"`
}

// Options changes what Inspect looks at.
type Options struct {
	// DataDirectory is looked at in place of the database's own, if it is not empty.
	DataDirectory string
	// Server is where the groupware server connects to the database, which tells several databases apart.
	Server Address
	// Memory is what the services may use together, in bytes, in place of what is
	// found; 0 for what is found.
	Memory int64
}

// Inspect reads a machine. The only error is a machine whose memory cannot be found
// out; everything else that is missing is an unknown fact.
func Inspect(ctx context.Context, t *Tree, o Options) (Machine, error) {
	m := Machine{Root: t.Dir()}
	running, processes := t.findRunning(ctx)
	m.Running = running
	var serverProcess, chosen *program
	if all := processes[RoleServer]; len(all) > 0 {
		serverProcess = all[0]
	}
	m.Database, chosen = t.findDatabase(ctx, processes[RoleDatabase], o)
	server, database := t.findService(RoleServer, serverProcess), t.findService(RoleDatabase, chosen)
	var err error
	if m.Memory, err = t.memory(server, database); err != nil && o.Memory == 0 {
		return m, err
	}
	if o.Memory > 0 {
		m.Memory.override(o.Memory)
	}
	m.Processors = t.processors(server, database)
	dir, process := m.Database.DataDirectory.Value, "self"
	if o.DataDirectory != "" {
		dir = o.DataDirectory
	} else if chosen != nil && chosen.pid != 0 {
		process = path.Base(chosen.dir()) // it may see other mounts than we do
	}
	m.Storage = t.storage(ctx, dir, process)
	return m, nil
}
