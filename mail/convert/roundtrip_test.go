package convert

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// corpus is every mail of the test data, by path.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	mails := make(map[string][]byte)
	for _, root := range []string{"testdata", "../testdata"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".eml" {
				return err
			}
			mails[path], err = os.ReadFile(path)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if len(mails) < 5 {
		t.Fatalf("only %d mails", len(mails))
	}
	return mails
}

// normal is a mail with CRLF at the end of each line, as it comes to be converted.
func normal(t testing.TB, mail []byte) []byte {
	t.Helper()
	b, err := io.ReadAll(tree.NewCRLFReader(bytes.NewReader(mail)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A mail that became a message and a mail again is the same message, and makes the same mail again.
func TestRoundTrips(t *testing.T) {
	options := ImportOptions{Directory: recordedBook(t), Now: mapi.FileTime(134399039370000000).Time()}
	for name, mail := range corpus(t) {
		if strings.HasSuffix(name, "tnef/meeting.eml") || strings.HasSuffix(name, "calendar/request-override.eml") {
			continue // iCalendar, as which it goes out, has defaults for what the stream left out; exceptions get the text of their series
		}
		first := importMail(t, name, normal(t, mail), &options)
		out := exportMail(t, name, first)
		if !isASCII(out) && !internationalized(first) {
			t.Errorf("%s: the mail made of it is not ASCII", name)
		}
		second := importMail(t, name, out, &options)
		if !first.Props.Has(mapi.PrInternetMessageID.ID()) {
			second.Props.Delete(mapi.PrInternetMessageID.ID()) // it was made up on the way
		}
		a, b := comparable(first), comparable(second)
		if a != b {
			t.Errorf("%s: not the same after a round trip\n%s\nmail:\n%.1500s", name, difference(a, b), out)
			continue
		}
		second.Props.Set(mapi.Binary(mapi.PrSearchKey, first.Props.Bytes(mapi.PrSearchKey)))
		if again := exportMail(t, name, second); !bytes.Equal(again, out) {
			t.Errorf("%s: another mail the second time\n%s", name, difference(string(out), string(again)))
		}
	}
}

func importMail(t testing.TB, name string, mail []byte, options *ImportOptions) *mapi.Message {
	t.Helper()
	m, err := Import(tree.ParseBytes(mail), options)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	m.Props.Set(mapi.Binary(mapi.PrSearchKey, []byte("0123456789abcdef")))
	return m
}

func exportMail(t testing.TB, name string, m *mapi.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Export(&out, m, &ExportOptions{Domain: "example.com", Bcc: true, Addresses: accounts}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out.Bytes()
}

// accounts are the addresses of users, by login name.
func accounts(who mapi.Props) (string, bool) {
	if who.Str(mapi.PrAddrtype) != addressType {
		return "", false
	}
	return who.Str(mapi.PrEmailAddress) + "@example.com", true
}

// comparable is what of a message is the same after a round trip: all but the header as it was written, the time of arrival, which
// the last server wrote into it, and the name of a character set that others took the place of.
func comparable(m *mapi.Message) string {
	var b strings.Builder
	comparableMessage(&b, m)
	return b.String()
}

func comparableMessage(b *strings.Builder, m *mapi.Message) {
	drop := []uint16{
		mapi.PrTransportMessageHeaders.ID(), mapi.PrMessageDeliveryTime.ID(), mapi.PrInternetCpid.ID(), mapi.PrSearchKey.ID(),
		mapi.PrReportTime.ID(), mapi.PrRTFCompressed.ID(), // rich text of a stream goes out as the HTML that was made of it
	}
	props := slices.DeleteFunc(slices.Clone(m.Props), func(v mapi.PropValue) bool { return slices.Contains(drop, v.Tag.ID()) })
	b.WriteString("message\n")
	dumpProps(b, props, m.Named)
	for _, r := range m.Recipients {
		b.WriteString("recipient\n")
		dumpProps(b, r, nil)
	}
	for _, a := range m.Attachments {
		b.WriteString("attachment\n")
		dumpProps(b, a.Props, a.Named)
		if a.Content != nil {
			r, err := a.Content.Open()
			if err != nil {
				b.WriteString(err.Error())
				continue
			}
			data, err := io.ReadAll(r)
			if err != nil {
				b.WriteString(err.Error())
			}
			b.WriteString(string(data) + "\n")
		}
		if a.Message != nil {
			comparableMessage(b, a.Message)
		}
	}
}

// internationalized reports whether somebody in the message has an address that only UTF-8 can write (RFC 6532).
func internationalized(m *mapi.Message) bool {
	people := append([]mapi.Props{represented().of(m), sender().of(m)}, m.Recipients...)
	if ids, ok := mapi.ParseFlatEntryList(m.Props.Bytes(mapi.PrReplyRecipientEntries)); ok {
		for _, id := range ids {
			people = append(people, personByID(id))
		}
	}
	if slices.ContainsFunc(people, func(p mapi.Props) bool { return !isASCII([]byte(p.Str(mapi.PrEmailAddress))) }) {
		return true
	}
	return slices.ContainsFunc(m.Attachments, func(a *mapi.Attachment) bool { return a.Message != nil && internationalized(a.Message) })
}

func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	count := make(map[string]int)
	for _, l := range y {
		count[l]++
	}
	var out []string
	for _, l := range x {
		if count[l]--; count[l] < 0 {
			out = append(out, "- "+l[:min(len(l), 300)])
		}
	}
	for _, l := range slices.Backward(y) {
		if count[l]--; count[l] >= 0 {
			out = append(out, "+ "+l[:min(len(l), 300)])
		}
	}
	return strings.Join(out, "\n")
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 || c == 0 })
}
