package reply

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

func now() time.Time { return time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC) }

func bob() header.Address { return header.Address{Name: "Bob", Local: "bob", Domain: "example.com"} }

func alice() header.Address {
	return header.Address{Name: "Älice", Local: "alice", Domain: "example.net"}
}

func imported(t *testing.T, mail string) *mapi.Message {
	t.Helper()
	m, err := convert.Import(tree.ParseBytes([]byte(mail)), &convert.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func exported(t *testing.T, m *mapi.Message) string {
	t.Helper()
	var b bytes.Buffer
	if err := convert.Export(&b, m, &convert.ExportOptions{Domain: "example.com"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An answer comes out as it was written, and no machine answers it.
func TestAbsence(t *testing.T) {
	text := "Grüße,\n > quoted\n>more\nFrom here   \n-- \nBob"
	a := Absence{From: bob(), To: alice(), Text: text, Now: now(), MessageID: "<2@example.com>"}
	var b bytes.Buffer
	about := AnsweredOf(header.Parse([]byte("Subject: =?utf-8?Q?H=C3=B6rst?=\r\nMessage-ID: <1@example.net>\r\nReferences: <0@example.net>\r\n\r\n")))
	if err := a.Write(&b, about); err != nil {
		t.Fatal(err)
	}
	m := imported(t, b.String())
	if got := m.Props.Str(mapi.PrBody); got != "Grüße,\r\n > quoted\r\n>more\r\nFrom here\r\n-- \r\nBob\r\n" {
		t.Errorf("the text is %q", got)
	}
	if got := m.Props.Str(mapi.PrSubject); got != "Out of office [Hörst]" {
		t.Errorf("the subject is %q", got)
	}
	if got := m.Props.Str(mapi.PrInternetReferences); got != "<0@example.net> <1@example.net>" {
		t.Errorf("the references are %q", got)
	}
	h := header.Parse(b.Bytes())
	for name, want := range map[string]string{"X-Kopano-Vacation": "autorespond", "Precedence": "bulk", "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q", name, h.Get(name))
		}
	}
	answering := Mail{Header: h, ReturnPath: "bob@example.com", Mine: []string{"alice@example.net"}}
	if answering.MayAnswer(Answering{}) == "" {
		t.Error("it would be answered")
	}
}

// A redirected mail is the mail itself behind fields that say who sent it on; it does not go on a second time.
func TestRedirect(t *testing.T) {
	const original = "Return-Path: <alice@example.net>\nReceived: from a\n by b\nFrom: alice@example.net\nBcc: secret@example.net,\n more@example.net\nSubject: x\n\nBcc: in the text\n.\n"
	var b bytes.Buffer
	r := Redirection{From: bob(), To: []header.Address{alice(), {Local: "dave", Domain: "example.org"}}, MessageID: "<2@example.com>", Now: now(), Mark: true}
	if err := r.Write(&b, strings.NewReader(original)); err != nil {
		t.Fatal(err)
	}
	want := "Resent-From: Bob <bob@example.com>\nResent-To: =?utf-8?Q?=C3=84lice?= <alice@example.net>, dave@example.org\n" +
		"Resent-Date: Mon, 30 Nov 2026 08:00:00 +0000\nResent-Message-ID: <2@example.com>\nX-Loop: bob@example.com\nX-Kopano-Rule-Action: redirect\n" +
		"Received: from a\n by b\nFrom: alice@example.net\nSubject: x\n\nBcc: in the text\n.\n"
	if got := strings.ReplaceAll(b.String(), "\r\n", "\n"); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
	again := Mail{Header: header.Parse(b.Bytes()), Mine: []string{"bob@example.com"}}
	if got := again.MaySendOn("carol@example.com", nil); got != Loop {
		t.Errorf("it may go on: %q", got)
	}
}

// Odd headers pass as they are: lines of any length, no body, no end.
func TestRedirectOdd(t *testing.T) {
	long := "X-Long: " + strings.Repeat("a", 3*maxFieldLine) + "\r\n"
	for _, original := range []string{
		"", "no colon", "Subject: x", "Subject: x\r\n", "\r\nBcc: body\r\n", long + "Subject: y\r\n\r\nbody", "Subject: x\r\n" + strings.Repeat("a", 2*maxFieldLine-2) + "\r\n\r\nBcc: x\r\n",
	} {
		var b bytes.Buffer
		r := Redirection{From: bob(), To: []header.Address{alice()}, Now: now()}
		if err := r.Write(&b, strings.NewReader(original)); err != nil || !strings.HasSuffix(b.String(), original) {
			t.Errorf("%.30q becomes %.300q, %v", original, b.String(), err)
		}
	}
	var b bytes.Buffer
	r := Redirection{From: bob(), To: []header.Address{alice()}, Now: now()}
	if err := r.Write(&b, strings.NewReader("Bcc: "+strings.Repeat("secret ", maxFieldLine)+"\r\n secret\r\nSubject: x\r\n\r\n")); err != nil || strings.Contains(b.String(), "secret") {
		t.Errorf("a long field is left: %.200q, %v", b.String(), err)
	}
}

const page = "From: Alice <alice@example.net>\r\nTo: bob@example.com\r\nCc: Carol <carol@example.com>\r\nBcc: secret@example.com\r\nSubject: RE: offer\r\n" +
	"Date: Mon, 30 Nov 2026 07:00:00 +0000\r\nMessage-ID: <1@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<html><head></head><body><b>Gr\xFC\xDFe</b></body></html>\r\n" +
	"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\npdf\r\n--b--\r\n"

func rows() []mapi.Props {
	return []mapi.Props{{mapi.String(mapi.PrDisplayName, "Dave"), mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, "dave@example.org")}}
}

// A message that is forwarded has the text of the other below a block about it, in both forms, and its attachments.
func TestForward(t *testing.T) {
	original := imported(t, page)
	c := Composer{From: bob(), Now: now(), Mark: true}
	mail := exported(t, c.Forward(original, rows()))
	m := imported(t, mail)
	block := "From: Alice <alice@example.net>\r\nSent: Mon, 30 Nov 2026 07:00:00 +0000\r\nTo: bob@example.com\r\nCc: Carol <carol@example.com>\r\nSubject: RE: offer\r\n"
	if got := m.Props.Str(mapi.PrBody); !strings.Contains(got, block) || !strings.Contains(got, "Grüße") || strings.Contains(got, "secret") {
		t.Errorf("the text is %q", got)
	}
	if got := string(m.Props.Bytes(mapi.PrHTML)); !strings.Contains(got, "<body><p>-----Original message-----") || !strings.Contains(got, "<b>Grüße</b>") || strings.Contains(got, "secret") {
		t.Errorf("the page is %q", got)
	}
	if m.Props.Str(mapi.PrSubject) != "FW: RE: offer" || len(m.Attachments) != 1 || m.Props.Str(mapi.PrDisplayTo) != "dave@example.org" && m.Props.Str(mapi.PrDisplayTo) != "Dave" {
		t.Errorf("it is\n%s", mail)
	}
	h := header.Parse([]byte(mail))
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "X-Loop": "bob@example.com", RuleActionField: "forward", "From": "Bob <bob@example.com>"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q", name, h.Get(name))
		}
	}
	if rows()[0].Has(mapi.PrRecipientType.ID()) || original.Props.Str(mapi.PrSubject) != "RE: offer" {
		t.Error("what was given has changed")
	}
}

