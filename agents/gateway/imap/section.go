package imap

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/header"
	"zarafa/mail/structure"
	"zarafa/mail/tree"
)

// section is a piece of a mail that is to be sent.
type section struct {
	wanted  bool // the item is one with content; a part that the mail does not have is empty
	binary  bool // it contains NUL: only literal8 may
	size    int64
	content io.Reader
}

// pieceOf makes a section of content, or of that part of it that the item asks for.
func pieceOf(r *io.SectionReader, ok bool, item *imapwire.FetchItem) section {
	if !ok {
		return section{wanted: true, content: strings.NewReader("")}
	}
	size := r.Size()
	if item.Partial {
		from := min(item.Offset, size)
		size = min(item.Count, size-from)
		return section{wanted: true, size: size, content: io.NewSectionReader(r, from, size)}
	}
	return section{wanted: true, size: size, content: r}
}

// place is an item's section in the terms of package structure.
func place(item *imapwire.FetchItem) structure.Section {
	if item.Kind == imapwire.FetchRFC822Text {
		return structure.Section{Kind: structure.Text}
	}
	s := structure.Section{Names: item.Section.Fields}
	for _, n := range item.Section.Part {
		s.Path = append(s.Path, int(n))
	}
	switch item.Section.Text {
	case imapwire.SectionHeader:
		s.Kind = structure.Header
	case imapwire.SectionHeaderFields:
		s.Kind = structure.Fields
	case imapwire.SectionHeaderFieldsNot:
		s.Kind = structure.FieldsNot
	case imapwire.SectionBodyText:
		s.Kind = structure.Text
	case imapwire.SectionMIME:
		s.Kind = structure.MIME
	}
	return s
}

// openHeader opens a section of a mail's header, which is there as it stands. Lists of mails ask for nothing else, so that neither a tree nor
// fields are made of it.
func openHeader(mail []byte, item *imapwire.FetchItem) section {
	text := mail
	if t := item.Section.Text; t == imapwire.SectionHeaderFields || t == imapwire.SectionHeaderFieldsNot {
		text = make([]byte, 0, len(mail))
		scanner := header.NewScanner(mail)
		for f, ok := scanner.Next(); ok; f, ok = scanner.Next() {
			named := slices.ContainsFunc(item.Section.Fields, func(n string) bool { return len(n) == len(f.Name) && strings.EqualFold(n, f.Name) })
			if f.Name == "" || named != (t == imapwire.SectionHeaderFields) {
				continue
			}
			if text = append(text, f.Raw...); !bytes.HasSuffix(text, []byte("\n")) {
				text = append(text, "\r\n"...)
			}
		}
		text = append(text, "\r\n"...)
	}
	return pieceOf(io.NewSectionReader(bytes.NewReader(text), 0, int64(len(text))), true, item)
}

// lastTree is the tree of the mail that was read last: clients read one part after the other. What the tree reads from changes with each
// FETCH, since a record is valid for one visit only.
type lastTree struct {
	uid       view.UID
	source    *source
	tree      *tree.Message
	structure *structure.Structure
}

// source is a mail's content as long as it can be read.
type source struct{ mailstore.Content }

// attach makes the tree of a mail, or takes the one that is there.
func (t *lastTree) attach(r *mailstore.Record) error {
	if t.tree != nil && t.uid == r.Message.UID && t.tree.Size == r.Mail.Size() {
		t.source.Content = r.Mail
		return nil
	}
	s := &source{r.Mail}
	parsed, err := tree.Parse(s, r.Mail.Size())
	if err != nil {
		return err
	}
	*t = lastTree{uid: r.Message.UID, source: s, tree: parsed, structure: structure.New(parsed)}
	return nil
}

// detach forgets content that can be read no longer.
func (t *lastTree) detach() {
	if t.source != nil {
		t.source.Content = gone{}
	}
}

// gone is content that can be read no longer.
type gone struct{}

func (gone) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }
func (gone) Size() int64                       { return 0 }

// open opens a section of a mail.
func (t *lastTree) open(r *mailstore.Record, item *imapwire.FetchItem) (section, error) {
	if item.Kind == imapwire.FetchRFC822 || item.Kind == imapwire.FetchSection && len(item.Section.Part) == 0 && item.Section.Text == imapwire.SectionAll {
		return pieceOf(io.NewSectionReader(r.Mail, 0, r.Mail.Size()), true, item), nil
	}
	if err := t.attach(r); err != nil {
		return section{}, err
	}
	content, ok, err := t.structure.Open(place(item))
	return pieceOf(content, ok, item), err
}

// openBinary opens a part without its transfer encoding (RFC 3516). It is decoded twice, once for its size.
func (t *lastTree) openBinary(r *mailstore.Record, item *imapwire.FetchItem) (section, error) {
	if err := t.attach(r); err != nil {
		return section{}, err
	}
	s := section{wanted: item.Kind == imapwire.FetchBinary, content: strings.NewReader("")}
	content := func() io.Reader { return io.NewSectionReader(r.Mail, 0, r.Mail.Size()) }
	if len(item.Section.Part) > 0 {
		part, ok := t.structure.Find(place(item).Path)
		switch {
		case !ok:
			return s, nil
		case !part.IsLeaf():
			content = func() io.Reader { return t.tree.RawBody(part) }
		case !tree.KnownEncoding(part.Encoding):
			return s, &mailstore.Error{Code: mailstore.UnknownEncoding, Text: "The part is in an unknown encoding"}
		default:
			content = func() io.Reader { return t.tree.Content(part) }
		}
	}
	if item.Partial {
		whole := content
		content = func() io.Reader { return &window{r: whole(), skip: item.Offset, left: item.Count} }
	}
	var count counter
	if _, err := io.Copy(&count, content()); err != nil {
		return s, err
	}
	s.size, s.binary, s.content = count.size, count.nul, content()
	return s, nil
}

// window reads a piece of what can be read from the beginning only.
type window struct {
	r          io.Reader
	skip, left int64
}

func (w *window) Read(p []byte) (int, error) {
	if w.skip > 0 {
		n, err := io.CopyN(io.Discard, w.r, w.skip)
		w.skip -= n
		if err != nil {
			return 0, err
		}
	}
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	return n, err
}

// counter counts bytes, and whether NUL is among them.
type counter struct {
	size int64
	nul  bool
}

func (c *counter) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	c.nul = c.nul || bytes.IndexByte(p, 0) >= 0
	return len(p), nil
}
