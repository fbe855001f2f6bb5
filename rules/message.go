package rules

import (
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/mapi/restrict"
)

// candidate is a message that has not been saved, with the properties that a server would compute.
type candidate struct {
	row
	recipients  []restrict.Row
	attachments []restrict.Row
}

// row answers for a list of properties. keys are the properties that name somebody; they are given in the form that alike makes.
type row struct {
	props mapi.Props
	named []mapi.NamedValue
	keys  []mapi.PropTag
	with  *Options
}

// senderKeys are the properties of a message that name somebody by TYPE:ADDRESS, recipientKeys those of a recipient.
func senderKeys() []mapi.PropTag {
	return []mapi.PropTag{mapi.PrSenderSearchKey, mapi.PrSentRepresentingSearchKey, mapi.PrReceivedBySearchKey, mapi.PrRcvdRepresentingSearchKey}
}

func recipientKeys() []mapi.PropTag { return []mapi.PropTag{mapi.PrSearchKey} }

// Value is a property of the row.
func (r row) Value(tag mapi.PropTag) (mapi.PropValue, bool) {
	if tag.ID() > mapi.NamedBase {
		return r.namedValue(tag)
	}
	v, ok := r.props.Get(tag)
	if ok && slices.Contains(r.keys, tag) {
		v.Data = r.with.alike(v.Data)
	}
	return v, ok
}

// namedValue finds a property whose id the server gave.
func (r row) namedValue(tag mapi.PropTag) (mapi.PropValue, bool) {
	name, ok := r.with.Names[tag.ID()]
	if !ok {
		return mapi.PropValue{}, false
	}
	for i := range r.named {
		if v := &r.named[i]; v.Name == name && v.Value.Tag.WithType(tag.Type()).Canonical() == v.Value.Tag.Canonical() {
			return v.Value, true
		}
	}
	return mapi.PropValue{}, false
}

// Parts are the recipients or attachments.
func (c *candidate) Parts(kind mapi.PropTag) ([]restrict.Row, error) {
	if kind.ID() == mapi.PrMessageRecipients.ID() {
		return c.recipients, nil
	}
	return c.attachments, nil
}

func newCandidate(m *mapi.Message, o *Options) *candidate {
	c := &candidate{row: row{computed(m), m.Named, senderKeys(), o}}
	for _, r := range m.Recipients {
		c.recipients = append(c.recipients, row{r, nil, recipientKeys(), o})
	}
	for _, a := range m.Attachments {
		c.attachments = append(c.attachments, row{a.Props, a.Named, nil, o})
	}
	return c
}

// computed are the properties of a message together with those that a server would add when it is saved.
func computed(m *mapi.Message) mapi.Props {
	props := append(make(mapi.Props, 0, len(m.Props)+6), m.Props...)
	flags := props.Uint32(mapi.PrMessageFlags)
	visible := hasVisibleAttachment(m)
	if visible {
		flags |= mapi.MsgHasAttach
	}
	props.Set(mapi.Long(mapi.PrMessageFlags, flags))
	props.Set(mapi.Bool(mapi.PrHasAttach, visible))
	if !props.Has(mapi.PrMessageSize.ID()) {
		props.Set(mapi.Long(mapi.PrMessageSize, uint32(min(sizeOf(m), 1<<31-1))))
	}
	for kind, tag := range map[uint32]mapi.PropTag{1: mapi.PrDisplayTo, 2: mapi.PrDisplayCc, 3: mapi.PrDisplayBcc} {
		if !props.Has(tag.ID()) {
			props.Set(mapi.String(tag, displayNames(m, kind)))
		}
	}
	return props
}

func hasVisibleAttachment(m *mapi.Message) bool {
	for _, a := range m.Attachments {
		if hidden, _ := a.Props.Get(mapi.PrAttachmentHidden); !hidden.Bool() {
			return true
		}
	}
	return false
}

func displayNames(m *mapi.Message, kind uint32) string {
	var names []string
	for _, r := range m.Recipients {
		if r.Uint32(mapi.PrRecipientType) == kind {
			names = append(names, r.Str(mapi.PrDisplayName))
		}
	}
	return strings.Join(names, "; ")
}

// sizeOf is about what the message will occupy, in bytes; the server's own number is known only once it is saved.
func sizeOf(m *mapi.Message) int64 {
	n := propsSize(m.Props)
	for _, r := range m.Recipients {
		n += propsSize(r)
	}
	for _, a := range m.Attachments {
		n += propsSize(a.Props)
		if a.Content != nil {
			n += max(a.Content.Size(), 0)
		}
		if a.Message != nil {
			n += sizeOf(a.Message)
		}
	}
	return n
}

func propsSize(l mapi.Props) int64 {
	var n int64
	for i := range l {
		n += int64(8 + len(l[i].Data))
	}
	return n
}