func TestForwardAttached(t *testing.T) {
	c := Composer{From: bob(), Now: now()}
	m := imported(t, exported(t, c.ForwardAttached(imported(t, page), rows())))
	if len(m.Attachments) != 1 || m.Attachments[0].Message == nil || m.Attachments[0].Message.Props.Str(mapi.PrSubject) != "RE: offer" {
		t.Errorf("the attachments are %v", m.Attachments)
	}
}

func TestTemplate(t *testing.T) {
	template := imported(t, page)
	template.Props.Set(mapi.String(mapi.PrMessageClass, "IPM.Note.Rules.ReplyTemplate.Microsoft"))
	c := Composer{From: bob(), Now: now(), Mark: true}
	mail := exported(t, c.FromTemplate(template, alice(), Answered{Subject: "question", MessageID: "<9@example.net>"}))
	m := imported(t, mail)
	if m.Props.Str(mapi.PrSubject) != "BT: question" || m.Props.Str(mapi.PrMessageClass) != "IPM.Note" || m.Props.Str(mapi.PrInReplyToID) != "<9@example.net>" ||
		len(m.Recipients) != 1 || m.Recipients[0].Str(mapi.PrSMTPAddress) != "alice@example.net" || len(m.Attachments) != 1 {
		t.Errorf("it is\n%s", mail)
	}
	if h := header.Parse([]byte(mail)); h.Get("Auto-Submitted") != "auto-replied" || h.Get(RuleActionField) != "reply" || h.Get("X-Auto-Response-Suppress") != "All" {
		t.Errorf("its header is\n%s", mail)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"": "", "a\r\n\r\n> b\nc": "> a\r\n>\r\n>> b\r\n> c\r\n"} {
		if got := Quote(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
