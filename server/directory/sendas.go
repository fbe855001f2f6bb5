package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// GetSendAsList answers getSendAsList: who may send mail in the name of the object.
func (s *Service) GetSendAsList(c *session.Call, req *wire.GetSendAsListRequest, resp *wire.UserListResponse) error {
	o, err := s.Resolve(c.Context, c.Session.UserID, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	resp.UserArray = s.wireUsers(s.relatedFor(c, o, storage.RelationSendAs), c.Session.Capabilities)
	return nil
}

// related lists the children of a relation.
func (s *snapshot) related(parent, relation uint32) []*Object {
	var out []*Object
	for _, id := range s.children[relationKey{parent, relation}] {
		out = append(out, s.byID[id])
	}
	return out
}

// AddSendAsUser answers addSendAsUser: the sender may then send as the user.
func (s *Service) AddSendAsUser(c *session.Call, req *wire.AddSendAsUserRequest, _ *wire.AddSendAsUserResponse) error {
	user, sender, err := s.sendAsPair(c, req.UlUserID, req.SUserID, req.UlSenderID, req.SSenderID)
	if err != nil {
		return err
	}
	if user.ID == sender.ID {
		return mapi.Errorf(mapi.Collision, "addSendAsUser", "%s may send as himself already", user.Name)
	}
	if sender.Class != mapi.ClassActiveUser && sender.Class.Kind() != mapi.ClassGroup.Kind() {
		return mapi.Errorf(mapi.InvalidType, "addSendAsUser", "%s is neither an active user nor a group", sender.Name)
	}
	return s.relate(c.Context, user, sender, storage.RelationSendAs, true)
}

// DelSendAsUser answers delSendAsUser.
func (s *Service) DelSendAsUser(c *session.Call, req *wire.DelSendAsUserRequest, _ *wire.DelSendAsUserResponse) error {
	user, sender, err := s.sendAsPair(c, req.UlUserID, req.SUserID, req.UlSenderID, req.SSenderID)
	if err != nil {
		return err
	}
	return s.relate(c.Context, user, sender, storage.RelationSendAs, false)
}

func (s *Service) sendAsPair(c *session.Call, userID uint32, userEntryID []byte, senderID uint32, senderEntryID []byte) (user, sender *Object, err error) {
	if err := s.requireAdmin(c.Session.UserID, "send-as"); err != nil {
		return nil, nil, err
	}
	if user, err = s.Resolve(c.Context, c.Session.UserID, userID, userEntryID); err != nil {
		return nil, nil, err
	}
	if err := s.requireAdminOver(c.Session.UserID, user, "send-as"); err != nil {
		return nil, nil, err
	}
	sender, err = s.Resolve(c.Context, c.Session.UserID, senderID, senderEntryID)
	return user, sender, err
}
