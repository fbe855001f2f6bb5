package wire

import (
	"reflect"
	"testing"

	"zarafa/mapi"
)

// restrict reads a restriction that is written as the content of lpRestrict.
func restrict(t *testing.T, content string) *mapi.Restriction {
	t.Helper()
	d := NewDecoder(ServerLimits())
	d.Reset([]byte(inEnvelope(`<m:tableRestrict><lpRestrict>` + content + `</lpRestrict></m:tableRestrict>`)))
	req, err := DecodeRequest(d)
	if err != nil {
		t.Fatalf("%s: %v", content, err)
	}
	return req.(*TableRestrictRequest).Restrict.Clone()
}

func TestRestrictions(t *testing.T) {
	value := mapi.String(0x0037001F, "x")
	exist := &mapi.Restriction{Type: mapi.ResExist, Tag: 0x0037001F}
	f := func(r *mapi.Restriction, want string) {
		t.Helper()
		text := string(appendRestriction(nil, "", "", r))
		if text != want {
			t.Errorf("got %s, want %s", text, want)
		}
		if got := restrict(t, text); !reflect.DeepEqual(got, r) {
			t.Errorf("%s: read back %+v", text, got)
		}
	}
	const existText = `<ulType>8</ulType><lpExist><ulPropTag>3604511</ulPropTag></lpExist>`
	const valueText = `<lpProp><ulPropTag>3604511</ulPropTag><lpszA>x</lpszA></lpProp>`
	f(exist, existText)
	f(&mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{exist, exist}},
		`<ulType>0</ulType><lpAnd><item>`+existText+`</item><item>`+existText+`</item></lpAnd>`)
	f(&mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{}}, `<ulType>1</ulType><lpOr></lpOr>`)
	f(&mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{exist}}, `<ulType>2</ulType><lpNot><lpNot>`+existText+`</lpNot></lpNot>`)
	f(&mapi.Restriction{Type: mapi.ResContent, Op: 0x10001, Tag: 0x0037001F, Value: &value},
		`<ulType>3</ulType><lpContent><ulFuzzyLevel>65537</ulFuzzyLevel><ulPropTag>3604511</ulPropTag>`+valueText+`</lpContent>`)
	f(&mapi.Restriction{Type: mapi.ResProperty, Op: 4, Tag: 0x0037001F, Value: &value},
		`<ulType>4</ulType><lpProp><ulType>4</ulType><ulPropTag>3604511</ulPropTag>`+valueText+`</lpProp>`)
	f(&mapi.Restriction{Type: mapi.ResCompareProps, Op: 1, Tag: 2, Tag2: 3},
		`<ulType>5</ulType><lpCompare><ulPropTag1>2</ulPropTag1><ulPropTag2>3</ulPropTag2><ulType>1</ulType></lpCompare>`)
	f(&mapi.Restriction{Type: mapi.ResBitmask, Op: 1, Tag: 2, Num: 4},
		`<ulType>6</ulType><lpBitmask><ulMask>4</ulMask><ulPropTag>2</ulPropTag><ulType>1</ulType></lpBitmask>`)
	f(&mapi.Restriction{Type: mapi.ResSize, Op: 1, Tag: 2, Num: 4},
		`<ulType>7</ulType><lpSize><ulType>1</ulType><ulPropTag>2</ulPropTag><cb>4</cb></lpSize>`)
	f(&mapi.Restriction{Type: mapi.ResSub, Tag: 0x0E12000D, Sub: []*mapi.Restriction{exist}},
		`<ulType>9</ulType><lpSub><ulSubObject>236060685</ulSubObject><lpSubObject>`+existText+`</lpSubObject></lpSub>`)
	f(&mapi.Restriction{Type: mapi.ResComment, Sub: []*mapi.Restriction{exist}, Props: []mapi.PropValue{value}},
		`<ulType>10</ulType><lpComment><lpResTable>`+existText+`</lpResTable><sProps SOAP-ENC:arrayType="propVal[1]"><item>`+
			`<ulPropTag>3604511</ulPropTag><lpszA>x</lpszA></item></sProps></lpComment>`)
	f(&mapi.Restriction{Type: mapi.ResComment}, `<ulType>10</ulType><lpComment><sProps></sProps></lpComment>`)
}

func TestIncompleteRestrictions(t *testing.T) {
	f := func(content string, incomplete bool) {
		t.Helper()
		if r := restrict(t, content); r.Incomplete != incomplete {
			t.Errorf("%s: %+v", content, r)
		}
	}
	f(``, true)
	f(`<ulType>8</ulType>`, true)
	f(`<ulType>99</ulType><lpExist/>`, true)
	f(`<ulType>8</ulType><lpAnd/>`, true)
	f(`<ulType>2</ulType><lpNot/>`, true)
	f(`<ulType>3</ulType><lpContent/>`, true)
	f(`<ulType>4</ulType><lpProp/>`, true)
	f(`<ulType>9</ulType><lpSub/>`, true)
	f(`<ulType>8</ulType><lpExist xsi:nil="true"/>`, true)
	f(`<ulType>8</ulType><lpAnd/><lpExist/>`, false)
	f(`<lpExist/><ulType>8</ulType>`, false)
	f(`<lpAnd/>`, false)
	f(`<ulType>10</ulType><lpComment/>`, false)
}

func TestActions(t *testing.T) {
	prop := mapi.Long(0x10900003, 2)
	want := mapi.PropValue{Tag: mapi.PrRuleActions, More: &mapi.More{Actions: []mapi.Action{
		{Type: mapi.ActMove, Store: []byte("s"), Folder: []byte("f")},
		{Type: mapi.ActReply, Flavor: 1, Message: []byte("m"), GUID: []byte("g")},
		{Type: mapi.ActDefer, Flags: 3, Data: []byte("d")},
		{Type: mapi.ActBounce, Code: 13},
		{Type: mapi.ActForward, Recipients: [][]mapi.PropValue{{mapi.String(0x3001001F, "n")}}},
		{Type: mapi.ActForward},
		{Type: mapi.ActTag, Prop: &prop},
		{Type: mapi.ActDelete},
	}}}
	for i := range want.More.Actions { // Clone makes empty lists of absent ones
		if a := &want.More.Actions[i]; a.Recipients == nil {
			a.Recipients = [][]mapi.PropValue{}
		}
	}
	sent := want
	sent.More = &mapi.More{Actions: append([]mapi.Action{}, want.More.Actions...)}
	for i := range sent.More.Actions {
		if a := &sent.More.Actions[i]; len(a.Recipients) == 0 {
			a.Recipients = nil
		}
	}
	got, fault := decodeProp(t, string(appendPropValContent(nil, &sent)))
	if fault != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got.More, fault)
	}
}
