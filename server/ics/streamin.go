package ics

import (
	"io"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire/msgstream"
)

const (
	// draftMemory bounds what the values of an imported message that are not spooled take in memory.
	draftMemory = 64 << 20
	// valueOverhead is what a value takes beside its bytes.
	valueOverhead = 64
	// maxObjectBytes bounds the properties of one object while they are read.
	maxObjectBytes = 256 << 20
	// maxEmbedded is how deep messages may be embedded for the sake of reading; what may be stored is a setting of package objects.
	maxEmbedded = 255
)

// streamReader reads a stream into a draft. The network is read from nowhere else, so that the transaction
// that follows depends on nobody's patience.
type streamReader struct {
	in     *msgstream.Reader
	spool  *spool
	ids    func([]storage.Name) ([]uint16, error) // property ids of names
	memory int64                                  // bytes that values may still take
}

func newStreamReader(r io.Reader, sp *spool, ids func([]storage.Name) ([]uint16, error)) *streamReader {
	limits := msgstream.Limits{Depth: maxEmbedded, ObjectBytes: maxObjectBytes}
	return &streamReader{in: msgstream.NewReader(r, limits), spool: sp, ids: ids, memory: draftMemory}
}

// read reads the whole stream.
func (sr *streamReader) read() (*change.Draft, error) {
	var open []*change.Draft // the messages that are not complete, outermost first
	var top, attachment *change.Draft
	for {
		e, err := sr.in.Next()
		if err == io.EOF {
			return top, nil
		}
		if err != nil {
			return nil, err
		}
		if e.Kind == msgstream.EndMessage {
			open = open[:len(open)-1]
			continue
		}
		d, err := sr.object(&e)
		if err != nil {
			return nil, err
		}
		switch {
		case e.Kind != msgstream.Message:
			message := open[len(open)-1]
			message.Parts = append(message.Parts, d)
		case top == nil:
			top = d
		default:
			attachment.Parts = append(attachment.Parts, d)
		}
		switch e.Kind {
		case msgstream.Message:
			open = append(open, d)
		case msgstream.Attachment:
			attachment = d
		}
	}
}

// object takes over the properties of an object, and the data of an attachment.
func (sr *streamReader) object(e *msgstream.Event) (*change.Draft, error) {
	d := &change.Draft{Type: e.Type, Props: make(mapi.Props, 0, len(e.Props))}
	if err := sr.renumber(e.Props); err != nil {
		return nil, err
	}
	for i := range e.Props {
		v := &e.Props[i].PropValue
		if change.Outside(v.Tag, int64(len(v.Data))) {
			blob, err := sr.spool.addBytes(v.Data)
			if err != nil {
				return nil, err
			}
			d.Large = append(d.Large, change.LargeValue{Tag: v.Tag, Blob: blob})
			continue
		}
		if err := sr.charge(v); err != nil {
			return nil, err
		}
		d.Props = append(d.Props, v.Clone())
	}
	if e.Size > 0 {
		blob, err := sr.spool.add(e.Data, e.Size)
		if err != nil {
			return nil, err
		}
		data := change.LargeValue{Tag: mapi.PrAttachDataBin, Blob: blob}
		d.Large = append([]change.LargeValue{data}, d.Large...)
	}
	return d, nil
}

// charge takes what a value needs from the budget of the message.
func (sr *streamReader) charge(v *mapi.PropValue) error {
	need := valueOverhead + int64(len(v.Data))
	for _, e := range v.Values() {
		need += valueOverhead + int64(len(e.Data))
	}
	if sr.memory -= need; sr.memory < 0 {
		return mapi.Errorf(mapi.TooBig, "importMessageFromStream", "the properties of the message take more than %d bytes", draftMemory)
	}
	return nil
}

// renumber gives named properties the ids that this server uses for their names.
func (sr *streamReader) renumber(props []msgstream.Property) error {
	var names []storage.Name
	var places []int
	for i := range props {
		if n := props[i].Name; n != nil {
			names = append(names, storage.Name{GUID: n.GUID, IsString: n.Kind == msgstream.NameString, LID: n.ID, String: n.Text})
			places = append(places, i)
		}
	}
	if len(names) == 0 {
		return nil
	}
	ids, err := sr.ids(names)
	if err != nil {
		return err
	}
	for i, place := range places {
		props[place].Tag = mapi.MakeTag(ids[i], props[place].Tag.Type())
	}
	return nil
}
