package imap_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// counted is a mail store that keeps a list of the calls that cost something.
type counted struct {
	mailstore.Server
	calls []string
}

func (c *counted) LogOn(ctx context.Context, credentials mailstore.Credentials) (mailstore.Account, error) {
	a, err := c.Server.LogOn(ctx, credentials)
	return &countedAccount{a, c}, err
}

type countedAccount struct {
	mailstore.Account
	counted *counted
}

func (a *countedAccount) Open(ctx context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	f, err := a.Account.Open(ctx, id, changed)
	a.counted.calls = append(a.counted.calls, "Open")
	return &countedFolder{f, a.counted}, err
}

type countedFolder struct {
	mailstore.Folder
	counted *counted
}

func (f *countedFolder) note(format string, args ...any) {
	f.counted.calls = append(f.counted.calls, fmt.Sprintf(format, args...))
}

func (f *countedFolder) Recent(ctx context.Context, claim bool) (view.UID, error) {
	f.note("Recent %v", claim)
	return f.Folder.Recent(ctx, claim)
}

func (f *countedFolder) Fetch(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	var names []string
	for i, name := range []string{"Size", "Date", "Envelope", "Structure", "Header", "Mail", "Preview", "EntryID", "ObjectID", "SaveDate"} {
		if want&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	f.note("Fetch %d %s", len(uids), strings.Join(names, " "))
	return f.Folder.Fetch(ctx, uids, want, visit)
}

func (f *countedFolder) Change(ctx context.Context, uids []view.UID, c mailstore.FlagChange) ([]view.UID, error) {
	f.note("Change %d", len(uids))
	return f.Folder.Change(ctx, uids, c)
}

func (f *countedFolder) Match(ctx context.Context, uids []view.UID, c mailstore.Condition) ([]view.UID, error) {
	f.note("Match %d %q", len(uids), c.Text)
	return f.Folder.Match(ctx, uids, c)
}

func (f *countedFolder) Expunge(ctx context.Context, uids []view.UID) error {
	f.note("Expunge %d", len(uids))
	return f.Folder.Expunge(ctx, uids)
}

// What commands cost the store, in calls.
func TestCalls(t *testing.T) {
	const thunderbird = "From To Cc Bcc Resent-Message-ID Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To"
	tests := []struct {
		command string
		want    []string
	}{
		{"SELECT INBOX", []string{"Open", "Recent true"}},
		{"NOOP", nil},
		{"UID FETCH 1:* (FLAGS)", nil},
		{"UID FETCH 1:* (UID FLAGS MODSEQ)", nil},
		{"UID FETCH 1:* (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (" + thunderbird + ")])", []string{"Fetch 20 Size Header"}},
		{"FETCH 1:* (FLAGS ENVELOPE INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY)", []string{"Fetch 20 Size Date Envelope Structure"}},
		{"FETCH 1:* (RFC822.HEADER BODY.PEEK[HEADER])", []string{"Fetch 20 Header"}},
		{"FETCH 1:* BODY.PEEK[]", []string{"Fetch 20 Mail"}},
		{"FETCH 1:5 BODY[HEADER]", []string{"Change 5", "Fetch 5 Header"}},
		{"FETCH 1:6 (BODY[TEXT] EMAILID)", []string{"Change 1", "Fetch 6 Mail ObjectID"}},
		{"STORE 1:* +FLAGS (\\Flagged)", []string{"Change 20"}},
		{"STORE 1:* +FLAGS.SILENT (\\Answered)", []string{"Change 20"}},
		{"SEARCH SEEN 1:10 FLAGGED", nil},
		{"SEARCH TEXT this SEEN SUBJECT mail", []string{`Match 6 "mail"`, `Match 6 "this"`}},
		{"SEARCH OR TEXT this SEEN", []string{`Match 14 "this"`}},
		{"SEARCH TEXT this UID 99", nil},
		{"UID SEARCH NOT SUBJECT \"mail 1\" 1:11 BODY 2", []string{`Match 11 "mail 1"`, `Match 8 "2"`}},
		{"UID STORE 20 +FLAGS.SILENT (\\Deleted)", []string{"Change 1"}},
		{"EXPUNGE", []string{"Expunge 1"}},
		{"EXPUNGE", nil},
		{"CLOSE", nil},
	}
	synctest.Test(t, func(t *testing.T) {
		d := newScript(t)
		d.store.ModSeq = true
		d.begin()
		d.mails("INBOX", 20)
		store := &counted{Server: d.memory}
		p := connect(t, imap.New(store, imap.Options{}), d.info)
		p.send("a LOGIN user secret\r\n")
		for _, test := range tests {
			p.rest()
			store.calls = nil
			p.send("a " + test.command + "\r\n")
			if got, _ := p.rest(); !strings.Contains(got, "\r\na OK ") && !strings.HasPrefix(got, "a OK ") {
				t.Errorf("%s: %q", test.command, got)
			}
			if !slices.Equal(store.calls, test.want) {
				t.Errorf("%s: calls %q, want %q", test.command, store.calls, test.want)
			}
		}
		_ = p.conn.Close()
		synctest.Wait()
	})
}
