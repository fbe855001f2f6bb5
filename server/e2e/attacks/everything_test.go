package attacks_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/wire"
)

// everything is what the owner finds in the mailbox, as text.
func (m *mailbox) everything(t *testing.T) string {
	t.Helper()
	ctx, s := t.Context(), m.Session
	var b strings.Builder
	show := func(id mapi.EntryID) { m.show(t, &b, id) }
	show(m.Store.EntryID)
	show(m.Store.RootID)
	folders, err := s.Folders(ctx, m.Store.RootID, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		fmt.Fprintf(&b, "%+v\n", f)
		show(f.EntryID)
		for _, flags := range []uint32{0, mapi.OpenAssociated, mapi.OpenShowSoftDeletes} {
			err := s.EachRow(ctx, client.TableQuery{Kind: mapi.TableMS, EntryID: f.EntryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
				Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrMsgStatus, mapi.PrMessageFlags}}, func(row mapi.Props) error {
				fmt.Fprintln(&b, flags, row)
				show(row.Bytes(mapi.PrEntryID))
				return nil
			})
			if err != nil && !(mapi.CodeOf(err) == mapi.NoSupport && f.Kind == mapi.FolderSearch) {
				t.Fatal(err)
			}
		}
	}
	m.showSettings(t, &b)
	return b.String()
}

// show writes an object with its parts, its large values and its access list.
func (m *mailbox) show(t *testing.T, b *strings.Builder, id mapi.EntryID) {
	var resp wire.LoadObjectResponse
	large := map[uint32][]mapi.PropTag{}
	err := m.Session.Do(t.Context(), func(session uint64) wire.Request {
		return &wire.LoadObjectRequest{SessionID: session, EntryID: id, Flags: mapi.OpenUnicode}
	}, &resp, func() error {
		sortProps(&resp.SaveObject, large)
		b.Write(wire.AppendResponse(nil, &resp, wire.SOAP11))
		return nil
	})
	fmt.Fprintf(b, "%x %v\n", id, err)
	for _, part := range slices.Sorted(maps.Keys(large)) {
		for _, tag := range large[part] {
			v, err := m.Session.LoadValue(t.Context(), id, part, tag)
			fmt.Fprintln(b, tag, v.Data, err)
		}
	}
	grants, err := m.Session.Rights(t.Context(), id)
	fmt.Fprintln(b, grants, err)
}

// sortProps sorts properties, whose order says nothing, and collects the large values of each part. The times of log-ons are left
// out: the server notes them now and then.
func sortProps(o *wire.SaveObject, large map[uint32][]mapi.PropTag) {
	logon := func(tag mapi.PropTag) bool { return tag == mapi.PrLastLogonTime || tag == mapi.PrLastLogoffTime }
	o.DelProps = slices.DeleteFunc(o.DelProps, logon)
	o.ModProps = slices.DeleteFunc(o.ModProps, func(v mapi.PropValue) bool { return logon(v.Tag) })
	slices.Sort(o.DelProps)
	slices.SortFunc(o.ModProps, func(a, b mapi.PropValue) int { return cmp.Compare(a.Tag, b.Tag) })
	for _, tag := range o.DelProps {
		if !mapi.Props(o.ModProps).Has(tag.ID()) {
			large[o.ServerID] = append(large[o.ServerID], tag)
		}
	}
	for i := range o.Items {
		sortProps(&o.Items[i], large)
	}
}

// showSettings writes what is about the mailbox and not in it.
func (m *mailbox) showSettings(t *testing.T, b *strings.Builder) {
	t.Helper()
	ask := func(req wire.Request) {
		resp := wire.NewResponse(req.Op())
		err := m.Session.Do(t.Context(), func(id uint64) wire.Request { e2e.SetSession(req, id); return req }, resp, func() error {
			b.Write(wire.AppendResponse(nil, resp, wire.SOAP11))
			return nil
		})
		fmt.Fprintln(b, req.Op(), err)
	}
	ask(&wire.GetUserRequest{UlUserID: m.User.ID, SUserID: m.User.EntryID})
	ask(&wire.GetGroupRequest{UlGroupID: m.Group.ID, SGroupID: m.Group.EntryID})
	ask(&wire.GetUserListOfGroupRequest{UlGroupID: m.Group.ID, SGroupID: m.Group.EntryID})
	ask(&wire.GetQuotaRequest{UlUserID: m.User.ID, SUserID: m.User.EntryID})
	ask(&wire.GetReceiveFolderTableRequest{StoreID: m.Store.EntryID})
	ask(&wire.TableGetSearchCriteriaRequest{EntryID: m.Search})
	ask(&wire.GetChangesRequest{SyncID: m.Sync, ChangeType: 1, Flags: 0x30})
	ask(&wire.GetStoreRequest{})
}
