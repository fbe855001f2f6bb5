package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// Server is one of several servers that stores are spread over, as the plugin describes it.
type Server = plugin.Server

// Servers are the servers that the plugin knows. With the db plugin there are none.
func (s *Service) Servers() []Server {
	if list := s.servers.Load(); list != nil {
		return *list
	}
	return nil
}

// refuseForeign refuses what only the db plugin can do.
func (s *Service) refuseForeign(what string) error {
	if s.plugin == nil {
		return nil
	}
	return mapi.Errorf(mapi.NoSupport, "directory", "%s is the business of the directory behind user_plugin = %s", what, s.plugin.Name())
}

// changeOwn keeps what an administrator changes about another plugin's object, if the plugin leaves that to the server; the caller
// holds write.
func (s *Service) changeOwn(ctx context.Context, id storage.UserID, key plugin.Key, before, after storage.DirectoryObject) error {
	writable := s.plugin.Writes().Property
	if writable == nil || after.Class != before.Class {
		return s.refuseForeign("changing objects")
	}
	own := storage.DirectoryObject{ExternalID: s.names.row(ownMark, key), Class: id.Class, Props: make(map[string]string), Multi: make(map[string][]string)}
	if old, ok := s.source.own[key]; ok {
		maps.Copy(own.Props, old.Props)
		maps.Copy(own.Multi, old.Multi)
	}
	for _, name := range changedNames(before, after) {
		if !writable(name) {
			return s.refuseForeign("changing " + name)
		}
		if values, multi := after.Multi[name]; multi {
			own.Multi[name] = values
		} else {
			own.Props[name] = after.Props[name] // "" where it was taken away
		}
	}
	own.Props[propModified] = text(s.now().UnixNano())
	id.Signature = own.Props[propModified]
	err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutDirectoryObject(ctx, own); err != nil {
			return err
		}
		if err := tx.PutUserID(ctx, id); err != nil {
			return err
		}
		return recordAB(ctx, tx, id, abChange)
	}, nil)
	if err != nil {
		return err
	}
	s.source.own[key] = own
	s.publish()
	return nil
}

// changedNames are the properties in which two states of an object differ.
func changedNames(before, after storage.DirectoryObject) []string {
	var names []string
	for name, value := range after.Props {
		if before.Props[name] != value {
			names = append(names, name)
		}
	}
	for name := range before.Props {
		if _, ok := after.Props[name]; !ok {
			names = append(names, name)
		}
	}
	for name, values := range after.Multi {
		if !slices.Equal(before.Multi[name], values) {
			names = append(names, name)
		}
	}
	return names
}

// lookUp finds an object by name, the way that find does it in memory. One that is not in memory may be new in the plugin; nil
// if it is not there either.
func (s *Service) lookUp(ctx context.Context, name string, kind mapi.ObjectClass, find func(*snapshot) *Object) *Object {
	snap := s.known()
	if o := find(snap); o != nil || s.plugin == nil || name == "" {
		return o
	}
	bare, _, _ := snap.splitName(name)
	known, err := s.plugin.Knows(ctx, kind, bare)
	if err == nil && known && !s.sync.isFutile(strings.ToLower(name), s.now()) {
		if err = s.synchronise(ctx, false); err == nil && find(s.known()) == nil {
			s.sync.noteFutile(strings.ToLower(name), s.now())
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Warn("a name could not be looked up; see user_plugin_config", "plugin", s.plugin.Name(), "name", name, "error", err)
	}
	return find(s.known())
}

// authenticateForeign has the plugin check a password. An empty password proves nothing: for LDAP it is a log-on as nobody.
func (s *Service) authenticateForeign(ctx context.Context, name, password string) (*Object, error) {
	kind := mapi.ClassActiveUser.Kind()
	o := s.lookUp(ctx, name, kind, func(snap *snapshot) *Object { return snap.loginNamed(name, kind) })
	if o == nil || o.Class != mapi.ClassActiveUser || isBuiltin(o) || password == "" {
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "no user %q that may log on by password", name)
	}
	if err := s.plugin.Authenticate(ctx, plugin.KeyOf(o.Class, o.ExternalID), o.BareName, password); err != nil {
		if mapi.CodeOf(err) != mapi.LogonFailed {
			s.log.Error("a password could not be checked; see user_plugin_config", "plugin", s.plugin.Name(), "user", o.Name, "error", err)
		}
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "user %q: %w", name, err)
	}
	s.refresh()
	return o, nil
}
