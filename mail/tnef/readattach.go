package tnef

import (
	"bytes"
	"encoding/binary"

	"zarafa/mapi"
)

// attachment is one that is being read.
type attachment struct {
	*mapi.Attachment
	legacy mapi.Props
	data   []byte // of attAttachData
	object []byte // of PR_ATTACH_DATA_OBJ
	iid    mapi.GUID
}

// attachmentAttribute reads an attribute of an attachment, which begins with attAttachRenddata.
func (r *reader) attachmentAttribute(id uint32, c *cursor) {
	if id == attAttachRenddata || r.attachment == nil {
		r.finishAttachment()
		if r.attachments++; r.attachments > mostAttachments {
			r.tooComplex(c, "%d attachments", r.attachments)
			return
		}
		r.attachment = &attachment{Attachment: &mapi.Attachment{}}
	}
	a := r.attachment
	switch id {
	case attAttachRenddata:
		a.rendering(c.data)
	case attAttachData:
		a.data = c.data
	case attAttachTitle:
		a.legacy.Set(mapi.Binary(mapi.PrAttachFilename, r.string8(c.data)))
	case attAttachTransportFilename:
		a.legacy.Set(mapi.Binary(prAttachTransport, r.string8(c.data)))
	case attAttachMetaFile:
		a.legacy.Set(mapi.Binary(mapi.PrAttachRendering, bytes.Clone(c.data)))
	case attAttachCreateDate, attAttachModifyDate:
		if t, ok := date(c.data); ok {
			tag := mapi.PrCreationTime
			if id == attAttachModifyDate {
				tag = mapi.PrLastModificationTime
			}
			a.legacy.Set(mapi.Time(tag, t))
		}
	case attAttachment:
		r.properties(c, propSink{set: a.set, named: a.SetNamed, object: func(tag mapi.PropTag, iid mapi.GUID, data []byte) {
			if tag == mapi.PrAttachDataObj {
				a.iid, a.object = iid, data
			}
		}})
	}
}

func (a *attachment) set(v mapi.PropValue) {
	if v.Tag == mapi.PrAttachDataBin {
		a.data = v.Data
		return
	}
	a.Props.Set(v)
}

// rendering reads attAttachRenddata: what the attachment is and where it stands in the text (MS-OXTNEF 2.1.3.3.15).
func (a *attachment) rendering(data []byte) {
	c := &cursor{data: data}
	kind, position := c.u16(), c.u32()
	if c.err != nil {
		return
	}
	if kind == rendOLE {
		a.legacy.Set(mapi.Long(mapi.PrAttachMethod, mapi.AttachOLE))
	}
	if position != ^uint32(0) {
		a.legacy.Set(mapi.Long(mapi.PrRenderingPosition, position))
	}
}

// finishAttachment adds the attachment that has been read to the message.
func (r *reader) finishAttachment() {
	a := r.attachment
	if a == nil {
		return
	}
	r.attachment = nil
	if a.Props.Has(mapi.PrAttachLongFilename.ID()) {
		a.legacy.Delete(mapi.PrAttachFilename.ID()) // the short name of a name that is known
	}
	for _, v := range a.legacy {
		if !a.Props.Has(v.Tag.ID()) {
			a.Props.Set(v)
		}
	}
	switch {
	case a.object != nil && a.iid == iidMessage:
		r.embedded(a, a.object)
	case a.object != nil:
		a.Content = mapi.Bytes(a.object)
		a.method(mapi.AttachOLE)
	case a.Props.Uint32(mapi.PrAttachMethod) == mapi.AttachEmbedded && isStream(a.data):
		r.embedded(a, a.data)
	case len(a.data) > 16 && bytes.Equal(a.data[:16], iidMessage[:]) && isStream(a.data[16:]):
		r.embedded(a, a.data[16:])
	case a.data != nil:
		a.Content = mapi.Bytes(a.data)
		if m := a.Props.Uint32(mapi.PrAttachMethod); m == 0 || m == mapi.AttachEmbedded {
			a.method(mapi.AttachByValue)
		}
	}
	r.out.Message.Attachments = append(r.out.Message.Attachments, a.Attachment)
}

func (a *attachment) method(m uint32) { a.Props.Set(mapi.Long(mapi.PrAttachMethod, m)) }

func isStream(data []byte) bool {
	return len(data) >= 4 && binary.LittleEndian.Uint32(data) == signature
}

// embedded reads a message in the message. One that cannot be read stays a file.
func (r *reader) embedded(a *attachment, data []byte) {
	if r.depth < deepest && r.messages < mostMessages {
		r.messages++
		before := *r.limits
		if s, err := readStream(data, r.limits, r.depth+1, r.out.CodePage); err == nil {
			a.Message = s.Message
			a.method(mapi.AttachEmbedded)
			r.out.WrongChecksums += s.WrongChecksums
			return
		}
		messages := r.messages
		*r.limits = before
		r.messages = messages // each try costs
	}
	a.Content = mapi.Bytes(data)
	a.method(mapi.AttachByValue)
	a.Props.Set(mapi.String(mapi.PrAttachMimeTag, "application/ms-tnef"))
}
