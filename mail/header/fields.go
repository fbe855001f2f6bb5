package header

import (
	"bytes"
	"iter"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// Fields are the fields of a header, in their order.
type Fields struct {
	list []Field
	// Truncated says that the header had more fields or bytes than [MaxFields] and [MaxBytes]; what is beyond is not here.
	Truncated bool
}

// Parse finds the fields of a header; see [NewScanner] for where it ends. The result aliases it.
func Parse(header []byte) *Fields {
	s := Scanner{rest: header}
	h := &Fields{list: make([]Field, 0, min(MaxFields, 4+len(header)/32))}
	for f, ok := s.Next(); ok; f, ok = s.Next() {
		h.list = append(h.list, f)
	}
	h.Truncated = s.Truncated
	return h
}

// All is all fields, and the lines that are none.
func (h *Fields) All() []Field { return h.list }

// Named are the fields of a name, in any case.
func (h *Fields) Named(name string) iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, f := range h.list {
			if strings.EqualFold(f.Name, name) && !yield(f) {
				return
			}
		}
	}
}

// Get is the value of the first field of a name; see [Field.Value]. There is none: it is empty.
func (h *Fields) Get(name string) string {
	for f := range h.Named(name) {
		return f.Value()
	}
	return ""
}

// Has reports whether there is a field of a name.
func (h *Fields) Has(name string) bool {
	for range h.Named(name) {
		return true
	}
	return false
}

// Values are the values of all fields of a name.
func (h *Fields) Values(name string) []string {
	var values []string
	for f := range h.Named(name) {
		values = append(values, f.Value())
	}
	return values
}

// Joined are the values of all fields of a name as one list, which is what senders mean who repeat To.
func (h *Fields) Joined(name string) string { return strings.Join(h.Values(name), ", ") }

// ContentType is the first Content-Type that can be understood: the one that a tree of the mail goes by. Not ok: there is none.
func (h *Fields) ContentType() (m MediaType, ok bool) {
	for f := range h.Named("Content-Type") {
		if m, ok := ParseMediaType(f.Value()); ok {
			return m, true
		}
	}
	return MediaType{}, false
}

// Proto hands the fields to go-message, each with the bytes that it came with. Lines that are no field are left out.
func (h *Fields) Proto() textproto.Header {
	var p textproto.Header
	for i := len(h.list) - 1; i >= 0; i-- { // AddRaw puts a field on top
		f := h.list[i]
		if f.Name == "" {
			continue
		}
		raw := f.Raw
		if !bytes.HasSuffix(raw, []byte("\n")) {
			raw = append(bytes.Clone(raw), "\r\n"...)
		}
		p.AddRaw(raw)
	}
	return p
}

// intern makes a string of a name, without allocating memory for the usual ones.
func intern(name []byte) string {
	switch string(name) {
	case "Received":
		return "Received"
	case "Return-Path":
		return "Return-Path"
	case "Delivered-To":
		return "Delivered-To"
	case "DKIM-Signature":
		return "DKIM-Signature"
	case "Authentication-Results":
		return "Authentication-Results"
	case "From":
		return "From"
	case "To":
		return "To"
	case "Cc":
		return "Cc"
	case "Subject":
		return "Subject"
	case "Date":
		return "Date"
	case "Message-ID":
		return "Message-ID"
	case "References":
		return "References"
	case "In-Reply-To":
		return "In-Reply-To"
	case "MIME-Version":
		return "MIME-Version"
	case "Content-Type":
		return "Content-Type"
	case "Content-Transfer-Encoding":
		return "Content-Transfer-Encoding"
	case "Content-Disposition":
		return "Content-Disposition"
	case "Content-ID":
		return "Content-ID"
	}
	return string(name)
}
