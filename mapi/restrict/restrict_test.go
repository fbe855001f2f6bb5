package restrict_test

import (
	"errors"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/mapi/restrict"
)

// propsRow is a row made of a list of properties.
type propsRow struct {
	mapi.Props
	recipients []restrict.Row
	err        error
}

func (r propsRow) Value(tag mapi.PropTag) (mapi.PropValue, bool) { return r.Get(tag) }

func (r propsRow) Parts(kind mapi.PropTag) ([]restrict.Row, error) {
	if kind == mapi.PrMessageRecipients {
		return r.recipients, r.err
	}
	return nil, r.err
}

func english(t testing.TB) *collation.Locale {
	t.Helper()
	l, err := collation.New("en_US")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const (
	tagShort    mapi.PropTag = 0x60000002
	tagI8       mapi.PropTag = 0x60010014
	tagCurrency mapi.PropTag = 0x60020006
	tagDouble   mapi.PropTag = 0x60030005
	tagBool     mapi.PropTag = 0x6004000B
	tagWords    mapi.PropTag = 0x6005101F
	tagNumbers  mapi.PropTag = 0x60061003
	tagNegative mapi.PropTag = 0x60070003
)

func sample() propsRow {
	user := mapi.ABEntryID{Version: 1, Type: mapi.TypeMailUser, ID: 7, ExternalID: []byte("x1")}
	return propsRow{Props: mapi.Props{
		mapi.String(mapi.PrSubject, "Grüße from Budget 07"),
		mapi.String(mapi.PrBody, "first line\nsecond line"),
		mapi.Long(mapi.PrMessageFlags, 0x9),
		mapi.Long(mapi.PrMessageSize, 2966),
		mapi.Long(tagNegative, 0xFFFFFFFF),
		mapi.Time(mapi.PrMessageDeliveryTime, 1000),
		mapi.Binary(mapi.PrEntryID, []byte{9, 1, 2}),
		mapi.Binary(mapi.PrAddressBookEntryID, user.Encode()),
		mapi.Short(tagShort, -5),
		mapi.I8(tagI8, -5),
		mapi.I8(tagCurrency, 10000),
		mapi.Float(tagDouble, 1.5),
		mapi.Bool(tagBool, true),
		mapi.Strings(tagWords, "Red", "green"),
		mapi.Multi(tagNumbers, mapi.PropValue{Num: 3}, mapi.PropValue{Num: 5}),
		mapi.String(mapi.PrDisplayName, "Alice Example"),
	}}
}

func and(l ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResAnd, Sub: l}
}
func or(l ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResOr, Sub: l}
}
func not(r *mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{r}}
}
func exist(tag mapi.PropTag) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResExist, Tag: tag}
}
func prop(op uint32, tag mapi.PropTag, v mapi.PropValue) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: op, Tag: tag, Value: &v}
}
func content(level uint32, tag mapi.PropTag, v mapi.PropValue) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResContent, Op: level, Tag: tag, Value: &v}
}
func text(level uint32, tag mapi.PropTag, s string) *mapi.Restriction {
	return content(level, tag, mapi.String(tag.WithType(mapi.PtUnicode), s))
}
func long(op uint32, tag mapi.PropTag, n uint32) *mapi.Restriction {
	return prop(op, tag, mapi.Long(tag.WithType(mapi.PtLong), n))
}
func bits(op uint32, tag mapi.PropTag, mask uint32) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResBitmask, Op: op, Tag: tag, Num: mask}
}
func sized(op uint32, tag mapi.PropTag, n uint32) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResSize, Op: op, Tag: tag, Num: n}
}
func regex(s string) *mapi.Restriction {
	return prop(mapi.RelRE, mapi.PrSubject, mapi.String(mapi.PrSubject, s))
}
func sub(tag mapi.PropTag, r *mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResSub, Tag: tag, Sub: []*mapi.Restriction{r}}
}

func nested(levels int) *mapi.Restriction {
	r := exist(mapi.PrSubject)
	for range levels {
		r = and(r)
	}
	return r
}

