package directory_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

func TestQuotaOfCompanies(t *testing.T) {
	w := newTwoCompanies(t)
	set := func(caller, id uint32, q wire.Quota) error {
		return w.Users.SetQuota(w.As(caller), &wire.SetQuotaRequest{UlUserID: id, Quota: &q}, nil)
	}
	want := func(what string, got, want wire.Quota) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	settings := wire.Quota{UseDefaultQuota: true, WarnSize: 10, SoftSize: 20, HardSize: 30}
	want("alice, by the settings", w.quota(w.alice, false), settings)
	want("acme, by the settings", w.quota(w.acme, false), wire.Quota{UseDefaultQuota: true, WarnSize: 1000})
	members := settings
	members.IsUserDefaultQuota = true
	want("users of acme, by the settings", w.quota(w.acme, true), members)

	members = wire.Quota{IsUserDefaultQuota: true, WarnSize: 1, SoftSize: 2, HardSize: 3}
	w.OK(set(w.boss, w.acme, members))
	want("users of acme", w.quota(w.acme, true), members)
	want("acme itself", w.quota(w.acme, false), wire.Quota{UseDefaultQuota: true, WarnSize: 1000})
	want("alice, by her company", w.quota(w.alice, false), wire.Quota{UseDefaultQuota: true, WarnSize: 1, SoftSize: 2, HardSize: 3})
	want("bob, of another company", w.quota(w.bob, false), settings)
	if q, err := w.Users.EffectiveQuota(t.Context(), w.alice); err != nil || q.Warn != 1 || q.Soft != 2 || q.Hard != 3 {
		t.Errorf("in force for alice: %+v %v", q, err)
	}
	own := wire.Quota{WarnSize: 7}
	w.OK(set(w.boss, w.alice, own))
	want("alice's own", w.quota(w.alice, false), own)
	w.OK(set(w.root, w.acme, wire.Quota{WarnSize: 5}))
	want("acme's own", w.quota(w.acme, false), wire.Quota{WarnSize: 5})
	want("users of acme still", w.quota(w.acme, true), members)
	w.Fails(set(w.chief, w.acme, own), mapi.NotFound)
	w.Fails(set(w.alice, w.acme, own), mapi.NoAccess)
}

func TestQuotaRecipientsOfCompanies(t *testing.T) {
	w := newTwoCompanies(t)
	mailbox := w.NewMailbox("carol@acme")
	add := func(caller, company, recipient uint32, class mapi.ObjectClass) error {
		return w.Users.AddQuotaRecipient(w.As(caller), &wire.AddQuotaRecipientRequest{UlCompanyID: company, UlRecipientID: recipient, Type: uint32(class)}, nil)
	}
	recipients := func(of uint32) (ids []uint32, err error) {
		var resp wire.UserListResponse
		err = w.Users.GetQuotaRecipients(w.system, &wire.GetQuotaRecipientsRequest{UlUserID: of}, &resp)
		for _, u := range resp.UserArray {
			ids = append(ids, u.UlUserID)
		}
		return ids, err
	}
	want := func(of uint32, want ...uint32) {
		t.Helper()
		if got, err := recipients(of); err != nil || !slices.Equal(got, want) {
			t.Errorf("recipients for %d: %v %v, want %v", of, got, err, want)
		}
	}
	want(mailbox.User, mailbox.User)
	w.OK(add(w.boss, w.acme, w.boss, mapi.ClassActiveUser))
	w.OK(add(w.boss, w.acme, w.alice, mapi.ClassCompany))
	w.Fails(add(w.boss, w.acme, w.boss, mapi.ClassActiveUser), mapi.Collision)
	w.Fails(add(w.boss, w.acme, w.boss, mapi.ClassGroup), mapi.InvalidType)
	w.Fails(add(w.boss, w.acme, w.bob, mapi.ClassCompany), mapi.NotFound)
	w.Fails(add(w.alice, w.acme, w.alice, mapi.ClassCompany), mapi.NoAccess)
	want(mailbox.User, mailbox.User, w.boss)
	_, err := recipients(w.acme)
	w.Fails(err, mapi.NotFound) // it has no public store yet
	guid := mapi.NewGUID()
	w.OK(w.Objects.CreateStore(w.As(w.boss), &wire.CreateStoreRequest{
		StoreType: mapi.StorePublic, UlUserID: w.acme, StoreID: mapi.NewEntryID(guid, mapi.TypeStore), RootID: mapi.NewEntryID(guid, mapi.TypeFolder),
	}, nil))
	want(w.acme, w.acme, mapi.UserSystem, w.alice)
	w.OK(w.Users.SetCompany(w.system, &wire.SetCompanyRequest{Company: &wire.Company{UlCompanyID: w.acme, UlAdministrator: w.boss}}, nil))
	want(w.acme, w.acme, w.boss, w.alice)
	w.OK(w.Users.DeleteQuotaRecipient(w.system, &wire.DeleteQuotaRecipientRequest{UlCompanyID: w.acme, UlRecipientID: w.boss, Type: uint32(mapi.ClassActiveUser)}, nil))
	want(mailbox.User, mailbox.User)
	_, err = recipients(w.acmeStaff)
	w.Fails(err, mapi.InvalidType)
}
