package convert

import (
	"bytes"
	"io"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// Message classes of mails (MS-OXCMAIL 2.1).
const (
	classNote      = "IPM.Note"
	classSigned    = "IPM.Note.SMIME.MultipartSigned"
	classEncrypted = "IPM.Note.SMIME"
)

// msgFlagUnmodified is what PR_MESSAGE_FLAGS of a mail that just arrived has.
const msgFlagUnmodified uint32 = 0x2

// importer makes a message of one mail.
type importer struct {
	mail      *tree.Message
	options   *ImportOptions
	directory Directory
	decoded   int64 // bytes of contents that are in memory
}

// Import makes a message of a mail. Attachments that are not small refer to the mail, which must stay readable until they are saved. The error is
// that of the mail's reader.
func Import(mail *tree.Message, options *ImportOptions) (*mapi.Message, error) {
	im := &importer{mail: mail, options: options, directory: options.directory()}
	return im.message(mail.Root, true)
}

// message makes a message of the mail itself, which is arriving, or of one that is embedded in it.
func (im *importer) message(part *tree.Part, arriving bool) (*mapi.Message, error) {
	h, err := im.mail.Fields(part)
	if err != nil {
		return nil, err
	}
	m := &mapi.Message{Props: make(mapi.Props, 0, 48)}
	m.Props = append(m.Props, mapi.String(mapi.PrMessageClass, classNote), mapi.Long(mapi.PrMessageFlags, msgFlagUnmodified))
	if err := im.headers(m, part, h, arriving); err != nil {
		return nil, err
	}
	im.people(m, h)
	b := &body{im: im, m: m}
	if err := b.take(part); err != nil {
		return nil, err
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	return m, nil
}

// leaf is the content of a part without parts, without its transfer encoding. It is read from the mail when it is wanted.
type leaf struct {
	mail *tree.Message
	part *tree.Part
}

// Size is the number of bytes where the transfer encoding tells it.
func (c leaf) Size() int64 {
	switch c.part.Encoding {
	case "7bit", "8bit", "binary":
		return c.part.Octets()
	}
	return -1
}

// Open reads the content.
func (c leaf) Open() (io.ReadCloser, error) { return io.NopCloser(c.mail.Content(c.part)), nil }

// raw is a piece of the mail as it stands.
type raw struct {
	mail     *tree.Message
	from, to int64
	prefix   []byte // in front of it
}

func (r raw) Size() int64 { return r.to - r.from + int64(len(r.prefix)) }

func (r raw) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(bytes.NewReader(r.prefix), r.mail.Section(r.from, r.to))), nil
}

// mediaType is the type of a part with its parameters.
func (im *importer) mediaType(part *tree.Part) (header.MediaType, *header.Fields, error) {
	h, err := im.mail.Fields(part)
	if err != nil {
		return header.MediaType{}, nil, err
	}
	t, ok := header.ParseMediaType(h.Get("Content-Type"))
	if !ok {
		t.Type, t.Subtype = part.Type, part.Subtype
	}
	return t, h, nil
}
