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
	// Memory is what the services may use together, in bytes, in place of what is
	// found; 0 for what is found.
	Memory int64
}

// Inspect reads a machine. The only error is a machine whose memory cannot be found
// out; everything else that is missing is an unknown fact.
func Inspect(ctx context.Context, t *Tree, o Options) (Machine, error) {
	m := Machine{Root: t.Dir()}
	running, first := t.findRunning(ctx, o.DataDirectory)
	m.Running = running
	server, database := t.findService(RoleServer, first[RoleServer]), t.findService(RoleDatabase, first[RoleDatabase])
	var err error
	if m.Memory, err = t.memory(server, database); err != nil && o.Memory == 0 {
		return m, err
	}
	if o.Memory > 0 {
		m.Memory.override(o.Memory)
	}
	m.Processors = t.processors(server, database)
	m.Database = t.database(ctx, first[RoleDatabase])
	dir, process := m.Database.DataDirectory.Value, "self"
	if o.DataDirectory != "" {
		dir = o.DataDirectory
	} else if p := first[RoleDatabase]; p != nil {
		process = path.Base(p.dir()) // it may see other mounts than we do
	}
	m.Storage = t.storage(ctx, dir, process)
	return m, nil
}
