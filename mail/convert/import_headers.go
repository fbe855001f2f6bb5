package convert

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// maxHeaders bounds PR_TRANSPORT_MESSAGE_HEADERS.
const maxHeaders = header.MaxBytes

// headers sets everything that comes from the fields of a mail's header, but for people.
func (im *importer) headers(m *mapi.Message, part *tree.Part, h *header.Fields, arriving bool) error {
	raw, err := im.mail.HeaderBytes(part)
	if err != nil {
		return err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(raw[:min(len(raw), maxHeaders)]), "\r\n"), "\r\n")
	m.Props.Set(mapi.String(mapi.PrTransportMessageHeaders, clean(text)))
	im.subject(m, h)
	im.dates(m, h, arriving)
	im.identity(m, h)
	im.urgency(m, h)
	im.lists(m, h)
	im.indexed(m, h)
	return nil
}

// clean makes a text one that a database stores: UTF-8 without NUL.
func clean(s string) string {
	if !utf8.ValidString(s) { // which is much faster than what follows
		s = strings.ToValidUTF8(s, "?")
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// text is a field's value, decoded.
func (im *importer) text(h *header.Fields, name string) string {
	return header.DecodeText(h.Get(name), im.options.DefaultCharset)
}

func (im *importer) subject(m *mapi.Message, h *header.Fields) {
	subject := strings.TrimSpace(im.text(h, "Subject"))
	prefix, topic := splitSubject(subject)
	if t := im.text(h, "Thread-Topic"); t != "" {
		topic = t
	}
	m.Props.Set(mapi.String(mapi.PrSubject, subject))
	m.Props.Set(mapi.String(mapi.PrSubjectPrefix, prefix))
	m.Props.Set(mapi.String(mapi.PrConversationTopic, topic))
	if index, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(h.Get("Thread-Index")), "")); err == nil && len(index) >= 22 {
		m.Props.Set(mapi.Binary(mapi.PrConversationIndex, index))
	}
}

// splitSubject cuts a subject behind its prefix (MS-OXCMSG 3.2.4.1.1).
func splitSubject(subject string) (prefix, rest string) {
	rest = string(mapi.NormalizedSubject([]byte(subject)))
	return subject[:len(subject)-len(rest)], rest
}

func (im *importer) dates(m *mapi.Message, h *header.Fields, arriving bool) {
	sent, ok := header.ParseDate(h.Get("Date"))
	if ok {
		m.Props.Set(mapi.Time(mapi.PrClientSubmitTime, mapi.FileTimeOf(sent)))
	}
	arrived := im.options.Now
	if !arriving && ok {
		arrived = sent
	}
	known := arriving || ok // a mail in a mail that has no date has no time of arrival either
	if received := h.Get("Received"); received != "" && !im.options.ArrivesNow {
		if i := strings.LastIndexByte(received, ';'); i >= 0 {
			if t, ok := header.ParseDate(received[i+1:]); ok {
				arrived, known = t, true
			}
		}
	}
	if known {
		at := mapi.FileTimeOf(arrived.Truncate(time.Second))
		if !ok {
			m.Props.Set(mapi.Time(mapi.PrClientSubmitTime, at))
		}
		m.Props.Set(mapi.Time(mapi.PrMessageDeliveryTime, at))
	}
	for _, name := range []string{"Expires", "Expiry-Date"} {
		if t, ok := header.ParseDate(h.Get(name)); ok {
			m.Props.Set(mapi.Time(mapi.PrExpiryTime, mapi.FileTimeOf(t)))
		}
	}
	if t, ok := header.ParseDate(h.Get("Reply-By")); ok {
		m.Props.Set(mapi.Time(mapi.PrReplyTime, mapi.FileTimeOf(t)))
	}
}

// identity sets the ids by which mails refer to each other, as they are written.
func (im *importer) identity(m *mapi.Message, h *header.Fields) {
	for name, tag := range map[string]mapi.PropTag{
		"Message-ID": mapi.PrInternetMessageID, "References": mapi.PrInternetReferences, "In-Reply-To": mapi.PrInReplyToID,
	} {
		if v := clean(h.Get(name)); v != "" {
			m.Props.Set(mapi.String(tag, v))
		}
	}
}

