package wire

import (
	"reflect"
	"testing"

	"zarafa/mapi"
)

func TestSearchCriteriaDocument(t *testing.T) {
	value := mapi.String(mapi.PrSubject, "a <b> & c")
	want := &SearchCriteria{
		Restrict: &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
			{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: mapi.PrSubject, Value: &value},
			{Type: mapi.ResExist, Tag: mapi.PrBody},
		}},
		Folders: [][]byte{{1, 2}, {3}}, Flags: 6,
	}
	d := NewDecoder(ServerLimits())
	d.Reset(AppendSearchCriteria(nil, want))
	got, err := DecodeSearchCriteria(d)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCollapseStateDocument(t *testing.T) {
	want := &CollapseState{
		CategoryStates: []CategoryState{{Props: []mapi.PropValue{mapi.String(mapi.PrSubject, "x")}, Expanded: 1}},
		BookMarkProps:  []mapi.PropValue{mapi.Long(mapi.PrImportance, 2)},
	}
	d := NewDecoder(ServerLimits())
	d.Reset(AppendCollapseState(nil, want))
	got, err := DecodeCollapseState(d)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDocumentRefusesOthers(t *testing.T) {
	for _, text := range []string{"", "<", "<Other></Other>", "<SearchCriteria><ulFlags>x</ulFlags></SearchCriteria>", "<SearchCriteria>", "text"} {
		d := NewDecoder(ServerLimits())
		d.Reset([]byte(text))
		if got, err := DecodeSearchCriteria(d); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}
