package cluster

import (
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/wire"
)

// ResolvePseudoURL answers resolvePseudoUrl. A server that is alone is whatever it is asked for; one of several gives the address that
// suits the caller's connection, and says whether it is itself the one asked for.
func (s *Service) ResolvePseudoURL(c *session.Call, req *wire.ResolvePseudoURLRequest, resp *wire.ResolvePseudoURLResponse) error {
	if !req.PseudoURL.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "resolvePseudoUrl", "no path given")
	}
	if !s.settings.Distributed {
		resp.ServerPath, resp.IsPeer = wire.Text(strings.Clone(req.PseudoURL.String)), true
		return nil
	}
	name, ok := strings.CutPrefix(req.PseudoURL.String, pseudoScheme)
	if !ok {
		return mapi.Errorf(mapi.InvalidParameter, "resolvePseudoUrl", "%q names no server", req.PseudoURL.String)
	}
	name = strings.TrimSuffix(name, "/")
	self := s.isSelf(name)
	server, err := s.Find(name)
	if err != nil && self { // nobody has listed it, but the caller has found it
		resp.ServerPath, resp.IsPeer = wire.Text(s.PseudoURL()), true
		return nil
	}
	if err != nil {
		return err
	}
	url, err := address(server, self, c.Peer)
	if err != nil {
		return err
	}
	resp.ServerPath, resp.IsPeer = wire.Text(url), self
	return nil
}

// What a client of getServerDetails wants to know, and what an answer says of a server.
const (
	withoutName   uint32 = 0x01
	withFile      uint32 = 0x02
	withHTTP      uint32 = 0x04
	withSSL       uint32 = 0x08
	withPreferred uint32 = 0x10
	allDetails           = withFile | withHTTP | withSSL | withPreferred

	isThisServer   uint32 = 0x1
	containsPublic uint32 = 0x2
)

// GetServerDetails answers getServerDetails: the servers that the request names, in its order, or all. A server that is
// alone answers NETWORK_ERROR, by which clients know.
func (s *Service) GetServerDetails(c *session.Call, req *wire.GetServerDetailsRequest, resp *wire.GetServerDetailsResponse) error {
	if !s.settings.Distributed {
		return mapi.NetworkError
	}
	flags := req.Flags
	if flags&^(withoutName|allDetails) != 0 {
		return mapi.Errorf(mapi.UnknownFlags, "getServerDetails", "flags 0x%X", flags)
	}
	if flags == 0 {
		flags = allDetails
	}
	servers, err := s.named(req.SvrNameList)
	if err != nil {
		return err
	}
	resp.ServerList = make([]wire.Server, len(servers))
	for i, server := range servers {
		resp.ServerList[i] = s.details(c, server, flags)
	}
	return nil
}

// named finds servers by their names; one that is named twice is there once. All are meant if there is no name.
func (s *Service) named(names []string) ([]directory.Server, error) {
	all := s.Servers()
	if len(names) == 0 {
		return all, nil
	}
	index := make(map[string]int, len(all))
	for i, v := range all {
		index[strings.ToLower(v.Name)] = i
	}
	found := make([]directory.Server, 0, min(len(names), len(all)))
	taken := make([]bool, len(all))
	for _, name := range names {
		i, ok := index[strings.ToLower(name)]
		if !ok {
			return nil, mapi.Errorf(mapi.NotFound, "getServerDetails", "no server %q", name)
		}
		if !taken[i] {
			taken[i] = true
			found = append(found, all[i])
		}
	}
	return found, nil
}

// details are what the flags ask for; addresses that a server does not have are left out.
func (s *Service) details(c *session.Call, server directory.Server, flags uint32) (d wire.Server) {
	text := func(bit uint32, value string) wire.NullString {
		if flags&bit == 0 || value == "" {
			return wire.NullString{}
		}
		return wire.Text(value)
	}
	at, self := AddressesOf(server), s.isSelf(server.Name)
	preferred, _ := address(server, self, c.Peer) // its absence says that there is none
	d = wire.Server{
		FilePath: text(withFile, at.File), HTTPPath: text(withHTTP, at.HTTP), SSLPath: text(withSSL, at.SSL),
		PreferedPath: text(withPreferred, preferred),
	}
	if flags&withoutName == 0 {
		d.Name = wire.Text(server.Name)
	}
	if self {
		d.Flags |= isThisServer
	}
	if server.ContainsPublic {
		d.Flags |= containsPublic
	}
	return d
}
