// Package cluster knows the servers that share the users of one directory: their addresses, which of them a client should
// use, and where a store is at home (wire.md section 12).
//
// It owns what a list of servers means, whether it was read from a file or comes from the directory, and the operations on it,
// resolvePseudoUrl and getServerDetails. Stores and users are other packages' business. A [Service] may be used by any number
// of goroutines.
//
// It refuses to guess: a server that is not in the list, or that the caller's kind of connection cannot reach, is NOT_FOUND.
package cluster

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
)

// pseudoScheme begins the addresses that name a server and not how to reach it.
const pseudoScheme = "pseudo://"

// unknownName is what a server without a name is called.
const unknownName = "Unknown"

// Source lists the servers, this one included, without waiting for anybody.
type Source interface {
	Servers() []directory.Server
}

// Settings say which server this is.
type Settings struct {
	Distributed bool   // the server is one of several
	Name        string // its own name
}

// Service answers questions about the servers.
type Service struct {
	settings Settings
	source   atomic.Pointer[Source]
}

// New makes the service. Source is not asked if there is one server only.
func New(settings Settings, source Source) *Service {
	s := &Service{settings: settings}
	s.Use(source)
	return s
}

// Use replaces the source of the list.
func (s *Service) Use(source Source) { s.source.Store(&source) }

// PseudoURL is how this server names itself to clients.
func (s *Service) PseudoURL() string {
	if s.settings.Name == "" {
		return pseudoScheme + unknownName
	}
	return pseudoScheme + s.settings.Name
}

// Several reports whether there are other servers.
func (s *Service) Several() bool { return s.settings.Distributed }

// Servers are all servers in the order of their names; none if this one is alone.
func (s *Service) Servers() []directory.Server {
	if !s.settings.Distributed {
		return nil
	}
	return slices.SortedFunc(slices.Values((*s.source.Load()).Servers()), func(a, b directory.Server) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

// Find finds a server by its name, upper or lower case.
func (s *Service) Find(name string) (directory.Server, error) {
	servers := s.Servers()
	if i := slices.IndexFunc(servers, func(v directory.Server) bool { return strings.EqualFold(v.Name, name) }); i >= 0 {
		return servers[i], nil
	}
	return directory.Server{}, mapi.Errorf(mapi.NotFound, "cluster", "no server %q", name)
}

// isSelf reports whether a name is this server's own.
func (s *Service) isSelf(name string) bool { return strings.EqualFold(name, s.settings.Name) }

// home is the name of the server that has somebody's stores; "" for those who have no home, who are served where they ask.
func (s *Service) home(owner *directory.Object) string {
	if owner.ID != mapi.UserEveryone {
		return owner.Server
	}
	servers := s.Servers()
	if i := slices.IndexFunc(servers, func(v directory.Server) bool { return v.ContainsPublic }); i >= 0 {
		return servers[i].Name
	}
	return ""
}

// Here reports whether somebody's stores belong on this server.
func (s *Service) Here(owner *directory.Object) bool {
	if !s.settings.Distributed || owner.ID == mapi.UserSystem {
		return true
	}
	home := s.home(owner)
	return home == "" || s.isSelf(home)
}

// Elsewhere is where the caller finds the stores of somebody whose home is another server; "" if it is this one.
func (s *Service) Elsewhere(c *session.Call, owner *directory.Object) (string, error) {
	if s.Here(owner) {
		return "", nil
	}
	server, err := s.Find(s.home(owner))
	if err != nil {
		return "", err
	}
	return address(server, false, c.Peer)
}
