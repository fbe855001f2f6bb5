package coherence_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/wire"
)

// fact is one value in an answer.
type fact struct {
	where string
	value string
	// made says what kind of thing the server (or the test) has made the value up for; empty for values that must be equal everywhere.
	made string
}

// madeProps are the properties whose values are made up, with what for. Times have only to be there.
var madeProps = map[uint16]string{
	mapi.PrEntryID.ID(): "id", mapi.PrParentEntryID.ID(): "id", mapi.PrRecordKey.ID(): "id", mapi.PrStoreEntryID.ID(): "id", mapi.PrStoreRecordKey.ID(): "id",
	mapi.PrSourceKey.ID(): "id", mapi.PrParentSourceKey.ID(): "id", mapi.PrChangeKey.ID(): "id", mapi.PrPredecessorChangeList.ID(): "id",
	mapi.PrSearchKey.ID(): "id", mapi.PrInstanceKey.ID(): "id", mapi.PrLastModifierEntryID.ID(): "id", mapi.PrMappingSignature.ID(): "id",
	mapi.PrECHierarchyID.ID(): "object", mapi.PrECParentHierarchyID.ID(): "object", mapi.PrECIMAPID.ID(): "object",
	mapi.PrCreationTime.ID(): "time", mapi.PrLastModificationTime.ID(): "time", mapi.PrLocalCommitTimeMax.ID(): "time", mapi.PrDeletedOn.ID(): "time", mapi.PrECSearchcrit.ID(): "opaque",
}

// madeFields are the same for the fields of answers.
var madeFields = map[string]string{
	"EntryID": "id", "SourceKey": "id", "ParentSourceKey": "id", "StoreID": "id", "RootID": "id", "GUID": "id", "InstanceIDs": "id", "SOwner": "id",
	"EntryIDs": "id", "FolderIDs": "id", "SUserID": "id", "CollapseState": "opaque",
	"ServerID": "object", "TableID": "table", "ChangeID": "change", "MaxChangeID": "change", "SyncID": "sync",
}

// facts takes an answer apart. Nothing refers to the answer afterwards.
func facts(resp wire.Response) (list []fact) {
	var walk func(where, made string, v reflect.Value)
	walk = func(where, made string, v reflect.Value) {
		add := func(value any) { list = append(list, fact{where, fmt.Sprint(value), made}) }
		switch x := v.Interface().(type) {
		case mapi.PropValue:
			list = appendProp(list, where, x)
			return
		case []mapi.PropValue:
			if !isRow(where) {
				slices.SortStableFunc(x, func(a, b mapi.PropValue) int { return cmp.Compare(a.Tag, b.Tag) })
			}
		case []mapi.PropTag:
			slices.Sort(x)
		case []byte:
			add(fmt.Sprintf("%x", x))
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(where, made, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				name := v.Type().Field(i).Name
				walk(where+"."+name, cmp.Or(madeFields[name], made), v.Field(i))
			}
		case reflect.Slice:
			add(0)
			list[len(list)-1] = fact{where, fmt.Sprintf("%d of them", v.Len()), ""}
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", where, i), made, v.Index(i))
			}
		default:
			add(v.Interface())
		}
	}
	walk("", "", reflect.ValueOf(resp))
	return list
}

// isRow reports whether properties at a place stand in the order of a table's columns.
func isRow(where string) bool { return len(where) > 7 && where[:7] == ".RowSet" }

func appendProp(list []fact, where string, p mapi.PropValue) []fact {
	where = fmt.Sprintf("%s(%v)", where, p.Tag)
	made := madeProps[p.Tag.ID()]
	if p.IsError() {
		made = ""
	}
	if p.Tag.Type().Multi() {
		for i, v := range p.Values() {
			list = appendProp(list, fmt.Sprintf("%s[%d]", where, i), v)
		}
		return list
	}
	return append(list, fact{where, fmt.Sprintf("%d %x", p.Num, p.Data), made})
}

// pairing is which made-up value of one world is which of another.
type pairing struct{ there, back map[string]string }

func newPairing() *pairing { return &pairing{map[string]string{}, map[string]string{}} }

// forget drops what was made up for one kind of thing.
func (p *pairing) forget(made string) {
	for _, names := range []map[string]string{p.there, p.back} {
		maps.DeleteFunc(names, func(name, _ string) bool { return strings.HasPrefix(name, made) })
	}
}

// same compares two answers and returns the first difference, or nothing.
func (p *pairing) same(a, b []fact) string {
	for i := range min(len(a), len(b)) {
		if a[i].where != b[i].where || !p.equal(a[i], b[i]) {
			return fmt.Sprintf("%s = %.200s, but %s = %.200s", a[i].where, a[i].value, b[i].where, b[i].value)
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d values, but %d", len(a), len(b))
	}
	return ""
}

func (p *pairing) equal(a, b fact) bool {
	switch {
	case a.made != b.made:
		return false
	case a.made == "time" || a.made == "opaque":
		return (a.value == "") == (b.value == "")
	case a.made == "" || len(a.value) != len(b.value) && a.made == "id" || a.value == "0" || b.value == "0":
		return a.value == b.value
	}
	ka, kb := a.made+a.value, b.made+b.value
	there, known := p.there[ka]
	back, knownBack := p.back[kb]
	if !known && !knownBack {
		p.there[ka], p.back[kb] = kb, ka
		return true
	}
	return there == kb && back == ka
}
