package client

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"zarafa/mapi"
	"zarafa/wire"
)

// Names remember the ids that servers have given to named properties. A server never takes one back, so what is known stays true,
// and a server has at most some 30,000 of them. Sessions may share them, and programs with many sessions should. They may be used by
// several goroutines.
type Names struct {
	mu      sync.Mutex
	servers map[mapi.GUID]*serverNames
}

// serverNames are the names of one installation, both ways.
type serverNames struct {
	ids   map[mapi.PropName]uint16
	names map[uint16]mapi.PropName
}

// NewNames makes an empty memory.
func NewNames() *Names { return &Names{servers: make(map[mapi.GUID]*serverNames)} }

// of are the names of an installation. The caller holds the lock.
func (n *Names) of(server mapi.GUID) *serverNames {
	s := n.servers[server]
	if s == nil {
		s = &serverNames{ids: make(map[mapi.PropName]uint16), names: make(map[uint16]mapi.PropName)}
		n.servers[server] = s
	}
	return s
}

func (n *Names) keep(server mapi.GUID, name mapi.PropName, id uint16) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.of(server)
	s.ids[name], s.names[id] = id, name
}

func (n *Names) id(server mapi.GUID, name mapi.PropName) (uint16, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id, ok := n.of(server).ids[name]
	return id, ok
}

func (n *Names) name(server mapi.GUID, id uint16) (mapi.PropName, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name, ok := n.of(server).names[id]
	return name, ok
}

// PropIDs finds the ids of named properties, in their order. Ids that every server has (mapi.PropName.Tag), and those that are
// remembered, are not asked for; all others are asked for by one call. With create, names that the server does not know get an id;
// without, their id is 0.
func (s *Session) PropIDs(ctx context.Context, create bool, names ...mapi.PropName) ([]uint16, error) {
	ids := make([]uint16, len(names))
	server := s.ServerGUID()
	var ask []mapi.PropName
	for i, name := range names {
		if tag, ok := name.Tag(mapi.PtNull); ok {
			ids[i] = tag.ID()
		} else if id, ok := s.names.id(server, name); ok {
			ids[i] = id
		} else if !slices.Contains(ask, name) {
			ask = append(ask, name)
		}
	}
	if len(ask) == 0 {
		return ids, nil
	}
	got, err := s.askForIDs(ctx, create, ask)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if at := slices.Index(ask, name); at >= 0 {
			ids[i] = got[at]
		}
	}
	return ids, nil
}

// askForIDs asks the server, and remembers what it knows.
func (s *Session) askForIDs(ctx context.Context, create bool, names []mapi.PropName) ([]uint16, error) {
	var flags uint32
	if create {
		flags = mapi.NamesCreate
	}
	list := make([]wire.NamedProp, len(names))
	for i := range names {
		list[i].GUID = names[i].Set[:]
		if names[i].Name != "" {
			list[i].String = wire.Text(names[i].Name)
		} else {
			list[i].ID = &names[i].ID
		}
	}
	var numbers []mapi.PropTag
	var resp wire.GetIDsFromNamesResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetIDsFromNamesRequest{SessionID: session, NamedProps: list, Flags: flags}
	}, &resp, func() error {
		if len(resp.PropTags) != len(names) {
			return errIncomplete
		}
		numbers = slices.Clone(resp.PropTags)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ids := make([]uint16, len(names))
	server := s.ServerGUID()
	for i, number := range numbers {
		switch {
		case number == 0 && create, number >= 1<<16-mapi.NamedBase:
			return nil, mapi.Errorf(mapi.CallFailed, "getIDsFromNames", "the server has no id left for %s", text(names[i]))
		case number == 0:
		default:
			ids[i] = mapi.NamedBase + uint16(number)
			s.names.keep(server, names[i], ids[i])
		}
	}
	return ids, nil
}

// text is how an error shows a name.
func text(n mapi.PropName) string {
	if n.Name != "" {
		return fmt.Sprintf("%s/%q", n.Set, n.Name)
	}
	return fmt.Sprintf("%s/%#x", n.Set, n.ID)
}

// PropTag is the tag of one named property, as PropIDs finds it. Without create the error carries NOT_FOUND if the server does not know the
// name. It is how tables get columns by name.
func (s *Session) PropTag(ctx context.Context, name mapi.PropName, t mapi.PropType, create bool) (mapi.PropTag, error) {
	ids, err := s.PropIDs(ctx, create, name)
	switch {
	case err != nil:
		return 0, err
	case ids[0] == 0:
		return 0, mapi.Errorf(mapi.NotFound, "getIDsFromNames", "there is no property %s", text(name))
	}
	return mapi.MakeTag(ids[0], t), nil
}

// PropNames finds the names behind ids from 0x8000 on. The remaining ones are asked for by one call, and left out if the server has no
// name for them.
func (s *Session) PropNames(ctx context.Context, ids ...uint16) (map[uint16]mapi.PropName, error) {
	names := make(map[uint16]mapi.PropName, len(ids))
	server := s.ServerGUID()
	var ask []mapi.PropTag
	for _, id := range ids {
		if name, ok := mapi.FixedName(id); ok {
			names[id] = name
		} else if name, ok := s.names.name(server, id); ok {
			names[id] = name
		} else if id > mapi.NamedBase {
			ask = append(ask, mapi.PropTag(id-mapi.NamedBase))
		}
	}
	if len(ask) == 0 {
		return names, nil
	}
	var resp wire.GetNamesFromIDsResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetNamesFromIDsRequest{SessionID: session, PropTags: ask}
	}, &resp, func() error {
		if len(resp.Names) != len(ask) {
			return errIncomplete
		}
		for i := range resp.Names {
			name, ok := nameOf(&resp.Names[i])
			if !ok {
				continue
			}
			id := mapi.NamedBase + uint16(ask[i])
			names[id] = name
			s.names.keep(server, name, id)
		}
		return nil
	})
	return names, err
}

// nameOf is a name as the server sends it; ok is false where it has none.
func nameOf(n *wire.NamedProp) (name mapi.PropName, ok bool) {
	set, ok := mapi.GUIDOf(n.GUID)
	name.Set = set
	switch {
	case !ok:
	case n.String.Valid && n.String.String != "":
		name.Name = copyText(n.String)
	case n.ID != nil:
		name.ID = *n.ID
	default:
		return name, false
	}
	return name, ok
}
