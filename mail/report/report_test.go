package report

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

func now() time.Time { return time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC) }

func bounce(recipients ...Recipient) *Delivery {
	return &Delivery{
		Server: "mx.example.com", To: header.Address{Name: "Jürgen", Local: "juergen", Domain: "example.com"}, Subject: "Hello", MessageID: "<1@example.com>",
		Arrived: now().Add(-time.Hour), Now: now(), Recipients: recipients,
	}
}

func unknown() Recipient {
	return Recipient{Address: "bob@example.net", Original: "robert@example.net", Server: "mx.example.net", Tried: now(),
		Replies: []string{"550-5.1.1 <bob@example.net>: no such user", "550-see https://example.net/", "550 5.1.1 ask postmaster"}}
}

func late() Recipient {
	return Recipient{Address: "carol@example.net", Action: Delayed, Replies: []string{"connection refused"}, Until: now().Add(96 * time.Hour)}
}

const original = "From: juergen@example.com\nTo: robert@example.net\nSubject: Hello\nMessage-ID: <1@example.com>\n\nSecret text\n"

func written(t *testing.T, d *Delivery, what Return) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, strings.NewReader(original), what); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func imported(t *testing.T, mail string) *mapi.Message {
	t.Helper()
	m, err := convert.Import(tree.ParseBytes([]byte(mail)), &convert.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A report is a multipart/report whose parts are the ones that the standard wants, and it says all that the other server said.
func TestWrite(t *testing.T) {
	mail := written(t, bounce(unknown(), late()), ReturnAll)
	root := tree.ParseBytes([]byte(mail)).Root
	var types []string
	for p := range root.All() {
		types = append(types, p.Type+"/"+p.Subtype)
	}
	if got := strings.Join(types, " "); got != "multipart/report text/plain message/delivery-status message/rfc822 text/plain" {
		t.Errorf("the parts are %s", got)
	}
	for _, want := range []string{
		"\r\nAuto-Submitted: auto-replied\r\n", "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\r\n",
		"\r\n        550-see https://example.net/\r\n", "\r\n    (sent to <robert@example.net>)\r\n",
		"\r\nReporting-MTA: dns; mx.example.com\r\nArrival-Date: Mon, 30 Nov 2026 07:00:00 +0000\r\n\r\nOriginal-Recipient: rfc822; robert@example.net\r\n" +
			"Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.net\r\n",
		"\r\nAction: delayed\r\nStatus: 4.0.0\r\nDiagnostic-Code: smtp; connection refused\r\nWill-Retry-Until: Fri, 04 Dec 2026 08:00:00 +0000\r\n",
		"ask postmaster", "\r\nSecret text\r\n",
	} {
		if !strings.Contains(mail, want) {
			t.Errorf("it lacks %q:\n%s", want, mail)
		}
	}
	if mail != written(t, bounce(unknown(), late()), ReturnAll) {
		t.Error("the same report is another mail")
	}
	if mail = written(t, bounce(unknown()), ReturnHeader); strings.Contains(mail, "Secret text") || !strings.Contains(mail, "text/rfc822-headers\r\n\r\nFrom: juergen@example.com\r\n") {
		t.Errorf("the header goes back as\n%s", mail)
	}
}

// The kind of report is that of the worst that happened.
func TestKinds(t *testing.T) {
	arrived := Recipient{Address: "dave@example.net", Action: Delivered}
	for _, tt := range []struct {
		d       *Delivery
		class   string
		subject string
	}{
		{bounce(unknown()), "REPORT.IPM.Note.NDR", "Undelivered Mail Returned to Sender"},
		{bounce(arrived, late(), unknown()), "REPORT.IPM.Note.NDR", "Undelivered Mail Returned to Sender"},
		{bounce(arrived, late()), "REPORT.IPM.Note.Delayed", "Delayed Mail (still being retried)"},
		{bounce(arrived), "REPORT.IPM.Note.DR", "Successful Mail Delivery Report"},
	} {
		m := tt.d.Message(imported(t, original))
		again := imported(t, written(t, tt.d, ReturnAll))
		var out bytes.Buffer
		if err := convert.Export(&out, m, &convert.ExportOptions{Domain: "mx.example.com"}); err != nil {
			t.Fatal(err)
		}
		exported := imported(t, out.String())
		for name, got := range map[string]*mapi.Message{"made": m, "as a mail": again, "exported": exported} {
			if class := got.Props.Str(mapi.PrMessageClass); class != tt.class || got.Props.Str(mapi.PrSubject) != tt.subject {
				t.Errorf("%s, %s: %s, %s", tt.class, name, class, got.Props.Str(mapi.PrSubject))
			}
			if n := len(got.Attachments); n != 1 || got.Attachments[0].Message == nil {
				t.Errorf("%s, %s: %d attachments", tt.class, name, n)
			}
			if len(got.Recipients) != len(m.Recipients) {
				t.Fatalf("%s, %s: %d recipients", tt.class, name, len(got.Recipients))
			}
			for i, row := range got.Recipients {
				for _, tag := range []mapi.PropTag{mapi.PrSMTPAddress, mapi.PrReportText, mapi.PrSupplementaryInfo} {
					if row.Str(tag) != m.Recipients[i].Str(tag) {
						t.Errorf("%s, %s: %#x of recipient %d is %q, want %q", tt.class, name, tag, i, row.Str(tag), m.Recipients[i].Str(tag))
					}
				}
				if row.Uint32(mapi.PrNDRStatusCode) != m.Recipients[i].Uint32(mapi.PrNDRStatusCode) {
					t.Errorf("%s, %s: the code of recipient %d is %d", tt.class, name, i, row.Uint32(mapi.PrNDRStatusCode))
				}
			}
		}
	}
}

// What a server replied cannot add fields or parts to a report, nor can a subject.
func TestHostileReplies(t *testing.T) {
	r := unknown()
	r.Replies = []string{"550 a\r\nX-Evil: 1\r\n\r\n--b\x00\x1b[31m", "550 b\xff"}
	d := bounce(r)
	d.Subject = "a\r\nBcc: x"
	mail := written(t, d, ReturnHeader)
	for line := range strings.Lines(mail) {
		if strings.HasPrefix(line, "X-Evil") || strings.HasPrefix(line, "Bcc") || strings.ContainsAny(line, "\x00\x1b") || !utf8.ValidString(line) {
			t.Errorf("a line is %q", line)
		}
	}
	if m := d.Message(nil); strings.ContainsAny(m.Props.Str(mapi.PrSubject), "\r\n") {
		t.Errorf("the subject is %q", m.Props.Str(mapi.PrSubject))
	}
}

// Addresses that are not ASCII need the forms of RFC 6533.
func TestInternational(t *testing.T) {
	r := unknown()
	r.Address = "bücher@example.net"
	d := bounce(r)
	var b bytes.Buffer
	if err := d.Write(&b, strings.NewReader("Subject: ä\r\n\r\n"), ReturnAll); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"message/global-delivery-status", "Final-Recipient: utf-8; bücher@example.net", "Content-Type: message/global\r\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, b.String())
		}
	}
	if m := imported(t, b.String()); len(m.Recipients) != 1 || m.Recipients[0].Str(mapi.PrSMTPAddress) != "bücher@example.net" {
		t.Errorf("the recipients are %v", m.Recipients)
	}
}

