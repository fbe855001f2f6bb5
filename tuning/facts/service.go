package facts

import (
	"context"
	"path"
	"slices"
	"strings"
)

// Role is the part a program plays on the machine.
type Role string

// The roles that are looked for.
const (
	RoleServer   Role = "server"   // the groupware server
	RoleDatabase Role = "database" // MariaDB or MySQL
	RoleMTA      Role = "mta"
	RoleWeb      Role = "web"
)

// knownPrograms says which processes play a role. Names are those of
// /proc/PID/comm, which the kernel cuts after 15 characters.
var knownPrograms = map[string]Role{
	"zarafa-server": RoleServer, "kopano-server": RoleServer,
	"mariadbd": RoleDatabase, "mysqld": RoleDatabase,
	"master": RoleMTA, "exim4": RoleMTA, "exim": RoleMTA, "sendmail": RoleMTA, "opensmtpd": RoleMTA, "smtpd": RoleMTA,
	"apache2": RoleWeb, "httpd": RoleWeb, "nginx": RoleWeb, "lighttpd": RoleWeb, "caddy": RoleWeb,
}

// unitNames are the names that distributions give the services' units.
var unitNames = map[Role][]string{
	RoleServer:   {"zarafa-server.service"},
	RoleDatabase: {"mariadb.service", "mysql.service", "mysqld.service"},
}

// Running is a program that plays a role and runs.
type Running struct {
	Role  Role   `json:"role"`
	Name  string `json:"name"`
	PID   int    `json:"pid"`
	Bytes int64  `json:"resident_bytes"` // physical memory of this process
}

// service is where one of our two services runs or would run.
type service struct {
	role    Role
	process *program // nil if it does not run
	groups  membership
	unit    unit // without a name where systemd has none for it
	how     string
}

// roleOf recognises a process. Postfix's is called master, as are others', so the
// path decides there.
func roleOf(p program) (Role, bool) {
	role, ok := knownPrograms[p.name]
	if p.name == "master" && !strings.Contains(p.args[0], "postfix") {
		return "", false
	}
	return role, ok
}

// findRunning picks the programs of interest, and the processes of each role.
func (t *Tree) findRunning(ctx context.Context) ([]Running, map[Role][]*program) {
	all := []Running{} // a list in JSON, also if it is empty
	byRole := make(map[Role][]*program)
	for _, p := range t.programs(ctx) {
		role, ok := roleOf(p)
		if !ok {
			continue
		}
		bytes, _ := kilobytes(t.status(path.Base(p.dir()))["VmRSS"])
		all = append(all, Running{Role: role, Name: p.name, PID: p.pid, Bytes: bytes})
		byRole[role] = append(byRole[role], &p)
	}
	slices.SortStableFunc(all, func(a, b Running) int { return strings.Compare(string(a.Role), string(b.Role)) })
	return all, byRole
}

// findService finds out in which control group a service runs, or will run once it
// is started. The group that ztune itself is in says nothing where systemd starts
// the services; in a container without it, they share our group.
func (t *Tree) findService(role Role, process *program) service {
	s := service{role: role}
	names := unitNames[role]
	if process != nil && process.unit != "" {
		names = []string{process.unit}
	}
	if u, ok := t.findUnit(names...); ok {
		s.unit = u
	}
	if process != nil && process.pid != 0 {
		s.process = process
		if text, err := t.Read(process.dir() + "/cgroup"); err == nil {
			s.groups, s.how = parseMembership(text), process.dir()+"/cgroup"
			return s
		}
	}
	own := t.ownGroups()
	if !t.hasSystemd() && !inUserSlice(own) {
		s.groups, s.how = own, "/proc/self/cgroup"
		return s
	}
	if s.unit.name == "" {
		s.unit = t.readUnit(names[0])
	}
	slice := "/system.slice"
	if slices := s.unit.slices(); len(slices) > 1 {
		slice = sliceFolder(slices[0])
	}
	s.groups, s.how = make(membership), "unit "+s.unit.name
	for controller, base := range t.managerGroups(own) {
		s.groups[controller] = path.Join(base, slice, s.unit.name)
	}
	return s
}

func (t *Tree) ownGroups() membership {
	for _, p := range []string{"self", "1"} {
		if text, err := t.Read("/proc/" + p + "/cgroup"); err == nil {
			return parseMembership(text)
		}
	}
	return membership{"": "/"}
}

// hasSystemd reports whether systemd starts the services of the tree.
func (t *Tree) hasSystemd() bool {
	if t.Exists("/run/systemd/system") {
		return true
	}
	comm, err := t.Read("/proc/1/comm")
	return err == nil && comm == "systemd"
}

// inUserSlice recognises a log-in session, which only systemd makes.
func inUserSlice(m membership) bool {
	for _, group := range m {
		if strings.Contains(group, "/user.slice/") {
			return true
		}
	}
	return false
}

// managerGroups returns the groups below which systemd makes those of its units. On
// a whole machine these are the roots; in a container they may be further down.
func (t *Tree) managerGroups(own membership) membership {
	manager := own
	if text, err := t.Read("/proc/1/cgroup"); err == nil {
		manager = parseMembership(text)
	}
	bases := make(membership)
	for controller, group := range manager {
		for _, mark := range []string{"/init.scope", "/user.slice", "/system.slice"} {
			if i := strings.Index(group, mark); i >= 0 {
				group = group[:i]
			}
		}
		bases[controller] = path.Join("/", group)
	}
	return bases
}