// matcher says whether the sample satisfies restrictions. The tests that use it walk through tables.md section 9.
func matcher(t *testing.T) func(name string, r *mapi.Restriction, want bool) {
	l := english(t)
	return func(name string, r *mapi.Restriction, want bool) {
		t.Helper()
		filter, err := restrict.Compile(r, l)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := filter.Match(sample()); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLogic(t *testing.T) {
	f := matcher(t)
	yes, no := exist(mapi.PrSubject), exist(mapi.PrBody.WithType(mapi.PtLong))
	wrong := long(mapi.RelEQ, mapi.PrSubject, 1) // a string against a number: the row does not match
	f("empty AND", and(), true)
	f("empty OR", or(), false)
	f("AND", and(yes, yes, no), false)
	f("OR", or(no, yes), true)
	f("NOT", not(no), true)
	f("nonsense", wrong, false)
	f("NOT nonsense", not(wrong), false)
	f("nonsense behind a hit", or(yes, wrong), true)
	f("nonsense before a hit", or(wrong, yes), false)
	f("COMMENT", &mapi.Restriction{Type: mapi.ResComment, Sub: []*mapi.Restriction{yes}}, true)

	f("EXIST other flavour", exist(mapi.PrSubject.WithType(mapi.PtString8)), true)
	f("EXIST without a type", exist(mapi.MakeTag(0x7777, 0)), true)
	f("EXIST missing", exist(mapi.PrComment), false)
}

func TestContent(t *testing.T) {
	f := matcher(t)
	f("full string", text(mapi.FuzzyFullString, mapi.PrSubject, "Grüße from Budget 07"), true)
	f("full string, case", text(mapi.FuzzyFullString|mapi.FuzzyIgnoreCase, mapi.PrSubject, "GRÜßE FROM budget 07"), true)
	f("substring is case-sensitive", text(mapi.FuzzySubstring, mapi.PrSubject, "budget"), false)
	f("LOOSE alone too", text(mapi.FuzzySubstring|mapi.FuzzyLoose, mapi.PrSubject, "budget"), false)
	f("substring", text(mapi.FuzzySubstring|mapi.FuzzyIgnoreCase, mapi.PrSubject.WithType(mapi.PtString8), "BUDGET"), true)
	f("prefix", text(mapi.FuzzyPrefix, mapi.PrSubject, "Gru\u0308"), true)
	f("CONTENT missing", text(mapi.FuzzySubstring, mapi.PrComment, ""), false)
	f("CONTENT of a number", content(mapi.FuzzySubstring, mapi.PrMessageFlags, mapi.Long(mapi.PrMessageFlags, 1)), false)
	f("binary prefix", content(mapi.FuzzyPrefix, mapi.PrEntryID, mapi.Binary(mapi.PrEntryID, []byte{9, 1})), true)
	f("binary substring", content(mapi.FuzzySubstring, mapi.PrEntryID, mapi.Binary(mapi.PrEntryID, []byte{2})), true)
	f("binary full", content(mapi.FuzzyFullString, mapi.PrEntryID, mapi.Binary(mapi.PrEntryID, []byte{9})), false)
	f("any element", text(mapi.FuzzyPrefix|mapi.FuzzyIgnoreCase, tagWords, "GR"), true)
	f("no element", text(mapi.FuzzyPrefix, tagWords, "blue"), false)
}

func TestProperty(t *testing.T) {
	f := matcher(t)
	f("string EQ ignores case", prop(mapi.RelEQ, mapi.PrSubject, mapi.String(mapi.PrSubject, "grüße FROM budget 07")), true)
	f("string LT", prop(mapi.RelLT, mapi.PrSubject, mapi.String(mapi.PrSubject, "H")), true)
	f("LONG is unsigned", long(mapi.RelGT, tagNegative, 5), true)
	f("LONG LE", long(mapi.RelLE, mapi.PrMessageSize, 2966), true)
	f("I2 is signed", prop(mapi.RelLT, tagShort, mapi.Short(tagShort, 1)), true)
	f("I8 is signed", prop(mapi.RelLT, tagI8, mapi.I8(tagI8, 1)), true)
	f("CURRENCY", prop(mapi.RelGE, tagCurrency, mapi.I8(tagCurrency, 10000)), true)
	f("DOUBLE", prop(mapi.RelGT, tagDouble, mapi.Float(tagDouble, 1.25)), true)
	f("BOOLEAN", prop(mapi.RelEQ, tagBool, mapi.Bool(tagBool, true)), true)
	f("SYSTIME", prop(mapi.RelLT, mapi.PrMessageDeliveryTime, mapi.Time(mapi.PrMessageDeliveryTime, 1001)), true)
	f("a longer binary is greater", prop(mapi.RelLT, mapi.PrEntryID, mapi.Binary(mapi.PrEntryID, []byte{1, 1, 1, 1})), true)
	f("missing EQ", long(mapi.RelEQ, mapi.PrImportance, 1), false)
	f("missing NE", long(mapi.RelNE, mapi.PrImportance, 1), true)
	f("unknown operator", long(100, mapi.PrMessageSize, 2966), false)
	f("MV EQ", long(mapi.RelEQ, tagNumbers, 5), true)
	f("MV NE", long(mapi.RelNE, tagNumbers, 5), true)
	f("MV GT", long(mapi.RelGT, tagNumbers, 5), false)

	other := mapi.ABEntryID{Version: 1, Type: mapi.TypeMailUser, ID: 99, ExternalID: []byte("x1")}
	f("address book id, other number", prop(mapi.RelEQ, mapi.PrAddressBookEntryID, mapi.Binary(mapi.PrAddressBookEntryID, other.Encode())), true)
	other.ExternalID = []byte("x2")
	f("address book id, other user", prop(mapi.RelEQ, mapi.PrAddressBookEntryID, mapi.Binary(mapi.PrAddressBookEntryID, other.Encode())), false)

	f("ANR", prop(mapi.RelEQ, mapi.PrAnr, mapi.String(mapi.PrAnr, "aLi")), true)
	f("ANR miss", prop(mapi.RelEQ, mapi.PrAnr, mapi.String(mapi.PrAnr, "example")), false)
}

func TestOtherKinds(t *testing.T) {
	f := matcher(t)
	f("COMPAREPROPS", &mapi.Restriction{Type: mapi.ResCompareProps, Op: mapi.RelGT, Tag: mapi.PrMessageSize, Tag2: mapi.PrMessageFlags}, true)
	f("COMPAREPROPS missing", &mapi.Restriction{Type: mapi.ResCompareProps, Op: mapi.RelNE, Tag: mapi.PrMessageSize, Tag2: mapi.PrImportance}, false)
	f("COMPAREPROPS types", not(&mapi.Restriction{Type: mapi.ResCompareProps, Op: mapi.RelEQ, Tag: mapi.PrMessageSize, Tag2: mapi.PrSubject}), false)
	f("BITMASK NEZ", bits(mapi.BitmaskNEZ, mapi.PrMessageFlags, 1), true)
	f("BITMASK EQZ", bits(mapi.BitmaskEQZ, mapi.PrMessageFlags, 2), true)
	f("BITMASK EQZ missing", bits(mapi.BitmaskEQZ, mapi.PrImportance, 2), false)
	f("BITMASK of a string", not(bits(mapi.BitmaskNEZ, mapi.PrSubject, 2)), false)
	f("SIZE of a string", sized(mapi.RelEQ, mapi.PrDisplayName, 13), true)
	f("SIZE of a boolean", sized(mapi.RelEQ, tagBool, 4), true)
	f("SIZE of an array", sized(mapi.RelEQ, tagWords, 8), true)
	f("SIZE missing", not(sized(mapi.RelEQ, mapi.PrImportance, 4)), false)
}

func TestBasicRegexp(t *testing.T) {
	l := english(t)
	row := func(s string) propsRow { return propsRow{Props: mapi.Props{mapi.String(mapi.PrSubject, s)}} }
	f := func(value, pattern string, want bool) {
		t.Helper()
		filter, err := restrict.Compile(regex(pattern), l)
		if err != nil {
			t.Fatal(err)
		}
		if got := filter.Match(row(value)); got != want {
			t.Errorf("%q against %q: %v", value, pattern, got)
		}
	}
	f("Budget 07", "^budget [0-9]*$", true)
	f("Budget 07", "b.d", true)
	f("a\nb", "^b$", true)
	f("a\nb", "a.b", false)
	f("a(b)", "a(b)", true)
	f("abab", `^\(ab\)*$`, true)
	f("aaa", `^a\{2,3\}$`, true)
	f("aaaa", `^a\{2,3\}$`, false)
	f("a*b", `*b`, true)
	f("a+b", "a+b", true)
	f("aab", `^a\+b$`, true)
	f("dog", `cat\|dog`, true)
	f("a]b", "a[]x]b", true)
	f(`a\b`, `a[\]b`, true)
	f("7", "[[:digit:]]", true)
	f("aa", "a**", true)
	f("a$b^c", "a$b^c", true)
	for _, bad := range []string{`\(`, `\)`, "[a", `a\{x\}`, `\(a\)\1`, `a\`, `a\{5000\}`, "[z-a]"} {
		f("anything a", bad, false)
		filter, _ := restrict.Compile(not(regex(bad)), l)
		if !filter.Match(row("anything a")) {
			t.Errorf("a bad pattern %q is false, so its negation is true", bad)
		}
	}
}

func TestSubRestriction(t *testing.T) {
	l := english(t)
	alice := propsRow{Props: mapi.Props{mapi.String(mapi.PrDisplayName, "Alice")}}
	bob := propsRow{Props: mapi.Props{mapi.String(mapi.PrDisplayName, "Bob")}}
	row := sample()
	row.recipients = []restrict.Row{alice, bob}
	f := func(r *mapi.Restriction, row restrict.Row, want bool) {
		t.Helper()
		filter, err := restrict.Compile(r, l)
		if err != nil {
			t.Fatal(err)
		}
		if got := filter.Match(row); got != want {
			t.Errorf("got %v", got)
		}
	}
	toBob := sub(mapi.PrMessageRecipients, text(mapi.FuzzyPrefix, mapi.PrDisplayName, "Bob"))
	f(toBob, row, true)
	f(and(toBob, sub(mapi.PrMessageRecipients, text(mapi.FuzzyPrefix, mapi.PrDisplayName, "Al"))), row, true)
	f(sub(mapi.PrMessageRecipients, text(mapi.FuzzyPrefix, mapi.PrDisplayName, "Carol")), row, false)
	f(sub(mapi.PrMessageAttachments, exist(mapi.PrDisplayName)), row, false)
	row.err = errors.New("disk on fire")
	f(not(toBob), row, false)
}

func TestCompileRefuses(t *testing.T) {
	l := english(t)
	f := func(r *mapi.Restriction, want mapi.Code) {
		t.Helper()
		_, err := restrict.Compile(r, l)
		if mapi.CodeOf(err) != want || mapi.CodeOf(restrict.Check(r)) != want {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	f(nested(restrict.MaxDepth), mapi.OK)
	f(nested(restrict.MaxDepth+1), mapi.TooComplex)
	f(nil, mapi.InvalidType)
	f(&mapi.Restriction{Type: 11}, mapi.InvalidType)
	f(&mapi.Restriction{Type: mapi.ResAnd, Incomplete: true}, mapi.InvalidType)
	f(&mapi.Restriction{Type: mapi.ResProperty, Tag: mapi.PrSubject}, mapi.InvalidType)
	f(&mapi.Restriction{Type: mapi.ResNot}, mapi.InvalidType)
	f(and(nil), mapi.InvalidType)
	f(sub(mapi.PrSubject, exist(mapi.PrSubject)), mapi.InvalidParameter)
}

func TestTags(t *testing.T) {
	filter, err := restrict.Compile(and(
		text(mapi.FuzzyPrefix, mapi.PrSubject.WithType(mapi.PtString8), "x"), exist(mapi.PrSubject),
		bits(mapi.BitmaskNEZ, mapi.PrMessageFlags, 1),
		sub(mapi.PrMessageRecipients, exist(mapi.PrDisplayName)),
	), english(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := []mapi.PropTag{mapi.PrSubject, mapi.PrMessageFlags}; !slices.Equal(filter.Tags(), want) {
		t.Errorf("tags %v, want %v", filter.Tags(), want)
	}
	if !filter.NeedsParts() {
		t.Error("the sub-restriction needs recipients")
	}
}
