package client_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func moveRule(name string, folder mapi.EntryID) mapi.Props {
	word := mapi.String(mapi.PrSubject, "invoice")
	return mapi.Props{
		mapi.Long(mapi.PrRuleSequence, 10), mapi.Long(mapi.PrRuleState, 1),
		{Tag: mapi.PrRuleCondition, More: &mapi.More{Restriction: &mapi.Restriction{
			Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: mapi.PrSubject, Value: &word,
		}}},
		{Tag: mapi.PrRuleActions, More: &mapi.More{Actions: []mapi.Action{{Type: mapi.ActMove, Store: []byte("store"), Folder: folder}}}},
		mapi.String(mapi.PrRuleProvider, "RuleOrganizer"), mapi.String(mapi.PrRuleName, name), mapi.Binary(mapi.PrRuleProviderData, []byte{1}),
	}
}

func TestRules(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	ctx := t.Context()
	ids, err := s.DefaultFolders(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := s.Rules(ctx, ids[client.Inbox]); rows != nil || err != nil {
		t.Errorf("rules of a new mailbox: %v, %v", rows, err)
	}
	admin, made := counted(t, i, client.Options{User: "SYSTEM"})
	for _, n := range []int{2, 400, 0} { // 400 are too large to come along
		var want []mapi.Props
		for i := range n {
			want = append(want, append(mapi.Props{mapi.I8(mapi.PrRuleID, int64(i)+1)}, moveRule("Rechnungen & <so>", ids[client.Drafts])...))
		}
		if err := s.SetRules(ctx, ids[client.Inbox], want); err != nil {
			t.Fatal(err)
		}
		box, err := admin.Mailbox(ctx, "alice")
		if err != nil {
			t.Fatal(err)
		}
		made.take()
		got, err := box.Rules(ctx)
		if err != nil || len(got) != n || n > 0 && !reflect.DeepEqual(got[n-1].Str(mapi.PrRuleName), want[n-1].Str(mapi.PrRuleName)) {
			t.Errorf("%d rules: got %d, %v", n, len(got), err)
		}
		if calls := made.take(); n == 2 && calls != nil {
			t.Errorf("reading few rules takes the calls %q", calls)
		}
		for i := range min(n, 3) {
			condition, _ := got[i].Get(mapi.PrRuleCondition)
			actions, _ := got[i].Get(mapi.PrRuleActions)
			if condition.More.Restriction.Value.Str() != "invoice" || string(actions.More.Actions[0].Folder) != string(ids[client.Drafts]) || len(got[i]) != len(want[i]) {
				t.Errorf("rule %d: %v", i, got[i])
			}
		}
	}
	if err := s.ChangeRules(ctx, ids[client.Inbox], func(rows []mapi.Props) ([]mapi.Props, error) {
		return append(rows, moveRule("one", ids[client.Drafts])), nil
	}); err != nil {
		t.Error(err)
	}
	if rows, err := s.Rules(ctx, ids[client.Inbox]); err != nil || len(rows) != 1 {
		t.Errorf("after a change: %v, %v", rows, err)
	}
	// What the reference client wrote for a rule without actions.
	recorded := `<?xml version="1.0" encoding="UTF-8"?>
<tableData xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" SOAP-ENC:arrayType="propVal[][1]"><item SOAP-ENC:arrayType="propVal[3]"><item><ulPropTag>1718878228</ulPropTag><li>7</li></item><item SOAP-ENC:position="[1]"><ulPropTag>1719664650</ulPropTag><ul>2147746063</ul></item><item><ulPropTag>1719795743</ulPropTag><lpszA>Invoices</lpszA></item></item></tableData>`
	for _, tt := range []struct {
		data string
		rows int
		want mapi.Code
	}{{recorded, 1, mapi.OK}, {"", 0, mapi.OK}, {"no rules", 0, mapi.BadValue}, {recorded[:len(recorded)-40], 0, mapi.BadValue}} {
		if err := s.SetProps(ctx, ids[client.Inbox], mapi.Binary(mapi.PrRulesData, []byte(tt.data))); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Rules(ctx, ids[client.Inbox])
		if len(rows) != tt.rows || mapi.CodeOf(err) != tt.want {
			t.Errorf("%.20q: %v, %v", tt.data, rows, err)
		}
		if tt.rows == 1 && (len(rows[0]) != 2 || rows[0][0].Num != 1 || rows[0].Str(mapi.PrRuleName) != "Invoices") {
			t.Errorf("the recorded rule is %v", rows[0])
		}
	}
}

func TestOutOfOffice(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	s, st := newUser(t, i, "alice", client.English)
	bob, _ := newUser(t, i, "bob", client.English)
	ctx, now := t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, want := range []client.OutOfOffice{
		{},
		{On: true, Subject: "Away", Message: strings.Repeat("I am away. ", 10_000)},
		{On: true, Subject: "Away", Message: "short", From: now, Until: now.Add(time.Hour)},
		{Subject: "kept", Until: now},
	} {
		if err := s.SetOutOfOffice(ctx, st.EntryID, want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.OutOfOffice(ctx, st.EntryID); err != nil || got != want {
			t.Errorf("got %+.60v, %v, want %+.60v", got, err, want)
		}
		box, err := s.Mailbox(ctx, "alice")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := box.OutOfOffice(ctx); err != nil || got != want {
			t.Errorf("of the mailbox: got %+.60v, %v, want %+.60v", got, err, want)
		}
	}
	if err := bob.SetOutOfOffice(ctx, st.EntryID, client.OutOfOffice{On: true}); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("another's out of office: %v", err)
	}
	bounded := client.OutOfOffice{On: true, From: now, Until: now.Add(time.Hour)}
	open, off := client.OutOfOffice{On: true}, client.OutOfOffice{From: now}
	for _, tt := range []struct {
		o    *client.OutOfOffice
		at   time.Time
		want bool
	}{
		{&bounded, now.Add(-1), false}, {&bounded, now, true}, {&bounded, now.Add(time.Hour), true}, {&bounded, now.Add(time.Hour + 1), false},
		{&open, now, true}, {&off, now, false},
	} {
		if got := tt.o.Away(tt.at); got != tt.want {
			t.Errorf("%+v at %v: %v", tt.o, tt.at, got)
		}
	}
}