func TestStatus(t *testing.T) {
	for _, tt := range []struct {
		r                  Recipient
		status             string
		reason, diagnostic uint32
	}{
		{Recipient{}, "5.0.0", 0, ^uint32(0)}, {Recipient{Action: Delayed}, "4.0.0", 0, 4}, {Recipient{Action: Relayed}, "2.0.0", 0, ^uint32(0)},
		{unknown(), "5.1.1", 1, 0}, {Recipient{Replies: []string{"552 5.2.2 over quota"}}, "5.2.2", 0, 4},
		{Recipient{Replies: []string{"552 5.2 no code", "550-5.4.6 loop"}}, "5.4.6", 0, 3}, {Recipient{Status: "5.3.4", Replies: []string{"550 5.1.1 x"}}, "5.3.4", 0, 7},
		{Recipient{Replies: []string{"5.4.7 given up"}}, "5.4.7", 0, 5}, {Recipient{Replies: []string{"", "550"}}, "5.0.0", 0, ^uint32(0)},
	} {
		if got := tt.r.status(); got != tt.status {
			t.Errorf("%q: %s, want %s", tt.r.Replies, got, tt.status)
		}
		if reason, diagnostic := codes(tt.status); reason != tt.reason || diagnostic != tt.diagnostic {
			t.Errorf("%s: %d, %d", tt.status, reason, diagnostic)
		}
	}
}

func TestReceipt(t *testing.T) {
	for read, class := range map[bool]string{true: "REPORT.IPM.Note.IPNRN", false: "REPORT.IPM.Note.IPNNRN"} {
		r := Receipt{
			From: header.Address{Name: "Bob", Local: "bob", Domain: "example.com"}, To: header.Address{Local: "alice", Domain: "example.net"}, Read: read,
			Subject: "Hello", MessageID: "<1@example.com>", Sent: now().Add(-time.Hour), Now: now(),
		}
		var out bytes.Buffer
		if err := convert.Export(&out, r.Message(), &convert.ExportOptions{Domain: "example.com"}); err != nil {
			t.Fatal(err)
		}
		m := imported(t, out.String())
		if m.Props.Str(mapi.PrMessageClass) != class || m.Props.Str(mapi.PrOriginalMessageID) != "<1@example.com>" || m.Props.Str(mapi.PrDisplayTo) != "alice@example.net" {
			t.Errorf("%v:\n%s", read, out.String())
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestErrors(t *testing.T) {
	if err := bounce(unknown()).Write(io.Discard, broken{}, ReturnAll); err == nil {
		t.Error("the mail cannot be read, and nobody says so")
	}
}

func TestRefused(t *testing.T) {
	for code, want := range map[uint32]string{BounceTooLarge: "5.2.3", BounceCannotBeSeen: "5.6.1", BounceDenied: "5.7.1", 99: "5.7.1"} {
		r := Refused("bob@example.com", code)
		if r.status() != want || r.Action != Failed || !strings.Contains(bounce(r).text(), r.Replies[0]) {
			t.Errorf("%d: %+v", code, r)
		}
	}
}
