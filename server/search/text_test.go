package search

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/profiles/users"
	"zarafa/server/fulltext"
	"zarafa/storage"
)

// textBench has an index that hears of changes before the searches do.
func textBench(t *testing.T) *bench {
	b := &bench{path: filepath.Join(t.TempDir(), "test.db"), text: filepath.Join(t.TempDir(), "search")}
	b.open(t)
	b.alice = b.NewMailbox("alice")
	b.inbox = b.NewFolder(b.alice.User, b.alice.Root, "Inbox", mapi.FolderGeneric)
	b.search = b.NewFolder(b.alice.User, b.alice.Root, "Search", mapi.FolderSearch)
	return b
}

func contains(tag mapi.PropTag, text string) *mapi.Restriction {
	v := mapi.String(tag, text)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &v}
}

func TestSearchByWords(t *testing.T) {
	b := textBench(t)
	m1, m2 := b.message(b.inbox, "Budget für Jürgen"), b.message(b.inbox, "Low budget")
	b.message(b.inbox, "Unbudgeted")
	b.OK(b.trySet(0, contains(mapi.PrSubject, "BUDGET"), b.inbox))
	b.shows(m1, m2)
	m3 := b.message(b.inbox, "budgets")
	b.shows(m1, m2, m3)
	b.paint(m1, "Unbudgeted")
	b.shows(m2, m3)
	b.Delete(b.alice.User, 0x10, m2)
	b.shows(m3)

	b.svc.UseText(false)
	b.OK(b.trySet(0, contains(mapi.PrSubject, "UDGETS"), b.inbox))
	b.shows(m3)
}

// A search in vain proposes a spelling that this mailbox, not another one, has words for.
func TestSuggestion(t *testing.T) {
	b := textBench(t)
	bob := b.NewMailbox("bob")
	b.message(b.inbox, "quarterly budget")
	other := b.NewMessage(bob.User, b.NewFolder(bob.User, bob.Root, "Inbox", mapi.FolderGeneric), "secret badgets")
	for _, store := range []uint32{b.inbox.Store, other.Store} { // both are indexed
		finds, _ := b.svc.Text.Split(contains(mapi.PrSubject, "a"))
		_, _, err := b.svc.Text.Messages(t.Context(), store, finds)
		b.OK(err)
	}
	b.OK(b.svc.Text.Settle(t.Context()))
	for _, tc := range []struct{ asked, want string }{
		{"budgte", "budget"}, {"budget quartrely", "budget quarterly"}, {"budget", ""}, {"badgets", "budget"}, {"secrat", ""}, {"xyz", ""},
	} {
		b.OK(b.trySet(0, contains(mapi.PrSubject, tc.asked), b.inbox))
		b.settle()
		if got := b.Object(b.search.ID).Props.Str(mapi.PrECSuggestion); got != tc.want {
			t.Errorf("%q: suggested %q, want %q", tc.asked, got, tc.want)
		}
	}
}

// The index answers what reading all messages answers.
func TestIndexAgreesWithReading(t *testing.T) {
	rng := testseed.New(t)
	languages, err := users.Languages()
	if err != nil {
		t.Fatal(err)
	}
	b := textBench(t)
	other := b.NewFolder(b.alice.User, b.alice.Root, "Other", mapi.FolderGeneric)
	below := b.NewFolder(b.alice.User, other.EntryID, "Below", mapi.FolderGeneric)
	text := func(words int) string {
		l := languages[rng.IntN(len(languages))]
		out := make([]string, words)
		for i := range out {
			out[i] = l.Words[rng.IntN(len(l.Words))]
		}
		return strings.Join(out, []string{" ", "", "-"}[rng.IntN(3)])
	}
	folders := []storage.Ref{b.inbox, other, below}
	var messages []storage.Ref
	for range 150 {
		messages = append(messages, b.message(folders[rng.IntN(3)], text(1+rng.IntN(4)), mapi.String(mapi.PrBody, text(rng.IntN(40))), mapi.String(mapi.PrSenderName, text(2))))
	}
	b.OK(b.svc.Text.Settle(t.Context()))
	found := 0
	for round := range 40 {
		m := messages[rng.IntN(len(messages))]
		switch rng.IntN(4) { // so that some of it is late
		case 0:
			b.paint(m, text(3))
		case 1:
			messages = append(messages, b.message(b.inbox, text(2), mapi.String(mapi.PrBody, text(9))))
		}
		r, flags := randomCriteria(rng, text), mapi.SearchRecurses*uint32(rng.IntN(2))
		b.OK(b.trySet(flags, r, folders[rng.IntN(2)]))
		b.settle()
		indexed := b.results()
		found += len(indexed)
		withIndex := b.svc.Text
		b.svc.Text = fulltext.New(fulltext.Options{Store: b.Store, Settings: withIndex.Settings})
		active := b.svc.find(b.search.ID)
		b.OK(b.trySet(flags, r, b.refs(active.criteria.folders)...))
		b.settle()
		if read := b.results(); !slices.Equal(indexed, read) {
			t.Fatalf("round %d: the index finds %v, reading %v", round, indexed, read)
		}
		b.svc.Text = withIndex
	}
	finds, _ := b.svc.Text.Split(contains(mapi.PrSubject, "a"))
	if _, used, err := b.svc.Text.Messages(t.Context(), b.inbox.Store, finds); found == 0 || !used || err != nil {
		t.Errorf("found %d, the index is used: %v, %v", found, used, err)
	}
}

func randomCriteria(rng *rand.Rand, text func(int) string) *mapi.Restriction {
	asked := text(1)
	if chars := []rune(asked); len(chars) > 2 {
		asked = string(chars[:1+rng.IntN(len(chars))])
	}
	if rng.IntN(3) == 0 {
		asked += " " + text(1)
	}
	or := &mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{
		contains(mapi.PrSubject, asked), contains(mapi.PrBody, asked), contains(mapi.PrSenderName, asked),
	}}
	switch rng.IntN(4) {
	case 0:
		return contains(mapi.PrBody, asked)
	case 1:
		return &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{or, {Type: mapi.ResNot, Sub: []*mapi.Restriction{contains(mapi.PrSubject, text(1))}}}}
	case 2:
		return &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{or, contains(mapi.PrSenderName, string([]rune(text(1))[:1]))}}
	}
	return or
}

func (b *bench) results() []storage.SearchResult {
	b.Helper()
	list, err := b.Store.SearchResults(b.Context(), b.search.ID)
	b.OK(err)
	return list
}

func (b *bench) refs(ids [][]byte) []storage.Ref {
	var out []storage.Ref
	for _, id := range ids {
		out = append(out, b.Ref(id))
	}
	return out
}

// A search uses words also when the index is not there yet, and the same ones.
func TestSearchByWordsWithoutIndex(t *testing.T) {
	b := newBench(t)
	b.svc.Text = fulltext.New(fulltext.Options{Store: b.Store})
	b.svc.UseText(true)
	m := b.message(b.inbox, "日本語の会議")
	b.message(b.inbox, "unbudgeted")
	b.OK(b.trySet(0, contains(mapi.PrSubject, "会議"), b.inbox))
	b.shows(m)
	b.OK(b.trySet(0, contains(mapi.PrSubject, "budget"), b.inbox))
	b.shows()
}
