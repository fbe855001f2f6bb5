package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
	"zarafa/wire"
)

// Cluster says that the server is one of several. With the zero value it is alone and homes mean nothing.
type Cluster struct {
	Distributed bool
	// DefaultHome has users without a home server live here. It is for plugins that do not know of servers.
	DefaultHome bool
}

// UseServers gives the directory the list of servers, in which a user's home must be. Call it before the first request.
func (s *Service) UseServers(find func(name string) (Server, error)) {
	s.findServer = find
}

// homes is the rule by which stored objects get their home servers.
type homes struct {
	cluster Cluster
	self    string
}

func (s *Service) homes() homes { return homes{s.settings().Cluster, s.settings().ServerName} }

// of is the home server of an object that is stored with one, or with none.
func (h homes) of(class mapi.ObjectClass, stored string) string {
	kind := class.Kind()
	switch {
	case !h.cluster.Distributed, kind != mapi.ClassActiveUser.Kind() && kind != mapi.ClassCompany.Kind(), class == mapi.ClassContact:
		return ""
	case stored == "" && h.cluster.DefaultHome:
		return h.self
	}
	return stored
}

// AtHome reports whether this server is the home of a user or company. One without a home is at home nowhere.
func (s *Service) AtHome(o *Object) bool {
	h := s.homes()
	return !h.cluster.Distributed || strings.EqualFold(h.of(o.Class, o.Server), h.self)
}

// givenHome is the name, as the list of servers has it, of the home that a request gives; "" if it gives none or the present
// one, or if there is only one server. NOT_FOUND if there is no such server.
func (s *Service) givenHome(name wire.NullString, present string) (string, error) {
	if !s.settings().Cluster.Distributed || !name.Valid || strings.EqualFold(name.String, present) {
		return "", nil
	}
	server, err := s.findServer(name.String)
	return server.Name, err
}

func noServers(name string) (Server, error) {
	return Server{}, mapi.Errorf(mapi.NotFound, "directory", "no server %q", name)
}

// externalIDFor is the db plugin's name for a new object. It is random, but servers that know the same users must agree on
// it without asking each other: there it follows from the names of the object and of its company, and from a counter where a
// renamed object still has the id of that name. The caller holds write.
func (s *Service) externalIDFor(o storage.DirectoryObject, company uint32) []byte {
	if !s.settings().Cluster.Distributed {
		return newExternalID()
	}
	name := strings.ToLower(objectOf(storage.UserID{}, o).Name)
	if c := s.known().byID[company]; c != nil {
		name = hex.EncodeToString(c.ExternalID) + "/" + name
	}
	for n := 0; ; n++ {
		text := strconv.Itoa(int(o.Class.ABType())) + "/" + strconv.Itoa(n) + "/" + name
		sum := sha256.Sum256([]byte(text))
		if _, taken := s.source.objects[plugin.KeyOf(o.Class, sum[:16])]; !taken {
			return sum[:16]
		}
	}
}

// homeName is the name of the server that has an object's store, for clients that must be shown one.
func (s *Service) homeName(o *Object) string {
	if o.Server == "" {
		return s.serverName()
	}
	return o.Server
}