// urgency sets importance, priority and sensitivity. The first field with a valid value counts.
func (im *importer) urgency(m *mapi.Message, h *header.Fields) {
	for _, name := range []string{"Importance", "X-Priority", "Priority", "X-MSMail-Priority"} {
		if level, ok := importance(h.Get(name)); ok {
			m.Props.Set(mapi.Long(mapi.PrImportance, level))
			m.Props.Set(mapi.Long(mapi.PrPriority, level-1)) // non-urgent is -1, urgent 1
			break
		}
	}
	switch strings.ToLower(h.Get("Sensitivity")) {
	case "personal":
		m.Props.Set(mapi.Long(mapi.PrSensitivity, 1))
	case "private":
		m.Props.Set(mapi.Long(mapi.PrSensitivity, 2))
	case "company-confidential":
		m.Props.Set(mapi.Long(mapi.PrSensitivity, 3))
	}
}

// importance reads a level: 0 low, 1 normal, 2 high.
func importance(value string) (level uint32, ok bool) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(value)), " ")
	switch word {
	case "high", "urgent", "1", "2", "highest":
		return 2, true
	case "normal", "3":
		return 1, true
	case "low", "non-urgent", "4", "5", "lowest":
		return 0, true
	}
	return 0, false
}

// Bits of PR_AUTO_RESPONSE_SUPPRESS (MS-OXOMSG 2.2.1.77).
const suppressAll = 0xFFFFFFFF

func suppression(value string) (bits uint32) {
	for _, word := range strings.FieldsFunc(strings.ToUpper(value), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		switch word {
		case "DR":
			bits |= 0x01
		case "NDR":
			bits |= 0x02
		case "RN":
			bits |= 0x04
		case "NRN":
			bits |= 0x08
		case "OOF":
			bits |= 0x10
		case "AUTOREPLY":
			bits |= 0x20
		case "ALL":
			return suppressAll
		}
	}
	return bits
}

func (im *importer) lists(m *mapi.Message, h *header.Fields) {
	for name, tag := range map[string]mapi.PropTag{
		"List-Help": mapi.PrListHelp, "List-Subscribe": mapi.PrListSubscribe, "List-Unsubscribe": mapi.PrListUnsubscribe,
	} {
		if v := clean(h.Get(name)); v != "" {
			m.Props.Set(mapi.String(tag, v))
		}
	}
	if bits := suppression(h.Get("X-Auto-Response-Suppress")); bits != 0 {
		m.Props.Set(mapi.Long(mapi.PrAutoResponseSuppress, bits))
	}
	im.keywords(m, h)
}

// Keywords is the name of the categories of a message (MS-OXCMSG 2.2.1.17).
func Keywords() mapi.PropName { return mapi.PropName{Set: mapi.PsPublicStrings, Name: "Keywords"} }

func (im *importer) keywords(m *mapi.Message, h *header.Fields) {
	var words []string
	for _, name := range []string{"Keywords", "X-Keywords"} {
		for _, v := range h.Values(name) {
			for _, w := range strings.FieldsFunc(header.DecodeText(v, im.options.DefaultCharset), func(r rune) bool { return r == ',' || r == ';' }) {
				if w = strings.TrimSpace(w); w != "" {
					words = append(words, w)
				}
			}
		}
	}
	if len(words) > 0 {
		m.SetNamed(Keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtUnicode|mapi.MVFlag), words...))
	}
}

// indexed keeps header fields as named properties, where rules can see them.
func (im *importer) indexed(m *mapi.Message, h *header.Fields) {
	if len(im.options.IndexedHeaders) == 0 {
		return
	}
	for _, f := range h.All() {
		name := strings.ToLower(f.Name)
		if !wanted(name, im.options.IndexedHeaders) {
			continue
		}
		n := mapi.PropName{Set: mapi.PsInternetHeaders, Name: name}
		if _, twice := m.GetNamed(n, mapi.PtUnicode); !twice {
			m.SetNamed(n, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), header.DecodeText(f.Value(), im.options.DefaultCharset)))
		}
	}
}

func wanted(name string, patterns []string) bool {
	for _, p := range patterns {
		p = strings.ToLower(p)
		if rest, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(name, rest) || p == name {
			return name != ""
		}
	}
	return false
}
