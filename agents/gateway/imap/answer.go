package imap

import (
	"fmt"
	"slices"
	"strconv"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// answer sends FETCH of one message. All that can fail is done before the first byte is written; behind it an error ends the connection.
func (f *fetching) answer(r *mailstore.Record) error {
	known := f.selection.view.Known()
	uid := r.Message.UID
	index, ok := known.Find(uid)
	if !ok {
		return nil
	}
	if err := f.open(r); err != nil {
		if mailstore.CodeOf(err) == "" {
			err = &faultError{err}
		}
		return &answerError{err}
	}
	m := known.At(index)
	e := f.enc()
	f.line = append(strconv.AppendInt(append(f.line[:0], "* "...), int64(index+1), 10), " FETCH ("...)
	_, told := slices.BinarySearch(f.seen, uid)
	for i := range f.items {
		if told && !f.flags && f.items[i].Kind != imapwire.FetchUID {
			// The flags that reading has changed, in front of what was read.
			f.line = f.messageFlags(append(f.line, "FLAGS "...), m)
			f.line, told = append(f.line, ' '), false
		}
		f.line = f.items[i].AppendName(f.line)
		f.line = append(f.line, ' ')
		f.item(r, m, i)
		e.RawBytes(f.line)
		f.line = f.line[:0]
		f.content(&f.sections[i])
		if i < len(f.items)-1 {
			f.line = append(f.line, ' ')
		}
	}
	if err := e.RawBytes(append(f.line, ")\r\n"...)).Err(); err != nil {
		return &answerError{err}
	}
	return nil
}

// item appends the value of an item to the line, unless it is a section.
func (f *fetching) item(r *mailstore.Record, m view.Message, i int) {
	switch f.items[i].Kind {
	case imapwire.FetchUID:
		f.line = strconv.AppendUint(f.line, uint64(m.UID), 10)
	case imapwire.FetchFlags:
		f.line = f.messageFlags(f.line, m)
	case imapwire.FetchModSeq:
		f.line = append(strconv.AppendUint(append(f.line, '('), uint64(m.ModSeq), 10), ')')
	case imapwire.FetchInternalDate:
		f.line = imapwire.AppendDateTime(f.line, r.Date)
	case imapwire.FetchSize:
		f.line = strconv.AppendInt(f.line, r.Size, 10)
	case imapwire.FetchEnvelope:
		f.line = append(f.line, r.Envelope...)
	case imapwire.FetchBody:
		f.line = append(f.line, r.Body...)
	case imapwire.FetchBodyStructure:
		f.line = append(f.line, r.BodyStructure...)
	case imapwire.FetchBinarySize:
		f.line = strconv.AppendInt(f.line, f.sections[i].size, 10)
	case imapwire.FetchEmailID:
		f.line = append(append(append(f.line, '('), r.EmailID...), ')')
	case imapwire.FetchThreadID:
		if r.ThreadID == "" {
			f.line = append(f.line, "NIL"...)
		} else {
			f.line = append(append(append(f.line, '('), r.ThreadID...), ')')
		}
	case imapwire.FetchSaveDate:
		if r.SaveDate.IsZero() {
			f.line = append(f.line, "NIL"...)
		} else {
			f.line = imapwire.AppendDateTime(f.line, r.SaveDate)
		}
	case imapwire.FetchPreview:
		f.enc().RawBytes(f.line).String(r.Preview)
		f.line = f.line[:0]
	}
}

// content writes a section behind its name, as a literal that is not in memory at once.
func (f *fetching) content(s *section) {
	e := f.enc()
	switch {
	case !s.wanted:
	case s.binary:
		e.Literal8(s.size, s.content)
	default:
		e.Literal(s.size, s.content)
	}
}

// open opens the sections among the items.
func (f *fetching) open(r *mailstore.Record) error {
	f.sections = slices.Grow(f.sections[:0], len(f.items))[:len(f.items)]
	for i := range f.items {
		item := &f.items[i]
		f.sections[i] = section{}
		var err error
		switch item.Kind {
		case imapwire.FetchSection, imapwire.FetchRFC822, imapwire.FetchRFC822Header, imapwire.FetchRFC822Text:
			if ofHeader(item) {
				f.sections[i] = openHeader(r.Header, item)
			} else {
				f.sections[i], err = f.tree.open(r, item)
			}
		case imapwire.FetchBinary, imapwire.FetchBinarySize:
			f.sections[i], err = f.tree.openBinary(r, item)
		}
		if err != nil {
			return fmt.Errorf("reading UID %d: %w", r.Message.UID, err)
		}
	}
	return nil
}
