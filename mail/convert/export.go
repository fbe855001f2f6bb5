package convert

import (
	"io"
	"time"

	"zarafa/calendar/zone"
	"zarafa/mail/charset"
	"zarafa/mapi"
)

// ExportOptions say how messages become mails. The zero value is of use.
type ExportOptions struct {
	// Addresses tells the address of the Internet of somebody who has none of his own in the message, by the properties that name
	// him: those of a recipient, or PR_ENTRYID, PR_ADDRTYPE, PR_EMAIL_ADDRESS and PR_DISPLAY_NAME of a sender. It may be nil. Whoever
	// has no address stands in the mail with his name alone.
	Addresses func(who mapi.Props) (address string, ok bool)
	// Charset is that of texts that do not fit the message's own one; nil is UTF-8.
	Charset *charset.Charset
	// Domain is behind the @ of a Message-ID that is made here.
	Domain string
	// Now is the date of a message that has none.
	Now time.Time
	// Zone is that of calendar items that name none; nil is UTC.
	Zone *zone.Zone
	// TNEF says which mails have a winmail.dat.
	TNEF TNEF
	// Bcc keeps the recipients of blind copies, as only the sender's own copy may.
	Bcc bool
}

// Export writes a message as a mail, with CRLF at the end of each line, in ASCII but for addresses that only UTF-8 can write (RFC 6532). The same
// message always makes the same bytes: boundaries and a Message-ID that is missing come from PR_SEARCH_KEY. Errors are those of w and of the
// message's contents.
func Export(w io.Writer, m *mapi.Message, options *ExportOptions) error {
	out := &writer{w: w}
	ex := &exporter{out: out, options: options, seed: seedOf(m)}
	ex.message(m)
	return out.err
}

// exporter writes one message and those in it.
type exporter struct {
	out     *writer
	options *ExportOptions
	// seed is what boundaries are made of, parts how many were made.
	seed  []byte
	parts int
	depth int
}

// maxDepth bounds messages within messages. What is deeper is left out: no program shows it.
const maxDepth = 50

func (ex *exporter) message(m *mapi.Message) {
	cs := ex.charset(m)
	ex.headers(m, cs)
	ex.body(m, cs)
}

// charset is that of the message's texts, nil if UTF-8 is: because nothing else is named, or the text does not fit what is.
func (ex *exporter) charset(m *mapi.Message) *charset.Charset {
	cs, ok := charset.FromCodePage(m.Props.Uint32(mapi.PrInternetCpid))
	if !ok {
		cs = ex.options.Charset
	}
	if text, _ := m.Props.Get(mapi.PrBody); cs != nil && !ascii(text.Data) {
		if _, fits := cs.Encode(text.Str()); !fits {
			return nil
		}
	}
	return cs
}

// writer keeps the first error, so that what follows need not ask.
type writer struct {
	w      io.Writer
	err    error
	copied []byte
}

// buffer is what contents are copied by, one after the other.
func (w *writer) buffer() []byte {
	if w.copied == nil {
		w.copied = make([]byte, 32<<10)
	}
	return w.copied
}

func (w *writer) Write(b []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(b)
	w.err = err
	return n, err
}

func (w *writer) text(s string) {
	if w.err == nil {
		_, w.err = io.WriteString(w.w, s)
	}
}
