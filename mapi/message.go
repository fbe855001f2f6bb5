package mapi

import (
	"bytes"
	"io"
)

// Message is a message outside of any store: what converters make and read, and what agents save and load. Everything that MAPI
// calls a message is one, a contact or an appointment as well as a mail.
type Message struct {
	Props Props        // with the ids that every server knows
	Named []NamedValue // all other named properties
	// Recipients are rows with at least PR_RECIPIENT_TYPE and PR_DISPLAY_NAME.
	Recipients  []Props
	Attachments []*Attachment
}

// Attachment is a file or a message in a message. PR_ATTACH_METHOD in Props says which.
type Attachment struct {
	Props Props
	Named []NamedValue
	// Content is what PR_ATTACH_DATA_BIN would hold; nil for an embedded message.
	Content Content
	Message *Message
}

// Content is a value that may be too large for memory. It can be read any number of times, by several goroutines.
type Content interface {
	// Size is the number of bytes, or -1 if only reading would tell.
	Size() int64
	// Open reads from the beginning.
	Open() (io.ReadCloser, error)
}

// Bytes is a content in memory.
type Bytes []byte

// Size is the number of bytes.
func (b Bytes) Size() int64 { return int64(len(b)) }

// Open reads from the beginning; it cannot fail.
func (b Bytes) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

// SetNamed gives the message a named property, among Props if its id is fixed. It replaces a value of the same name.
func (m *Message) SetNamed(name PropName, v PropValue) { setNamed(&m.Props, &m.Named, name, v) }

// GetNamed finds a named property of the type of t.
func (m *Message) GetNamed(name PropName, t PropType) (PropValue, bool) {
	return getNamed(m.Props, m.Named, name, t)
}

// SetNamed gives the attachment a named property, as [Message.SetNamed] does.
func (a *Attachment) SetNamed(name PropName, v PropValue) { setNamed(&a.Props, &a.Named, name, v) }

// GetNamed finds a named property of the attachment.
func (a *Attachment) GetNamed(name PropName, t PropType) (PropValue, bool) {
	return getNamed(a.Props, a.Named, name, t)
}

func setNamed(props *Props, named *[]NamedValue, name PropName, v PropValue) {
	if tag, ok := name.Tag(v.Tag.Type()); ok {
		props.Set(v.retagged(tag))
		return
	}
	v = v.retagged(MakeTag(0, v.Tag.Type()))
	for i := range *named {
		if (*named)[i].Name == name {
			(*named)[i].Value = v
			return
		}
	}
	*named = append(*named, NamedValue{Name: name, Value: v})
}

func getNamed(props Props, named []NamedValue, name PropName, t PropType) (PropValue, bool) {
	if tag, ok := name.Tag(t); ok {
		return props.Get(tag)
	}
	for i := range named {
		if v := &named[i]; v.Name == name && v.Value.Tag.Canonical() == MakeTag(0, t).Canonical() {
			return v.Value, true
		}
	}
	return PropValue{}, false
}
