package client_test

import (
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// Names of all kinds have ids, which are asked for once, in one call, and columns of tables.
func TestNames(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	_, ids := mailbox(t, i)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	fixed, number := mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8530}, mapi.PropName{Set: mapi.GUID{9}, ID: 1}
	names := []mapi.PropName{keywords(), fixed, number, header("x-one"), keywords()}
	got, err := s.PropIDs(t.Context(), false, names...)
	if err != nil || !slices.Equal(got, []uint16{0, 0x81D0, 0, 0, 0}) {
		t.Errorf("names that nobody has used: %x, %v", got, err)
	}
	if _, err := s.PropTag(t.Context(), number, mapi.PtLong, false); !client.IsNotFound(err) {
		t.Errorf("a name that nobody has used: %v", err)
	}
	made.take()
	got, err = s.PropIDs(t.Context(), true, names...)
	if err != nil || got[0] <= 0x8500 || got[2] <= 0x8500 || got[3] <= 0x8500 || got[0] != got[4] || got[0] == got[2] {
		t.Errorf("ids %x, %v", got, err)
	}
	made.were(t, "several names", "getIDsFromNames")
	back, err := s.PropNames(t.Context(), got...)
	if err != nil || back[got[0]] != keywords() || back[got[1]] != fixed || back[got[2]] != number {
		t.Errorf("names %v, %v", back, err)
	}
	made.were(t, "names that are known")
	other, made := counted(t, i, client.Options{User: "SYSTEM"})
	back, err = other.PropNames(t.Context(), append(got, 0xFFF0)...)
	if err != nil || len(back) != 4 || back[got[0]] != keywords() || back[got[2]] != number || back[got[3]] != header("x-one") {
		t.Errorf("names %v, %v", back, err)
	}
	made.were(t, "names of ids", "getNamesFromIDs")
	m := &mapi.Message{}
	m.SetNamed(header("x-one"), mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "value"))
	if _, err := s.SaveMessage(t.Context(), ids[client.Inbox], m, client.SaveOptions{}); err != nil {
		t.Fatal(err)
	}
	column, err := s.PropTag(t.Context(), header("x-one"), mapi.PtUnicode, false)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	err = s.EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: ids[client.Inbox], ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{column},
		Restrict: &mapi.Restriction{Type: mapi.ResExist, Tag: column}, Sort: []mapi.SortOrder{{Tag: column}},
	}, func(row mapi.Props) error { rows = append(rows, row.Str(column)); return nil })
	if err != nil || !slices.Equal(rows, []string{"value"}) {
		t.Errorf("rows %q, %v", rows, err)
	}
}
