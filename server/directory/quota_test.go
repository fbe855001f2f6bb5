package directory_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

func (b *bench) quota(user uint32, members bool) wire.Quota {
	b.Helper()
	var resp wire.QuotaResponse
	b.OK(b.Users.GetQuota(b.system, &wire.GetQuotaRequest{UlUserID: user, GetUserDefault: members}, &resp))
	return resp.Quota
}

func TestQuotaChain(t *testing.T) {
	b := newBench(t)
	b.Users.Reconfigure(directory.Settings{Quota: directory.Quota{Warn: 10, Soft: 20, Hard: 30}})
	alice, bob := b.user("alice", mapi.ClassActiveUser), b.user("bob", mapi.ClassActiveUser)
	if q := b.quota(alice, false); q != (wire.Quota{UseDefaultQuota: true, WarnSize: 10, SoftSize: 20, HardSize: 30}) {
		t.Errorf("default %+v", q)
	}
	set := func(caller uint32, q *wire.Quota) error {
		return b.Users.SetQuota(b.As(caller), &wire.SetQuotaRequest{UlUserID: alice, Quota: q}, nil)
	}
	own := wire.Quota{WarnSize: 1, SoftSize: 2}
	b.OK(set(alice, &own))
	if q := b.quota(alice, false); q != own {
		t.Errorf("own %+v", q)
	}
	if q, err := b.Users.EffectiveQuota(t.Context(), alice); err != nil || q.Warn != 1 || q.Soft != 2 || q.Hard != 0 {
		t.Errorf("in force %+v %v", q, err)
	}
	members := wire.Quota{IsUserDefaultQuota: true, WarnSize: 7}
	b.OK(set(mapi.UserSystem, &members))
	if q := b.quota(alice, true); q != members {
		t.Errorf("of members %+v", q)
	}
	if q := b.quota(alice, false); q != own {
		t.Errorf("own, after the members' changed: %+v", q)
	}
	b.Fails(set(bob, &own), mapi.NoAccess)
	b.Fails(set(mapi.UserSystem, nil), mapi.InvalidParameter)
	b.Fails(set(mapi.UserSystem, &wire.Quota{WarnSize: -1}), mapi.InvalidParameter)
	b.Fails(b.Users.GetQuota(b.As(bob), &wire.GetQuotaRequest{UlUserID: alice}, &wire.QuotaResponse{}), mapi.NoAccess)
}

func TestQuotaRecipients(t *testing.T) {
	b := newBench(t)
	alice := b.NewMailbox("alice").User
	for _, tt := range []struct {
		name string
		id   uint32
		want mapi.Code
	}{
		{"user", alice, mapi.OK},
		{"user without a store", b.user("bob", mapi.ClassActiveUser), mapi.NotFound},
		{"contact", b.user("carol", mapi.ClassContact), mapi.InvalidType},
		{"group", b.group("staff"), mapi.InvalidType},
	} {
		var resp wire.UserListResponse
		err := b.Users.GetQuotaRecipients(b.system, &wire.GetQuotaRecipientsRequest{UlUserID: tt.id}, &resp)
		if mapi.CodeOf(err) != tt.want || err == nil && (len(resp.UserArray) != 1 || resp.UserArray[0].UlUserID != alice) {
			t.Errorf("%s: %v %+v", tt.name, err, resp.UserArray)
		}
	}
	b.Fails(b.Users.AddQuotaRecipient(b.system, &wire.AddQuotaRecipientRequest{UlRecipientID: alice}, nil), mapi.NoSupport)
	b.Fails(b.Users.DeleteQuotaRecipient(b.As(alice), &wire.DeleteQuotaRecipientRequest{UlRecipientID: alice}, nil), mapi.NoAccess)
	b.Fails(b.Users.GetQuotaRecipients(b.As(alice), &wire.GetQuotaRecipientsRequest{UlUserID: alice}, &wire.UserListResponse{}), mapi.NoAccess)
}

func TestFeatures(t *testing.T) {
	b := newBench(t)
	b.Users.Reconfigure(directory.Settings{DisabledFeatures: []string{"imap", "pop3"}})
	const enabled, disabled = 0x67B3101E, 0x67B4101E
	id := b.userWith(wire.User{Username: wire.Text("alice"), ObjClass: uint32(mapi.ClassActiveUser), MVPropmap: []wire.PropmapMVPair{
		{PropID: enabled, Values: []string{"imap"}}, {PropID: disabled, Values: []string{"mobile"}},
	}})
	o, err := b.Users.ByID(t.Context(), id)
	b.OK(err)
	for feature, want := range map[string]bool{"imap": true, "pop3": false, "mobile": false, "outlook": true, "webapp": true, "sorcery": false} {
		if b.Users.HasFeature(o, feature) != want {
			t.Errorf("%s is not %v", feature, want)
		}
	}
}
