package server

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// A delivery agent saves a message and then announces it as new mail by notify. One that has CapDelivery says so when it
// saves, and needs no second call. The message is saved by then: an announcement that fails is no reason to deliver it again.

// SaveObject is that of package objects, with the announcement.
func (s *Server) SaveObject(c *session.Call, req *wire.SaveObjectRequest, resp *wire.LoadObjectResponse) error {
	announce := announces(c, &req.Flags)
	if err := s.objectOperations.SaveObject(c, req, resp); err != nil {
		return err
	}
	if announce && req.SaveObj.ServerID == 0 {
		s.announce(c, req.ParentEntryID, req.EntryID, req.SaveObj.ModProps)
	}
	return nil
}

// ImportMessageFromStream is that of package ics, with the announcement.
func (s *Server) ImportMessageFromStream(c *session.Call, req *wire.ImportMessageFromStreamRequest, resp *wire.ImportMessageFromStreamResponse) error {
	announce := announces(c, &req.Flags)
	if err := s.icsOperations.ImportMessageFromStream(c, req, resp); err != nil {
		return err
	}
	if !announce || !req.IsNew {
		return nil
	}
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return nil
	}
	if o, err := s.store.Object(c.Context, ref.ID); err == nil {
		s.announce(c, req.ParentEntryID, req.EntryID, o.Props)
	}
	return nil
}

// announces takes the flag that asks for an announcement out of those of a request.
func announces(c *session.Call, flags *uint32) bool {
	asked := *flags&mapi.SaveNewMail != 0 && c.Session.Has(mapi.CapDelivery)
	if asked {
		*flags &^= mapi.SaveNewMail
	}
	return asked
}

// announce is what notify does for a message with these properties.
func (s *Server) announce(c *session.Call, folder, message mapi.EntryID, props mapi.Props) {
	if len(message) == 0 {
		return
	}
	err := s.Notify(c, &wire.NotifyRequest{Notification: wire.Notification{EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{
		EntryID: message, ParentID: folder, MessageClass: wire.Text(props.Str(mapi.PrMessageClass)), MessageFlags: props.Uint32(mapi.PrMessageFlags),
	}}}, new(wire.NotifyResponse))
	if err != nil {
		s.log.Debug("new mail was not announced", "error", err)
	}
}
