package convert

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// book is a directory of a few users.
type book map[string]Entry

func (b book) ByAddress(address string) (Entry, bool) {
	e, ok := b[strings.ToLower(address)]
	return e, ok
}

func recordedBook(t *testing.T) book {
	t.Helper()
	b := make(book)
	for name, id := range map[string]string{
		"alice": "00000000ac21a95040d3ee48b319fba7533044250100000006000000030000003547774f345036555459364c61444f6a3059693675773d3d00000000",
		"carol": "00000000ac21a95040d3ee48b319fba7533044250100000006000000050000006b4d42774b75534454767937336238786a6f4c4631773d3d00000000",
	} {
		raw, err := hex.DecodeString(id)
		if err != nil {
			t.Fatal(err)
		}
		b[name+"@example.com"] = Entry{
			Name: strings.ToUpper(name[:1]) + name[1:] + " Example", Account: name, SMTP: name + "@example.com", EntryID: raw,
			ObjectType: mapi.TypeMailUser,
		}
	}
	return b
}

// ours are differences to what the original's delivery agent made of the same mail, each with its reason.
func ours(mail, object, line string) bool {
	tag := line[:min(8, len(line))]
	switch {
	case strings.HasPrefix(object, "recipient") && tag == "0FFE0003":
		return true // people outside of the address book have no object type there
	case mail == "meeting" && object == "message":
		return oursInMeetings()[tag] != ""
	}
	return false
}

// oursInMeetings are differences in invitations.
func oursInMeetings() map[string]string {
	return map[string]string{
		"1000001F": "the original loses the text of invitations",
		"00710102": "it makes a conversation index up",
		"00170003": "an event without PRIORITY has normal importance (MS-OXCICAL 2.1.3.1.1.20.17)", "00260003": "as its importance",
		"00620003": "it sets the same PR_OWNER_APPT_ID for all, which tells nothing apart",
		"0C17000B": "RSVP=TRUE wants a reply as well as a response",
		"80010003": "an event without SEQUENCE has 0 (RFC 5545 3.8.7.4)",
		"80240003": "an opaque event is meant to show as busy (MS-OXCICAL 2.1.3.1.1.20.31)",
		"80330102": "the zone of the times", "8034001F": "its name", "805E0102": "its definition at the start", "805F0102": "its definition at the end",
		"81A6000B": "an event without CLASS is not private", "81B80003": "a meeting is no task, and has no task mode",
		"83410040": "nobody has answered yet", "835A0040": "the organizer's change is DTSTAMP (MS-OXCICAL 2.1.3.1.1.20.7), not the arrival",
		"83660003": "the kind of request (MS-OXOCAL 2.2.6.5)",
		"85140102": "its own named property, with the UID that is in the global object id too",
	}
}

// Mails become what the original's delivery agent made of them.
func TestAsRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/recorded/*.eml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		golden, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".props")
		if err != nil {
			t.Fatal(err)
		}
		m, err := Import(tree.ParseBytes(data), &ImportOptions{
			Directory: recordedBook(t), Now: mapi.FileTime(134399039370000000).Time(),
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compare(t, name, dump(m), string(golden))
	}
}

// compare compares dumps object by object, line by line.
func compare(t *testing.T, mail, got, want string) {
	t.Helper()
	g, w := objects(got), objects(want)
	for object := range w {
		for _, line := range w[object] {
			if !slices.Contains(g[object], line) && !ours(mail, object, line) {
				t.Errorf("%s: %s lacks %.200s", mail, object, line)
			}
		}
		for _, line := range g[object] {
			if !slices.Contains(w[object], line) && !ours(mail, object, line) {
				t.Errorf("%s: %s has   %.200s", mail, object, line)
			}
		}
	}
	for object := range g {
		if w[object] == nil {
			t.Errorf("%s: there is a %s", mail, object)
		}
	}
}

func objects(text string) map[string][]string {
	all := make(map[string][]string)
	object := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) > 8 && line[8] == ' ' && strings.ToUpper(line[:8]) == line[:8] {
			all[object] = append(all[object], line)
			continue
		}
		object = line
		all[object] = []string{}
	}
	return all
}

// dump writes a message as the recorded property sets are written; embedded messages come under their attachment's name.
func dump(m *mapi.Message) string {
	var b strings.Builder
	dumpMessage(&b, "", m)
	return b.String()
}

func dumpMessage(b *strings.Builder, prefix string, m *mapi.Message) {
	fmt.Fprintf(b, "%smessage\n", prefix)
	dumpProps(b, m.Props, m.Named)
	for i, r := range m.Recipients {
		fmt.Fprintf(b, "%srecipient %d\n", prefix, i)
		dumpProps(b, r, nil)
	}
	for i, a := range m.Attachments {
		fmt.Fprintf(b, "%sattachment %d\n", prefix, i)
		dumpProps(b, a.Props, a.Named)
		if a.Message != nil {
			dumpMessage(b, fmt.Sprintf("%sattachment %d: ", prefix, i), a.Message)
		}
	}
}

func dumpProps(b *strings.Builder, props mapi.Props, named []mapi.NamedValue) {
	var lines []string
	for _, v := range props {
		lines = append(lines, fmt.Sprintf("%08X %s", uint32(v.Tag), dumpValue(v)))
	}
	for _, n := range named {
		lines = append(lines, fmt.Sprintf("%08X %s %s", uint32(n.Value.Tag), n.Name.Name, dumpValue(n.Value)))
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, "\n") + "\n")
}

func dumpValue(v mapi.PropValue) string {
	switch v.Tag.Type() {
	case mapi.PtUnicode:
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		_ = e.Encode(v.Str()) // a string in memory
		return strings.TrimSpace(text.String())
	case mapi.PtBinary, mapi.PtCLSID:
		return hex.EncodeToString(v.Data)
	}
	if v.More != nil {
		var values []string
		for _, e := range v.More.Values {
			values = append(values, dumpValue(e))
		}
		return strings.Join(values, " ")
	}
	if v.Tag.Type() == mapi.PtLong && int32(v.Num) < 0 {
		return fmt.Sprint(uint32(v.Num))
	}
	return fmt.Sprint(v.Num)
}
