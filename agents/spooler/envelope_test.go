package spooler

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

func fax(number string) mapi.Props {
	return mapi.Props{
		mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Fax"), mapi.String(mapi.PrAddrtype, "FAX"),
		mapi.String(mapi.PrEmailAddress, number),
	}
}

// TestEnvelopes: the people whom a mail reaches, and what of it others see.
func TestEnvelopes(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	alice := w.users["alice"]
	w.addGroup("inner", "", "carol")
	staff, sales, empty := w.addGroup("staff", "", "alice", "bob"), w.addGroup("sales", "sales@example.com", "bob", "carol"), w.addGroup("empty", "")
	everyone := w.entry(mapi.ABEntryID{Type: mapi.TypeDistList, ID: mapi.UserEveryone}.Encode())
	group := func(g client.Group) mapi.Props {
		e := w.entry(g.EntryID)
		return e.Recipient(mapi.RecipientTo)
	}
	byName := mapi.Props{
		mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Bob"), mapi.String(mapi.PrAddrtype, "ZARAFA"),
		mapi.String(mapi.PrEmailAddress, "bob"),
	}
	oneOff := mapi.Props{
		mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Out"), mapi.String(mapi.PrAddrtype, "MAPIONEOFF"),
		mapi.Binary(mapi.PrEntryID, mapi.OneOff{Name: "Out", AddressType: "SMTP", Address: "out@example.net"}.Encode()),
	}
	report := mapi.String(mapi.PrMessageClass, "REPORT.IPM.Note.IPNRN")
	automatic := mapi.NamedValue{
		Name: mapi.PropName{Set: mapi.PsInternetHeaders, Name: "auto-submitted"}, Value: mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "auto-replied"),
	}
	for _, tt := range []struct {
		name   string
		lines  string
		letter letter
		to     string // in the envelope
		shown  string // the field To, or a part of it
		refuse string // in the report
		null   bool   // return path
		utf8   bool
	}{
		{name: "by login name", letter: letter{recipients: []mapi.Props{byName}}, to: "bob@example.com", shown: "Bob <bob@example.com>"},
		{name: "one-off", letter: letter{recipients: []mapi.Props{oneOff}}, to: "out@example.net", shown: "out@example.net"},
		{name: "group without an address", letter: letter{recipients: []mapi.Props{group(staff)}}, to: "alice@example.com bob@example.com", shown: "staff"},
		{name: "group with an address", letter: letter{recipients: []mapi.Props{group(sales)}}, to: "sales@example.com", shown: "sales <sales@example.com>"},
		{name: "group expanded", lines: "expand_groups = yes\n", letter: letter{recipients: []mapi.Props{group(sales)}}, to: "bob@example.com carol@example.com", shown: "Carol Example <carol@example.com>"},
		{name: "two groups", lines: "expand_groups = yes\n", letter: letter{recipients: []mapi.Props{group(sales), group(staff)}}, to: "bob@example.com carol@example.com alice@example.com", shown: "Alice"},
		{name: "empty group", letter: letter{recipients: []mapi.Props{group(empty)}}, refuse: "5.1.1 The group has no members"},
		{name: "everyone", letter: letter{recipients: []mapi.Props{everyone.Recipient(mapi.RecipientTo)}}, to: "alice@example.com bob@example.com carol@example.com", shown: "Everyone"},
		{name: "everyone, not allowed", lines: "allow_send_to_everyone = no\n", letter: letter{recipients: []mapi.Props{everyone.Recipient(mapi.RecipientTo)}}, refuse: "5.7.1 You are not allowed to send to the group"},
		{name: "fax", lines: "fax_domain = fax.example.com\nfax_international = 00\n", letter: letter{recipients: []mapi.Props{fax("Office@+49 (30) 123-45")}}, to: "00493012345@fax.example.com", shown: "00493012345@fax.example.com"},
		{name: "fax without a domain", letter: letter{recipients: []mapi.Props{fax("12345")}}, refuse: "fax_domain"},
		{name: "no address", letter: letter{recipients: []mapi.Props{to(mapi.RecipientTo, "nobody")}}, refuse: "5.1.3 This is no valid address"},
		{name: "forged", letter: letter{recipients: []mapi.Props{to(mapi.RecipientTo, "a@b>\r\nRCPT TO:<c@d")}}, refuse: "5.1.3"},
		{name: "international domain", letter: letter{recipients: []mapi.Props{to(mapi.RecipientTo, "bob@bücher.example")}}, to: "bob@xn--bcher-kva.example"},
		{name: "international name", letter: letter{recipients: []mapi.Props{to(mapi.RecipientTo, "jürgen@example.net")}}, to: "jürgen@example.net", utf8: true},
		{name: "report", letter: letter{props: mapi.Props{report}}, to: "outside@example.net", null: true},
		{name: "automatic answer", letter: letter{named: []mapi.NamedValue{automatic}}, to: "outside@example.net", null: true},
		{name: "winmail", lines: "always_send_tnef = yes\n", to: "outside@example.net"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.lines = tt.lines
			sp := w.start()
			tt.letter.subject = tt.name
			alice.submit(tt.letter)
			sp.idle()
			reports := alice.take(client.Inbox)
			if tt.refuse != "" {
				if len(reports) != 1 || !strings.Contains(reports[0].Props.Str(mapi.PrBody), tt.refuse) || len(w.relay.arrived) != 0 {
					t.Errorf("%d reports, %d mails", len(reports), len(w.relay.arrived))
					for _, r := range reports {
						t.Log(r.Props.Str(mapi.PrBody))
					}
				}
				return
			}
			if len(w.relay.arrived) != 1 {
				t.Fatalf("%d mails", len(w.relay.arrived))
			}
			m := <-w.relay.arrived
			if strings.Join(m.to, " ") != tt.to || (m.from == "") != tt.null || m.utf8 != tt.utf8 || len(reports) != 0 {
				t.Errorf("envelope %q to %q, UTF8 %v, %d reports", m.from, m.to, m.utf8, len(reports))
			}
			if shown := field(m.text, "To"); !strings.Contains(shown, tt.shown) {
				t.Errorf("To: %s", shown)
			}
			if has := strings.Contains(m.text, "application/ms-tnef"); has != (tt.name == "winmail") {
				t.Errorf("winmail.dat: %v", has)
			}
		})
	}
}

// An address is what SMTP can carry.
func TestMailbox(t *testing.T) {
	for address, want := range map[string]string{
		"bob@example.com": "bob@example.com", `"a b"@example.com`: `"a b"@example.com`, "bob@Bücher.example": "bob@xn--bcher-kva.example",
		"bob@[192.0.2.1]": "bob@[192.0.2.1]", "bob": "", "@example.com": "", "bob@": "", "a b@example.com": "", "a@b@example.com": "",
		"bob@exa mple.com": "", "bob@example.com>": "", "bob\r@example.com": "", "bob@[1]>": "", strings.Repeat("x", 400) + "@example.com": "",
	} {
		if got, ok := mailbox(address); got != want && ok || ok != (want != "") {
			t.Errorf("%q is %q, %v", address, got, ok)
		}
	}
}
