//go:build !race

package mailbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
)

// searched are mails to be found, each by a number; those from the tenth on are there so that it is worth asking the server.
func searched(n int) []string {
	mails := []string{
		mail("plain", "Cc: Dora <dora@example.net>\r\n"),
		mail("=?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?="),
		"From: =?iso-8859-1?Q?J=FCrgen?= <juergen@example.org>\r\nTo: =?utf-8?Q?M=C3=BCller?= <m@example.com>\r\nSubject: folded\r\n subject line\r\n" +
			"Date: Tue, 24 Nov 2026 23:30:00 -0800\r\nX-Field: Value Of It\r\n\r\nbody of the third\r\n",
		mail("parts", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n") + "--b\r\n\r\nfirst part\r\n--b\r\nContent-Type: text/plain; name=notes.txt\r\n" +
			"Content-Disposition: attachment; filename=notes.txt\r\nContent-Transfer-Encoding: base64\r\n\r\naGlkZGVuIHRyZWFzdXJlIG1hcA==\r\n--b--\r\n",
		mail("page", "Content-Type: text/html\r\n") + "<p>A <b>bold</b> word &amp; more</p>\r\n",
	}
	for len(mails) < n {
		mails = append(mails, mail(fmt.Sprint("filler ", len(mails)), fmt.Sprintf("X-Padding: %0*d\r\n", len(mails)*10, 0)))
	}
	return mails
}

// What is found is the same whether the server is asked first or not, with its full-text index and without, for few messages and many.
func TestMatch(t *testing.T) {
	for name, c := range map[string]struct {
		lines   string
		options client.Options
	}{"without an index": {lines: "search_enabled = no\n"}, "with one": {}, "original": {options: client.Options{NoExtensions: true}}} {
		for _, n := range []int{10, 60} {
			t.Run(fmt.Sprint(name, " ", n), func(t *testing.T) { testMatch(t, c.lines, c.options, n) })
		}
	}
}

func testMatch(t *testing.T, lines string, options client.Options, n int) {
	t.Helper()
	w := newWorldWith(t, Settings{}, options, serverLines+lines, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	mails := searched(n)
	var list []mailstore.NewMessage
	for i, m := range mails {
		message := newMessage(m, 0)
		message.Date = time.Date(2026, 11, 1+i%20, 12, 0, 0, 0, time.UTC)
		list = append(list, message)
	}
	done, err := a.Append(t.Context(), a.id("INBOX"), list)
	ok(t, err)
	number := make(map[view.UID]int)
	for i, uid := range done.UIDs {
		number[uid] = i + 1
	}
	find := func(what string, c mailstore.Condition, want func(i int) bool) {
		t.Helper()
		found, err := inbox.Match(t.Context(), done.UIDs, c)
		ok(t, err)
		var got, wanted []int
		for _, uid := range found {
			got = append(got, number[uid])
		}
		for i := range mails {
			if want(i) {
				wanted = append(wanted, i+1)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(wanted) {
			t.Errorf("%s found %v, want %v", what, got, wanted)
		}
	}
	only := func(list ...int) func(int) bool {
		return func(i int) bool { return strings.Contains(fmt.Sprint(list), fmt.Sprint(i+1)) && i < 5 }
	}
	for _, c := range textConditions(only) {
		find(fmt.Sprint(c.key, " ", c.field, " ", c.text), mailstore.Condition{Key: c.key, Field: c.field, Text: c.text}, c.want)
	}
	matchDates(w, inbox, mails, find, only)
}

// textCondition is a text to look for and which of the mails have it.
type textCondition struct {
	key   mailstore.ConditionKey
	field string
	text  string
	want  func(int) bool
}

func textConditions(only func(...int) func(int) bool) []textCondition {
	all := func(int) bool { return true }
	return []textCondition{{mailstore.MatchSubject, "", "PLAIN", only(1)},
		{mailstore.MatchSubject, "", "lai", only(1)},
		{mailstore.MatchSubject, "", "grüße AUS", only(2)},
		{mailstore.MatchSubject, "", "folded subject", only(3)},
		{mailstore.MatchSubject, "", "", all},
		{mailstore.MatchFrom, "", "jürgen", only(3)},
		{mailstore.MatchFrom, "", "juergen@", only(3)},
		{mailstore.MatchTo, "", "müller", only(3)},
		{mailstore.MatchCc, "", "dora", only(1)},
		{mailstore.MatchCc, "", "", only(1)},
		{mailstore.MatchBcc, "", "dora", only()},
		{mailstore.MatchHeader, "x-field", "value of", only(3)},
		{mailstore.MatchHeader, "X-Field", "", only(3)},
		{mailstore.MatchBody, "", "OF the THIRD", only(3)},
		{mailstore.MatchBody, "", "hird", only(3)},
		{mailstore.MatchBody, "", "treasure", only(4)},
		{mailstore.MatchBody, "", "bold word & more", only(5)},
		{mailstore.MatchBody, "", "juergen", only()},
		{mailstore.MatchText, "", "treasure", only(4)},
		{mailstore.MatchText, "", "x-field: value", only(3)},
		{mailstore.MatchText, "", "grüße", only(2)},
		{mailstore.MatchText, "", "ello plai", only(1)},
	}
}

// matchDates looks for what columns tell.
func matchDates(
	w *world, inbox *opened, mails []string, find func(string, mailstore.Condition, func(int) bool), only func(...int) func(int) bool,
) {
	w.t.Helper()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	find("before", mailstore.Condition{Key: mailstore.MatchBefore, Date: day(5)}, func(i int) bool { return i%20 < 4 })
	find("on", mailstore.Condition{Key: mailstore.MatchOn, Date: day(5)}, func(i int) bool { return i%20 == 4 })
	find("since", mailstore.Condition{Key: mailstore.MatchSince, Date: day(5)}, func(i int) bool { return i%20 >= 4 })
	find("sent on the sender's day", mailstore.Condition{Key: mailstore.MatchSentOn, Date: day(24)}, only(3))
	find("sent since", mailstore.Condition{Key: mailstore.MatchSentSince, Date: day(24)}, only(3))
	find("sent before", mailstore.Condition{Key: mailstore.MatchSentBefore, Date: day(24)}, func(i int) bool { return i != 2 })
	find("larger", mailstore.Condition{Key: mailstore.MatchLarger, Size: 250}, func(i int) bool { return len(mails[i]) > 250 })
	find("smaller", mailstore.Condition{Key: mailstore.MatchSmaller, Size: 250}, func(i int) bool { return len(mails[i]) < 250 })
	find("younger", mailstore.Condition{Key: mailstore.MatchYounger, Within: w.now.Sub(day(10))}, func(i int) bool { return i%20 >= 9 })
	find("older", mailstore.Condition{Key: mailstore.MatchOlder, Within: w.now.Sub(day(10))}, func(i int) bool { return i%20 < 9 })
	id := inbox.records(mailstore.ItemObjectID)[2].EmailID
	find("id", mailstore.Condition{Key: mailstore.MatchEmailID, Text: id}, only(3))
}

// In large mailboxes the server's full-text index is asked, once it is complete, and no message is read for single words.
func TestWords(t *testing.T) {
	w := newWorldWith(t, Settings{ExactSearch: 1}, client.Options{}, serverLines, "alice")
	a := w.logOn("alice")
	uids := a.append("INBOX", newMessage(mail("alpha"), 0), newMessage(mail("beta"), 0), newMessage(strings.Replace(mail("gamma"), "Hello", "Hell of an alphabet", 1), 0))
	inbox := a.open("INBOX")
	find := func(key mailstore.ConditionKey, text string) (found []view.UID, calls string) {
		t.Helper()
		calls = w.counted(func() {
			var err error
			found, err = inbox.Match(t.Context(), uids, mailstore.Condition{Key: key, Text: text})
			ok(t, err)
		})
		return found, calls
	}
	for calls := ""; calls != "loadProp"; { // until the index is there the mails themselves are searched, with the same result
		var found []view.UID
		found, calls = find(mailstore.MatchBody, "alpha")
		want(t, "a word in bodies", found, []view.UID{uids[0], uids[2]})
	}
	found, calls := find(mailstore.MatchText, "carol")
	want(t, "a word in headers", found, uids)
	want(t, "calls", calls, "loadProp")
	found, _ = find(mailstore.MatchBody, "hello alpha")
	want(t, "words side by side", found, uids[:1])
	found, _ = find(mailstore.MatchText, "carol@example")
	want(t, "more than words", found, uids)
}
