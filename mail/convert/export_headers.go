package convert

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// fields gathers a header.
type fields struct {
	b  []byte
	cs *charset.Charset
}

func (f *fields) add(name, value string) {
	if value != "" {
		f.b = header.AppendField(f.b, name, value)
	}
}

func (f *fields) text(name, value string) { f.add(name, header.EncodeText(value, f.cs)) }

func (ex *exporter) headers(m *mapi.Message, cs *charset.Charset) {
	f := &fields{cs: cs}
	ex.peopleFields(f, m)
	f.text("Subject", m.Props.Str(mapi.PrSubject))
	ex.dateFields(f, m)
	ex.identityFields(f, m)
	urgencyFields(f, m)
	receiptFields(ex, f, m)
	otherFields(f, m)
	f.add("MIME-Version", "1.0")
	_, _ = ex.out.Write(f.b) // the writer keeps its error
}

func (ex *exporter) peopleFields(f *fields, m *mapi.Message) {
	from, sentBy := represented().of(m), sender().of(m)
	if from == nil {
		from = sentBy
	}
	if from != nil {
		f.add("From", ex.mailbox(from, f.cs))
		if sentBy != nil && ex.address(sentBy) != ex.address(from) {
			f.add("Sender", ex.mailbox(sentBy, f.cs))
		}
	}
	for _, list := range []struct {
		name string
		kind uint32
	}{{"To", mapi.RecipientTo}, {"Cc", mapi.RecipientCc}, {"Bcc", mapi.RecipientBcc}} {
		if list.kind != mapi.RecipientBcc || ex.options.Bcc {
			f.add(list.name, ex.mailboxes(m, list.kind, f.cs))
		}
	}
	if ids, ok := mapi.ParseFlatEntryList(m.Props.Bytes(mapi.PrReplyRecipientEntries)); ok {
		var to []string
		for _, id := range ids {
			if box := ex.mailbox(personByID(id), f.cs); box != "" {
				to = append(to, box)
			}
		}
		f.add("Reply-To", strings.Join(to, ", "))
	}
}

// of is who is in a role, by the properties that recipients have; nil for nobody.
func (r role) of(m *mapi.Message) mapi.Props {
	var who mapi.Props
	for _, p := range []struct{ from, to mapi.PropTag }{
		{r.entryID, mapi.PrEntryID}, {r.name, mapi.PrDisplayName}, {r.addrtype, mapi.PrAddrtype}, {r.address, mapi.PrEmailAddress},
		{r.smtp, mapi.PrSMTPAddress},
	} {
		if v, ok := m.Props.Get(p.from); ok && len(v.Data) > 0 {
			v.Tag = p.to
			who = append(who, v)
		}
	}
	return who
}

func personByID(id []byte) mapi.Props {
	who := mapi.Props{mapi.Binary(mapi.PrEntryID, id)}
	if o, ok := mapi.ParseOneOff(id); ok {
		who = append(who, mapi.String(mapi.PrDisplayName, o.Name), mapi.String(mapi.PrAddrtype, o.AddressType),
			mapi.String(mapi.PrEmailAddress, o.Address))
	}
	return who
}

// address is somebody's address of the Internet, empty if there is none.
func (ex *exporter) address(who mapi.Props) string {
	if a := who.Str(mapi.PrSMTPAddress); a != "" {
		return a
	}
	if a := who.Str(mapi.PrEmailAddress); strings.EqualFold(who.Str(mapi.PrAddrtype), "SMTP") && a != "" {
		return a
	}
	if ex.options.Addresses != nil {
		if a, ok := ex.options.Addresses(who); ok {
			return a
		}
	}
	if o, ok := mapi.ParseOneOff(who.Bytes(mapi.PrEntryID)); ok && strings.EqualFold(o.AddressType, "SMTP") {
		return o.Address
	}
	return ""
}

// mailbox writes somebody; one without an address is a group without members, which is all that a mail can say of him.
func (ex *exporter) mailbox(who mapi.Props, cs *charset.Charset) string {
	address, name := ex.address(who), who.Str(mapi.PrDisplayName)
	switch {
	case address != "" && name == address:
		return header.FormatAddress("", address, cs)
	case address != "":
		return header.FormatAddress(name, address, cs)
	case name != "":
		return header.FormatGroup(name, nil, cs)
	}
	return ""
}

func (ex *exporter) mailboxes(m *mapi.Message, kind uint32, cs *charset.Charset) string {
	var list []string
	for _, r := range m.Recipients {
		if r.Uint32(mapi.PrRecipientType)&0xFF == kind {
			if box := ex.mailbox(r, cs); box != "" {
				list = append(list, box)
			}
		}
	}
	return strings.Join(list, ", ")
}

func (ex *exporter) dateFields(f *fields, m *mapi.Message) {
	date := ex.options.Now
	if v, ok := m.Props.Get(mapi.PrClientSubmitTime); ok {
		date = v.Time().Time()
	}
	if !date.IsZero() {
		f.add("Date", header.FormatDate(date.UTC()))
	}
	if v, ok := m.Props.Get(mapi.PrExpiryTime); ok {
		f.add("Expires", header.FormatDate(v.Time().Time()))
	}
	if v, ok := m.Props.Get(mapi.PrReplyTime); ok {
		f.add("Reply-By", header.FormatDate(v.Time().Time()))
	}
}

