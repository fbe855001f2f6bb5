package webaccess

import (
	"testing"

	"zarafa/agents/webaccess/api"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// colleague is an address book with one user.
type colleague struct{ convert.Entry }

func (c colleague) ByAddress(string) (convert.Entry, bool) { return c.Entry, true }

// A mail of a user of this server has his login name as his address; lists and the reader show the address that others know.
func TestMailOfColleague(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	bob := w.user("bob")
	m := letter(1)
	m.Props = m.Props[:0:0]
	for _, p := range letter(1).Props {
		switch p.Tag {
		case mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingEmailAddress, mapi.PrSentRepresentingName:
		default:
			m.Props = append(m.Props, p)
		}
	}
	convert.SetSender(m, colleague{convert.Entry{Name: "Bob Example", Account: "bob", SMTP: "bob@example.com", EntryID: bob.EntryID}}, header.Address{Local: "bob", Domain: "example.com"})
	w.deliver("alice", m)
	b := w.logOn("alice")
	want := api.Who{Name: "Bob Example", Address: "bob@example.com"}
	row := b.rows(b.folder(api.RoleInbox), "").Rows[0]
	if row.From != want {
		t.Errorf("the row is from %+v", row.From)
	}
	got := call[api.Messages](b, "messages/get", api.MessagesGet{IDs: []api.ID{row.ID}}).List[0]
	if got.From != want || got.External {
		t.Errorf("the message is from %+v, external %v", got.From, got.External)
	}
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftReply, About: &api.MessageRef{ID: row.ID}})
	if len(d.Recipients) != 1 || d.Recipients[0].Address != "bob@example.com" {
		t.Errorf("%+v", d.Recipients)
	}
}
