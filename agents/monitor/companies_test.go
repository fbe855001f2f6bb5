package monitor

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/mapi"
)

const hosted = "enable_hosted_zarafa = yes\nloginname_format = %u@%c\ncreatecompany_script =\n"

// company creates a company with a public store of which size bytes are used, and a limit to warn at.
func (w *world) company(name string, size int, warn int64) client.Company {
	w.Helper()
	c, err := w.admin.CreateCompany(w.Context(), client.Company{Name: name})
	w.must(err)
	st, err := w.admin.CreatePublicStoreOf(w.Context(), c)
	w.must(err)
	w.must(w.admin.SetCompanyQuota(w.Context(), c, false, client.Quota{Warn: warn}))
	if size > 0 {
		o, err := w.admin.LoadObject(w.Context(), st.EntryID)
		w.must(err)
		w.fill(o.Props.Bytes(mapi.PrIPMSubtreeEntryID), size)
	}
	return c
}

func TestCompanies(t *testing.T) {
	w := newWorld(t, hosted)
	acme := w.company("acme", 2*mib, mib)
	w.company("globex", 2*mib, 0)
	within := w.company("within", mib/2, mib)
	boss := w.user("boss@acme", client.German, 0, limits(0, 0, 0))
	helper := w.user("helper@acme", client.English, 0, limits(0, 0, 0))
	w.user("alice@acme", client.Dutch, 2*mib, limits(mib, 0, 0))
	w.user("bob@globex", client.English, 2*mib, limits(mib, 0, 0))
	acme.Administrator, acme.AdministratorID = boss.ID, boss.EntryID
	w.must(w.admin.SetUser(t.Context(), client.User{ID: boss.ID, EntryID: boss.EntryID, Name: boss.Name, AdminLevel: 1, Class: boss.Class}))
	w.must(w.admin.SetCompany(t.Context(), acme))
	for _, u := range []client.User{boss, helper} {
		w.must(w.admin.AddQuotaRecipient(t.Context(), acme, true, u))
	}
	w.must(w.admin.AddQuotaRecipient(t.Context(), acme, false, helper))
	w.must(w.admin.AddQuotaRecipient(t.Context(), within, false, helper))
	w.pass()
	w.pass() // changes nothing

	w.wantSubjects("alice@acme", "Het postvak van Alice Example is bijna vol")
	w.wantSubjects("bob@globex", "The mailbox of Bob Example is almost full")
	sorted := func(user string, want ...string) {
		t.Helper()
		if got := slices.Sorted(slices.Values(w.subjects(user))); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", user, got, want)
		}
	}
	sorted("boss@acme", "Das Postfach von Alice Example ist fast voll", "Die öffentlichen Ordner von acme sind groß geworden")
	sorted("helper@acme", "The mailbox of Alice Example is almost full", "The public folders of acme have become large")
	m := w.mails("alice@acme")[0]
	if from, to, cc := m.Props.Str(mapi.PrSentRepresentingName), m.Props.Str(mapi.PrDisplayTo), m.Props.Str(mapi.PrDisplayCc); from != "Boss Example" || to != "Alice Example" || cc != "Boss Example; Helper Example" {
		t.Errorf("from %q to %q, %q", from, to, cc)
	}
	if from := w.mails("bob@globex")[0].Props.Str(mapi.PrSentRepresentingName); from != "SYSTEM" {
		t.Errorf("the mail to a company without an administrator is from %q", from)
	}
	for _, m := range w.mails("helper@acme") {
		me, cc := mapi.PrMessageToMe, mapi.PrMessageCcMe
		if to, _ := m.Props.Get(me); to.Bool() {
			t.Errorf("a copy says that it is to its second recipient")
		}
		if v, _ := m.Props.Get(cc); !v.Bool() {
			t.Errorf("a copy does not say that it is one")
		}
	}
	w.now = w.now.Add(24 * time.Hour)
	w.pass()
	if n := len(w.mails("helper@acme")); n != 4 {
		t.Errorf("%d mails after a day", n)
	}
}