func (ex *exporter) identityFields(f *fields, m *mapi.Message) {
	f.add("Message-ID", ex.messageID(m))
	f.add("In-Reply-To", m.Props.Str(mapi.PrInReplyToID))
	f.add("References", m.Props.Str(mapi.PrInternetReferences))
	_, topic := splitSubject(m.Props.Str(mapi.PrSubject))
	if t := m.Props.Str(mapi.PrConversationTopic); t != topic {
		f.text("Thread-Topic", t)
	}
	if index := m.Props.Bytes(mapi.PrConversationIndex); len(index) > 0 {
		f.add("Thread-Index", base64.StdEncoding.EncodeToString(index))
	}
}

func (ex *exporter) messageID(m *mapi.Message) string {
	return MessageID(m, ex.options.Domain)
}

// MessageID is the Message-ID of a message: the one it has, or one made of PR_SEARCH_KEY that is always the same.
func MessageID(m *mapi.Message, domain string) string {
	if id := strings.TrimSpace(m.Props.Str(mapi.PrInternetMessageID)); id != "" {
		return id
	}
	key := m.Props.Bytes(mapi.PrSearchKey)
	if len(key) == 0 {
		return ""
	}
	if domain == "" {
		domain = "localhost"
	}
	return "<" + hex.EncodeToString(key) + "@" + domain + ">"
}

func urgencyFields(f *fields, m *mapi.Message) {
	v, ok := m.Props.Get(mapi.PrImportance)
	priority, hasPriority := m.Props.Get(mapi.PrPriority)
	level := v.Uint32()
	if !ok && hasPriority {
		level, ok = priority.Uint32()+1, true
	}
	switch {
	case ok && level == 2:
		f.add("Importance", "high")
		f.add("X-Priority", "1")
	case ok && level == 0:
		f.add("Importance", "low")
		f.add("X-Priority", "5")
	case ok && level == 1 && hasPriority && v.Tag != 0:
		f.add("Importance", "normal")
	}
	switch m.Props.Uint32(mapi.PrSensitivity) {
	case 1:
		f.add("Sensitivity", "Personal")
	case 2:
		f.add("Sensitivity", "Private")
	case 3:
		f.add("Sensitivity", "Company-Confidential")
	}
}

func receiptFields(ex *exporter, f *fields, m *mapi.Message) {
	from := represented().of(m)
	if from == nil {
		from = sender().of(m)
	}
	if v, ok := m.Props.Get(mapi.PrReadReceiptRequested); ok && v.Bool() {
		to := from
		if id := m.Props.Bytes(mapi.PrReadReceiptEntryID); len(id) > 0 {
			if who := personByID(id); ex.address(who) != "" {
				to = who
			}
		}
		if ex.address(to) != "" {
			f.add("Disposition-Notification-To", ex.mailbox(to, f.cs))
		}
	}
	if v, ok := m.Props.Get(mapi.PrOriginatorDeliveryReportRequested); ok && v.Bool() && ex.address(from) != "" {
		f.add("Return-Receipt-To", ex.mailbox(from, f.cs))
	}
}

func otherFields(f *fields, m *mapi.Message) {
	f.add("List-Help", m.Props.Str(mapi.PrListHelp))
	f.add("List-Subscribe", m.Props.Str(mapi.PrListSubscribe))
	f.add("List-Unsubscribe", m.Props.Str(mapi.PrListUnsubscribe))
	f.add("X-Auto-Response-Suppress", suppressed(m.Props.Uint32(mapi.PrAutoResponseSuppress)))
	if words, ok := m.GetNamed(Keywords(), mapi.PtUnicode|mapi.MVFlag); ok {
		var list []string
		for _, w := range words.Values() {
			list = append(list, header.EncodeText(w.Str(), f.cs))
		}
		f.add("Keywords", strings.Join(list, ", "))
	}
	for _, n := range m.Named {
		if n.Name.Set == mapi.PsInternetHeaders && validName(n.Name.Name) && n.Value.Tag.Type() == mapi.PtUnicode {
			f.text(n.Name.Name, n.Value.Str())
		}
	}
}

// maxName bounds the name of a field, which no line can break.
const maxName = 100

// validName reports whether a name can be that of a field whose meaning is the sender's own, or that says a program has sent the mail.
func validName(name string) bool {
	if strings.EqualFold(name, "Auto-Submitted") || strings.EqualFold(name, "Precedence") {
		return true
	}
	if !strings.HasPrefix(strings.ToLower(name), "x-") || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7F || c == ':' {
			return false
		}
	}
	return true
}

func suppressed(bits uint32) string {
	if bits == suppressAll {
		return "All"
	}
	var words []string
	for i, word := range []string{"DR", "NDR", "RN", "NRN", "OOF", "AutoReply"} {
		if bits&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// seedOf is what boundaries of a message are made of.
func seedOf(m *mapi.Message) []byte {
	if key := m.Props.Bytes(mapi.PrSearchKey); len(key) > 0 {
		return key
	}
	hash := sha256.New()
	for _, v := range m.Props {
		fmt.Fprintf(hash, "%08x %d ", uint32(v.Tag), v.Num)
		hash.Write(v.Data)
	}
	return hash.Sum(nil)
}

// boundary is a new one. No encoded text has "=_" in it, and no other text has the rest.
func (ex *exporter) boundary() string {
	ex.parts++
	sum := sha256.Sum256(fmt.Appendf(bytes.Clone(ex.seed), "/%d", ex.parts))
	return "=_" + hex.EncodeToString(sum[:16])
}
