package objects

import (
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Cluster knows on which of several servers stores are (wire.md section 12).
type Cluster interface {
	// PseudoURL is how this server names itself; clients have it resolved by resolvePseudoUrl.
	PseudoURL() string
	// Several reports whether there are other servers.
	Several() bool
	// Here reports whether this server is home to somebody's stores.
	Here(owner *directory.Object) bool
	// Elsewhere is the address of the server that is, for the caller's kind of connection; "" if it is this one.
	Elsewhere(c *session.Call, owner *directory.Object) (string, error)
}

// alone is the cluster of a server that is none.
type alone struct{}

func (alone) PseudoURL() string                                          { return "pseudo://Unknown" }
func (alone) Several() bool                                              { return false }
func (alone) Here(*directory.Object) bool                                { return true }
func (alone) Elsewhere(*session.Call, *directory.Object) (string, error) { return "", nil }

// redirect sends the caller to the server that is home to an owner of stores: the error is UNABLE_TO_COMPLETE, and path
// where he logs on next. nil if that is this server.
func (s *Service) redirect(c *session.Call, owner *directory.Object, path *wire.NullString) error {
	url, err := s.cluster.Elsewhere(c, owner)
	if url == "" || err != nil {
		return err
	}
	*path = wire.Text(url)
	return mapi.Errorf(mapi.UnableToComplete, "redirect", "the stores of %s are at %s", owner.Name, url)
}

// redirectTo is redirect for an owner of whom the number is known.
func (s *Service) redirectTo(c *session.Call, owner uint32, path *wire.NullString) error {
	o, err := s.dir.ByID(c.Context, owner)
	if err != nil {
		return err
	}
	return s.redirect(c, o, path)
}

// atHome refuses a store that was left behind when its owner moved to another server; clients then ask where it is.
func (s *Service) atHome(c *session.Call, store storage.Ref) error {
	if !s.cluster.Several() {
		return nil
	}
	box, err := s.tree.Mailbox(c.Context, store.ID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil // a removed store, of which only the object is left
	}
	if err != nil || box.Type == mapi.StoreArchive {
		return err
	}
	owner, err := s.ownerOf(c.Context, box)
	if owner == nil || err != nil {
		return err
	}
	if !s.cluster.Here(owner) {
		return mapi.Errorf(mapi.UnableToComplete, "loadObject", "the home of %s is server %s", owner.Name, owner.Server)
	}
	return nil
}