// The template of companies has the same variables.
func TestCompanyTemplate(t *testing.T) {
	w := newWorld(t, hosted)
	acme := w.company("acme", 2*mib, mib)
	u := w.user("alice@acme", client.English, 0, limits(0, 0, 0))
	w.must(w.admin.AddQuotaRecipient(t.Context(), acme, false, u))
	path := filepath.Join(t.TempDir(), "company")
	writeTemplate(t, path, "Subject: ${ZARAFA_QUOTA_COMPANY} ${KOPANO_QUOTA_NAME} ${ZARAFA_QUOTA_WARN_SIZE} ${ZARAFA_QUOTA_HARD_SIZE}\n")
	w.lines = "companyquota_warning_template = " + path + "\n"
	w.pass()
	w.wantSubjects("alice@acme", "acme acme 1 MB unlimited")
}

// A recipient without a mailbox, and one whose mailbox fails, keep nobody else from the mail; the failure is told.
func TestRecipients(t *testing.T) {
	w := newWorld(t, hosted)
	acme := w.company("acme", 0, 0)
	w.user("alice@acme", client.English, 2*mib, limits(mib, 0, 0))
	helper := w.user("helper@acme", client.English, 0, limits(0, 0, 0))
	homeless := client.User{Name: "homeless@acme", Password: "secret", FullName: "Homeless", Class: mapi.ClassActiveUser}
	var err error
	homeless.ID, homeless.EntryID, err = w.admin.CreateUser(t.Context(), homeless)
	w.must(err)
	for _, u := range []client.User{homeless, helper} {
		w.must(w.admin.AddQuotaRecipient(t.Context(), acme, true, u))
	}
	err = w.monitor(Start{Once: true}).Serve(t.Context())
	if err == nil || errors.Is(err, daemon.ErrDone) || !strings.Contains(w.log.String(), "finding the mailbox of homeless@acme") {
		t.Errorf("%v\n%s", err, w.log.String())
	}
	w.wantSubjects("alice@acme", "The mailbox of Alice Example is almost full")
	w.wantSubjects("helper@acme", "The mailbox of Alice Example is almost full")
	w.pass() // nobody gets it a second time
	w.wantSubjects("alice@acme", "The mailbox of Alice Example is almost full")
}

// What a pass costs is known: for each user above a limit seven calls and one for each mail; for each who had his mail, five; for all
// others one in fifty.
func TestCalls(t *testing.T) {
	w := newWorld(t, "")
	for i := range 3 {
		w.user(fmt.Sprintf("large%d", i), client.English, 2*mib, limits(mib, 0, 0))
	}
	w.user("small", client.English, mib/2, limits(mib, 0, 0))
	want := map[string]int{
		"logon": 1, "logoff": 1, "getCompanyList": 1, "getServerDetails": 1, "getUser": 1, // SYSTEM, once for all mails
		"tableOpen": 1 + 3, "tableMulti": 1 + 3, "tableQueryRows": 2 + 3, "tableClose": 1 + 3,
		"resolveUserStore": 3, "GetQuotaRecipients": 3, "saveObject": 2 * 3, "getIDsFromNames": 1,
	}
	w.pass()
	if !maps.Equal(w.calls, want) {
		t.Errorf("calls %v, want %v", w.calls, want)
	}
	w.pass()
	want = map[string]int{
		"logon": 1, "logoff": 1, "getCompanyList": 1, "getServerDetails": 1,
		"tableOpen": 1 + 3, "tableMulti": 1 + 3, "tableQueryRows": 2 + 3, "tableClose": 1 + 3, "resolveUserStore": 3,
	}
	if !maps.Equal(w.calls, want) {
		t.Errorf("calls of the second pass %v, want %v", w.calls, want)
	}
}
