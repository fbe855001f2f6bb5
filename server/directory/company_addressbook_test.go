package directory_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

// rows of an address-book table, by display name (for users: full name) with what stands in another column.
func (w *twoCompanies) rows(caller uint32, container []byte, objType mapi.ObjectType, flags uint32, column mapi.PropTag) string {
	w.Helper()
	list, err := w.Users.TableRows(w.Context(), caller, 0x40, container, objType, flags)
	w.OK(err)
	out := make([]string, 0, len(list))
	for _, r := range list {
		name, _ := r.Cell(mapi.PrDisplayName)
		v, _ := r.Cell(column)
		out = append(out, strings.TrimSuffix(name.Str(), " Example")+cmp.Or(v.Str(), ""))
	}
	return strings.Join(out, " ")
}

func container(id uint32) []byte { return mapi.ABEntryID{Type: mapi.TypeABCont, ID: id}.Encode() }

func TestCompaniesInTheAddressBook(t *testing.T) {
	w := newTwoCompanies(t)
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, want)
		}
	}
	names := mapi.PrDepartmentName // an empty column
	acme, globex := "acme boss@acme alice@acme", "chief@globex bob@globex staff@globex"
	want("Global Address Book of alice", w.rows(w.alice, container(1), mapi.TypeMailUser, 0, names), "Everyone SYSTEM "+acme+" root@acme staff@acme")
	want("Global Address Book of SYSTEM", w.rows(mapi.UserSystem, container(1), mapi.TypeMailUser, 0, names),
		"Everyone SYSTEM acme globex boss@acme alice@acme chief@globex bob@globex root@acme staff@acme staff@globex")
	want("containers of alice", w.rows(w.alice, container(0), mapi.TypeABCont, 0, names), "Global Address Book All Address Lists")
	want("companies of alice", w.rows(w.alice, container(1), mapi.TypeABCont, 0, names), "")
	want("companies of root", w.rows(w.root, container(1), mapi.TypeABCont, 0, names), "acme globex")
	_, err := w.Users.TableRows(t.Context(), w.alice, 0x40, w.entryID(w.globex), mapi.TypeMailUser, 0)
	w.Fails(err, mapi.NotFound)

	w.letView(w.globex, w.acme)
	want("companies of alice now", w.rows(w.alice, container(1), mapi.TypeABCont, 0, names), "acme globex")
	want("containers of alice by depth", w.rows(w.alice, container(0), mapi.TypeABCont, mapi.OpenConvenientDepth, mapi.PrEMSABHierarchyPath),
		"Global Address Book/Global Address Book acme/Global Address Book/acme globex/Global Address Book/globex All Address Lists/All Address Lists")
	want("globex for alice", w.rows(w.alice, w.entryID(w.globex), mapi.TypeMailUser, 0, names), globex)
	want("Global Address Book of alice still", w.rows(w.alice, container(1), mapi.TypeMailUser, 0, names), "Everyone SYSTEM "+acme+" root@acme staff@acme")

	props := func(caller, id uint32) mapi.Props { return w.abProps(caller, id) }
	if p := props(w.alice, w.bob); p.Str(mapi.PrECCompanyName) != "globex" || p.Str(mapi.PrAccount) != "bob@globex" {
		t.Errorf("bob: company %q, account %q", p.Str(mapi.PrECCompanyName), p.Str(mapi.PrAccount))
	}
	company := props(w.alice, w.globex)
	for _, v := range []mapi.PropValue{
		mapi.Long(mapi.PrContainerFlags, 0x49), mapi.Long(mapi.PrDisplayType, 4), mapi.Long(mapi.PrEMSABContainerID, w.globex), mapi.Long(mapi.PrObjectType, 4),
		mapi.String(mapi.PrDisplayName, "globex"), mapi.Binary(mapi.PrRecordKey, w.entryID(w.globex)), mapi.Binary(mapi.PrEMSABParentEntryID, container(1)),
	} {
		if got, ok := company.ByID(v.Tag.ID()); !ok || !got.Equal(v) {
			t.Errorf("company as container: %v, want %v", got, v)
		}
	}
	// Among the users a company can be chosen as recipient or to be granted rights.
	list, err := w.Users.TableRows(t.Context(), w.alice, 0x40, container(1), mapi.TypeMailUser, 0)
	w.OK(err)
	i := slices.IndexFunc(list, func(r directory.TableRow) bool { return r.ID == w.acme })
	for _, v := range []mapi.PropValue{
		mapi.Long(mapi.PrObjectType, 8), mapi.Long(mapi.PrDisplayType, 4), mapi.Long(mapi.PrDisplayTypeEx, 0x40000004), mapi.String(mapi.PrAccount, "acme"),
	} {
		if got, ok := list[i].Cell(v.Tag); !ok || !got.Equal(v) {
			t.Errorf("company as row: %v, want %v", got, v)
		}
	}
}

func TestResolveNamesInCompanies(t *testing.T) {
	w := newTwoCompanies(t)
	twin := w.level("alice@globex", 0)
	resolve := func(caller uint32, name string, exact bool) (flag uint32, id uint32) {
		t.Helper()
		req := wire.ABResolveNamesRequest{
			PropTag: []mapi.PropTag{mapi.PrEntryID}, LpaFlags: []uint32{0}, RowSet: &wire.RowSet{Rows: [][]mapi.PropValue{{mapi.String(mapi.PrDisplayName, name)}}},
		}
		if exact {
			req.UlFlags = 1
		}
		var resp wire.ABResolveNamesResponse
		w.OK(w.Users.ABResolveNames(w.As(caller), &req, &resp))
		if ab, ok := mapi.ParseABEntryID(mapi.Props(resp.RowSet.Rows[0]).Bytes(mapi.PrEntryID)); ok {
			id = ab.ID
		}
		return resp.Flags[0], id
	}
	f := func(caller uint32, name string, exact bool, flag, id uint32) {
		t.Helper()
		if gotFlag, got := resolve(caller, name, exact); gotFlag != flag || got != id {
			t.Errorf("%q for %d (exact %v): %d, object %d; want %d, %d", name, caller, exact, gotFlag, got, flag, id)
		}
	}
	f(w.alice, "alice", false, 2, w.alice)
	f(w.bob, "alice", false, 2, twin)
	f(w.alice, "bob", false, 0, 0)
	f(w.alice, "bob@globex", true, 0, 0)
	f(w.alice, "globex", false, 0, 0)
	f(mapi.UserSystem, "alice@", false, 1, 0)
	f(mapi.UserSystem, "alice@globex", true, 2, twin)
	w.letView(w.globex, w.acme)
	f(w.alice, "bob@globex", true, 2, w.bob)
	f(w.alice, "alice", true, 2, w.alice) // the own company's
	f(w.alice, "alice@globex", false, 2, twin)
	f(w.alice, "staff", true, 2, w.acmeStaff)
	f(w.bob, "boss", false, 0, 0)
}
