package scenarios_test

import (
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// TestAddressBookSearches: what a client that looks for people asks of the global address book.
func TestAddressBookSearches(t *testing.T) { onEngines(t, testAddressBookSearches) }

func testAddressBookSearches(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	admin := logOn(t, i, client.Options{User: "SYSTEM"})
	for _, u := range []client.User{
		{Name: "zoe", FullName: "Zoë Adams", Email: "zoe@example.com", Class: mapi.ClassActiveUser,
			Props: map[mapi.PropTag]string{0x3A08001E: "555-1234", 0x3A18001E: "Research"}},
		{Name: "bob", FullName: "Robert Bold", Email: "bob@example.com", Class: mapi.ClassActiveUser},
		{Name: "hall", FullName: "Great Hall", Email: "hall@example.com", Class: mapi.ClassRoom, Capacity: 40},
		{Name: "ghost", FullName: "Ghost", Email: "ghost@example.com", Class: mapi.ClassActiveUser, Hidden: true},
	} {
		if _, _, err := admin.CreateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	if err := admin.CreateGroup(ctx, client.Group{Name: "staff", FullName: "All staff", Email: "staff@example.com"}); err != nil {
		t.Fatal(err)
	}
	bob := logOn(t, i, client.Options{User: "bob"})
	const name, anr = 0x3001001F, 0x360C001F
	is := func(v mapi.PropValue) *mapi.Restriction {
		return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: v.Tag, Value: &v}
	}
	resolves := func(text string) *mapi.Restriction { return is(mapi.String(anr, text)) }
	for _, tt := range []struct {
		name     string
		restrict *mapi.Restriction
		sort     []mapi.SortOrder
		want     []string
	}{
		{"all, sorted", nil, []mapi.SortOrder{{Tag: name}}, []string{"All staff", "Everyone", "Great Hall", "Robert Bold", "Zoë Adams"}},
		{"descending", nil, []mapi.SortOrder{{Tag: name, Order: mapi.SortDescend}}, []string{"Zoë Adams", "Robert Bold", "Great Hall", "Everyone", "All staff"}},
		{"ambiguous name resolution by login", resolves("zo"), nil, []string{"Zoë Adams"}},
		{"by address", resolves("BOB@"), nil, []string{"Robert Bold"}},
		{"by telephone", resolves("555"), nil, []string{"Zoë Adams"}},
		{"by department", resolves("resea"), nil, []string{"Zoë Adams"}},
		{"in the middle of a name", resolves("bold"), nil, []string{}},
		{"hidden", resolves("ghost"), nil, []string{}},
		{"rooms", is(mapi.Long(mapi.PrDisplayTypeEx, 7)), nil, []string{"Great Hall"}},
		{"groups", is(mapi.Long(mapi.PrObjectType, 8)),
			[]mapi.SortOrder{{Tag: name}}, []string{"All staff", "Everyone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := bob.OpenTable(ctx, client.TableQuery{
				Kind: mapi.TableAB, EntryID: mapi.ABEntryID{Type: mapi.TypeABCont, ID: 1}.Encode(), ObjectType: mapi.TypeMailUser,
				Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{name, mapi.PrEntryID}, Restrict: tt.restrict, Sort: tt.sort,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer table.Close(ctx)
			rows, err := table.Rows(ctx, 50)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, r := range rows {
				got = append(got, r.Str(name))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
