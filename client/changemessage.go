package client

import (
	"context"

	"zarafa/mapi"
)

// MessageChange says what to change in a message. What it does not name stays.
type MessageChange struct {
	Set         mapi.Props // with the ids that every server knows
	SetNamed    []mapi.NamedValue
	Delete      []mapi.PropTag
	DeleteNamed []mapi.PropName
	// Recipients, if not nil, take the place of those that the message has.
	Recipients []mapi.Props
	// Attachments are added, after those that the message has are removed if RemoveAttachments says so.
	Attachments       []*mapi.Attachment
	RemoveAttachments bool
}

// ChangeMessage changes a message that exists: one call to load it, one to save it, and one more if there are names that [Names] do
// not know yet. Contents of added attachments are read into memory; [Session.ReplaceMessage] streams them. Whether a message is read or
// submitted cannot be changed in this way (objects.md section 3.2).
func (s *Session) ChangeMessage(ctx context.Context, id mapi.EntryID, change MessageChange) error {
	names := append([]mapi.PropName{}, change.DeleteNamed...)
	for i := range change.SetNamed {
		names = append(names, change.SetNamed[i].Name)
	}
	b := objectBuilder{ids: make(map[mapi.PropName]uint16)}
	if err := s.nameAll(ctx, b.ids, namesIn(&mapi.Message{Attachments: change.Attachments}, names)); err != nil {
		return err
	}
	o, err := s.LoadObject(ctx, id)
	if err != nil {
		return err
	}
	c, err := b.changeOf(o, &change)
	if err != nil {
		return err
	}
	_, err = s.SaveObject(ctx, o.Props.Bytes(mapi.PrParentEntryID), id, &c, false)
	return err
}

// changeOf makes the change of an object.
func (b *objectBuilder) changeOf(o *Object, change *MessageChange) (Change, error) {
	c := Change{Type: o.Type, ServerID: o.ServerID, Delete: append([]mapi.PropTag{}, change.Delete...)}
	for _, name := range change.DeleteNamed {
		c.Delete = append(c.Delete, mapi.MakeTag(b.ids[name], mapi.PtUnicode)) // deleted whatever its type
	}
	set := append(mapi.Props{}, change.Set...)
	if change.Recipients != nil {
		for tag, kind := range map[mapi.PropTag]uint32{mapi.PrDisplayTo: mapi.RecipientTo, mapi.PrDisplayCc: mapi.RecipientCc, mapi.PrDisplayBcc: mapi.RecipientBcc} {
			set.Set(mapi.String(tag, displayNames(change.Recipients, kind)))
		}
	}
	c.Set = b.named(set, change.SetNamed)
	for i := range o.Children {
		child := &o.Children[i]
		if child.Type == mapi.TypeAttach && change.RemoveAttachments || child.Type != mapi.TypeAttach && change.Recipients != nil {
			c.Children = append(c.Children, Change{Type: child.Type, ServerID: child.ServerID, Remove: true})
		}
	}
	for i, r := range change.Recipients {
		c.Children = append(c.Children, recipientChange(r, uint32(i)))
	}
	for _, a := range change.Attachments {
		child, err := b.attachment(a)
		if err != nil {
			return c, err
		}
		c.Children = append(c.Children, child)
	}
	return c, nil
}
