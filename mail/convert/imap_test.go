package convert

import (
	"bytes"
	"strings"
	"testing"

	"zarafa/mail/structure"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// Every mail is kept byte by byte, with what IMAP tells of it; taking it away leaves the message as it was.
func TestIMAP(t *testing.T) {
	for name, mail := range corpus(t) {
		data := normal(t, mail)
		parsed := tree.ParseBytes(data)
		m := importMail(t, name, data, &ImportOptions{})
		before := dump(m)
		if CurrentIMAP(m) {
			t.Fatalf("%s: it has already what IMAP needs", name)
		}
		if err := SetIMAP(m, parsed); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !CurrentIMAP(m) {
			t.Errorf("%s: it lacks something", name)
		}
		if !bytes.Equal(m.Props.Bytes(mapi.PrECIMAPEmail), data) || m.Props.Uint32(mapi.PrECIMAPEmailSize) != uint32(len(data)) {
			t.Errorf("%s: its bytes are not kept", name)
		}
		envelope, err := structure.New(parsed).Envelope()
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := m.GetNamed(EnvelopeName(), mapi.PtUnicode); "("+v.Str()+")" != envelope {
			t.Errorf("%s: the envelope is %s, want %s", name, v.Str(), envelope)
		}
		for _, tag := range []mapi.PropTag{mapi.PrECIMAPBody, mapi.PrECIMAPBodystructure} {
			if s := m.Props.Str(tag); !strings.HasPrefix(s, "(") || !isASCII([]byte(s)) {
				t.Errorf("%s: %#x is %s", name, tag, s)
			}
		}
		m.SetNamed(IMAPVersionName(), mapi.Long(mapi.MakeTag(0, mapi.PtLong), IMAPVersion+1))
		if CurrentIMAP(m) {
			t.Errorf("%s: another version's structures are taken for ours", name)
		}
		if DropIMAP(m); dump(m) != before || CurrentIMAP(m) {
			t.Errorf("%s: something is left\n%s", name, difference(before, dump(m)))
		}
	}
}

// The name of the envelope is the one that other gateways know.
func TestEnvelopeName(t *testing.T) {
	const want = "08f1f5003f8ec746af725e201c2349e7" // {00f5f108-8e3f-46c7-af72-5e201c2349e7} as it is stored
	if got := EnvelopeName().Set.String(); got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

// The header that is kept apart from a mail is the mail's byte by byte, or nobody is told that it is.
func TestKeptHeader(t *testing.T) {
	for _, head := range []string{"Subject: x\r\n", "Subject: x\r\nX-Folded: a\r\n b\r\n\tc\r\n", "Subject: Gr\u00fc\u00dfe\r\n", "Subject: \xFF\r\n", "Subject: a\x00b\r\n", ""} {
		mail := tree.ParseBytes([]byte(head + "\r\nbody\r\n"))
		m, err := Import(mail, &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := SetIMAP(m, mail); err != nil {
			t.Fatal(err)
		}
		v, _ := m.Props.Get(mapi.PrTransportMessageHeaders)
		kept, ok := KeptHeader(v.Data)
		if _, unlike := m.GetNamed(HeaderUnlikeName(), mapi.PtLong); unlike {
			ok = false
		}
		ascii := head != "" && !strings.Contains(head, "\x00") && !strings.ContainsFunc(head, func(r rune) bool { return r >= 0x80 })
		if ok != ascii || ok && string(kept) != head+"\r\n" {
			t.Errorf("of the header %q was kept %q, %v", head, kept, ok)
		}
	}
}
